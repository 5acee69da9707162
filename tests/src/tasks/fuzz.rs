//! `cargo dev fuzz`: the fuzz targets of the post-renderer, through `cargo fuzz`.

use std::fs;
use std::time::Duration;

use anyhow::Result;

use crate::console::Console;
use crate::process::Process;
use crate::tools::Tools;
use crate::workspace;

/// Runs one target for some seconds, or compiles all.
pub fn run(console: Console, target: Option<&str>, seconds: u32) -> Result<()> {
    // The instrumentation is an unstable option of the compiler, which the stable one also accepts with a
    // setting: one compiler is enough.
    let cargo_fuzz = Process::inheriting(Tools::cargo_fuzz(console)?)
        .arg("fuzz")
        .env("RUSTC_BOOTSTRAP", "1")
        .within(workspace::root().join("post-renderer"))
        .limit(Duration::from_hours(24));
    match target {
        None => {
            let step = console.step("compiling the fuzz targets");
            cargo_fuzz.arg("build").show()?;
            step.done("`make fuzz TARGET=…` runs one");
        }
        Some(target) => {
            let step = console.step(format!("fuzzing {target}"));
            // The fuzzer writes findings into the first folder and starts from the cases of the tests.
            fs::create_dir_all(workspace::root().join("post-renderer/fuzz/corpus").join(target))?;
            let found = format!("fuzz/corpus/{target}");
            let (cargo_fuzz, seeds) = if target == "judge" {
                (cargo_fuzz.env("IPSY_JUDGE", Tools::judge(console)?), "../tests/hostile")
            } else {
                (cargo_fuzz, "tests/cases")
            };
            cargo_fuzz
                .args(["run", target, &found, seeds, "--"])
                .args([format!("-max_total_time={seconds}").as_str(), "-max_len=8192"])
                .show()?;
            step.done("nothing found");
        }
    }
    Ok(())
}
