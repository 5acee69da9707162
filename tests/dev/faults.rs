//! `cargo dev faults`: breaks every changing call of an app's lifecycle.

use acceptance::console::Console;
use acceptance::faults::{Selection, crowded, kill_points};
use acceptance::programs::Programs;
use acceptance::tools::Tools;
use anyhow::Result;

/// Makes many apps at once on an AWS that is too busy, then tries every point of the selection. Where phases are named,
/// just these.
pub(crate) fn run(console: Console, selection: &Selection) -> Result<()> {
    let step = console.step("tools and programs");
    let (tools, programs) = (Tools::ready(console)?, Programs::ready()?);
    step.done("ready");
    // The last line sums up the points.
    if selection.phases.is_empty() {
        crowded(console, &tools, &programs)?;
    }
    kill_points(console, &tools, &programs, selection)
}
