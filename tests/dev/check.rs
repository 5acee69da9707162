//! `cargo dev check` and `cargo dev fmt`: format, lints, documentation.

use std::time::Duration;

use acceptance::console::Console;
use acceptance::workspace;
use anyhow::Result;

const LIMIT: Duration = Duration::from_hours(1);

/// Checks what needs no run.
pub(crate) fn run(console: Console) -> Result<()> {
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
pub(crate) fn format() -> Result<()> {
    workspace::cargo().args(["fmt", "--all"]).show()
}
