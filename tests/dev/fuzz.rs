//! `cargo dev fuzz`: the fuzz targets of the post-renderer and of the provider framework, through `cargo fuzz`.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use acceptance::console::Console;
use acceptance::process::Process;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Result, bail};

/// The crates with fuzz targets.
const CRATES: [&str; 2] = ["post-renderer", "provider/framework"];

/// Runs one target for some seconds, or compiles all.
pub(crate) fn run(console: Console, target: Option<&str>, seconds: u32) -> Result<()> {
    let Some(target) = target else {
        for name in CRATES {
            let step = console.step(format!("compiling the fuzz targets of {name}"));
            cargo_fuzz(console, name)?.arg("build").show()?;
            step.done("`make fuzz TARGET=…` runs one");
        }
        return Ok(());
    };
    let name = crate_of(target)?;
    let step = console.step(format!("fuzzing {target}"));
    let cargo_fuzz = cargo_fuzz(console, name)?;
    let cargo_fuzz =
        if target == "judge" { cargo_fuzz.env("IPSY_JUDGE", Tools::judge(console)?) } else { cargo_fuzz };
    // What is found goes into the first folder; the others are what it begins with.
    let found = format!("fuzz/corpus/{target}");
    fs::create_dir_all(folder(name).join(&found))?;
    cargo_fuzz
        .args(["run", target, &found])
        .args(seeds(target))
        .args(["--", &format!("-max_total_time={seconds}"), "-max_len=8192"])
        // Without files to begin with, inputs would grow too slowly to reach much.
        .args(seeds(target).is_none().then_some("-len_control=0"))
        .show()?;
    step.done("nothing found");
    Ok(())
}

/// The folder of inputs that a target begins with.
fn seeds(target: &str) -> Option<&'static str> {
    match target {
        "judge" => Some("../tests/hostile"),
        "handshake" => Some("fuzz/seeds/handshake"),
        // Each byte of these is a choice, so that files of another form would mean nothing.
        "msgpack" | "state_upgrade" => None,
        _ => Some("tests/cases"),
    }
}

fn cargo_fuzz(console: Console, name: &str) -> Result<Process> {
    // The instrumentation is an unstable option of the compiler, which the stable one also accepts with a
    // setting: one compiler is enough.
    Ok(Process::inheriting(Tools::cargo_fuzz(console)?)
        .arg("fuzz")
        .env("RUSTC_BOOTSTRAP", "1")
        .within(folder(name))
        .limit(Duration::from_hours(24)))
}

fn crate_of(target: &str) -> Result<&'static str> {
    let mut known = Vec::new();
    for name in CRATES {
        for entry in fs::read_dir(folder(name).join("fuzz/fuzz_targets"))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                known.extend(path.file_stem().map(|stem| (stem.to_string_lossy().into_owned(), name)));
            }
        }
    }
    known.sort();
    if let Some((_, name)) = known.iter().find(|(known, _)| known == target) {
        return Ok(name);
    }
    let names: Vec<&str> = known.iter().map(|(known, _)| known.as_str()).collect();
    bail!("fuzz target `{target}` not found; the targets are {}", names.join(", "))
}

fn folder(name: &str) -> PathBuf {
    workspace::root().join(name)
}
