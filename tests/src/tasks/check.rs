//! `cargo dev check` and `cargo dev fmt`: format, lints, documentation.

use std::time::Duration;

use anyhow::Result;

use crate::console::Console;
use crate::workspace;

const LIMIT: Duration = Duration::from_hours(1);

/// Checks what needs no run.
pub fn run(console: Console) -> Result<()> {
    let step = console.step("format");
    workspace::cargo().args(["fmt", "--all", "--check"]).show()?;
    step.done("as rustfmt has it");

    let step = console.step("lints");
    workspace::cargo()
        .args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])
        .limit(LIMIT)
        .show()?;
    step.done("no warning");
    Ok(())
}

/// Formats all sources.
pub fn format() -> Result<()> {
    workspace::cargo().args(["fmt", "--all"]).show()
}
