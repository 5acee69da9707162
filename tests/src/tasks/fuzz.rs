//! `cargo dev fuzz`: the fuzz targets of the post-renderer, through `cargo fuzz`.

use std::time::Duration;

use anyhow::Result;

use crate::console::Console;
use crate::workspace;

/// Runs one target for some seconds, or compiles all.
pub fn run(console: Console, target: Option<&str>, seconds: u32) -> Result<()> {
    let cargo = workspace::cargo().within(workspace::root().join("post-renderer"));
    // `cargo fuzz` needs the nightly compiler; rustup's shim chooses it by this variable, and
    // `CARGO` would name the stable one.
    let cargo = cargo.env("RUSTUP_TOOLCHAIN", "nightly").limit(Duration::from_hours(24));
    match target {
        None => {
            let step = console.step("compiling the fuzz targets");
            cargo.args(["fuzz", "build"]).show()?;
            step.done("`make fuzz TARGET=…` runs one");
        }
        Some(target) => {
            let step = console.step(format!("fuzzing {target}"));
            cargo.args(["fuzz", "run", target, "--", &format!("-max_total_time={seconds}")]).show()?;
            step.done("nothing found");
        }
    }
    Ok(())
}
