//! `cargo dev fuzz`: the fuzz targets of the post-renderer, through `cargo fuzz`.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::console::Console;
use crate::process::Process;
use crate::workspace;

/// Runs one target for some seconds, or compiles all.
pub fn run(console: Console, target: Option<&str>, seconds: u32) -> Result<()> {
    // `cargo fuzz` needs the nightly compiler, which rustup's `cargo` chooses by `+nightly`; the
    // `CARGO` that runs us is the stable one.
    let cargo = Process::inheriting("cargo")
        .arg("+nightly")
        .within(workspace::root().join("post-renderer"))
        .limit(Duration::from_hours(24));
    let missing = "is `cargo fuzz` there? `rustup toolchain install nightly && cargo install cargo-fuzz`";
    match target {
        None => {
            let step = console.step("compiling the fuzz targets");
            cargo.args(["fuzz", "build"]).show().context(missing)?;
            step.done("`make fuzz TARGET=…` runs one");
        }
        Some(target) => {
            let step = console.step(format!("fuzzing {target}"));
            // What is found goes into the first folder; the cases of the tests are what it begins with.
            fs::create_dir_all(workspace::root().join("post-renderer/fuzz/corpus").join(target))?;
            let found = format!("fuzz/corpus/{target}");
            cargo
                .args(["fuzz", "run", target, &found, "tests/cases", "--"])
                .args([format!("-max_total_time={seconds}").as_str(), "-max_len=8192"])
                .show()
                .context(missing)?;
            step.done("nothing found");
        }
    }
    Ok(())
}
