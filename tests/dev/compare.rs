//! `cargo dev compare`: ipsy beside the genuine hashicorp/aws. The examples that need it are planned and applied with
//! it, and it is counted what each of both asks of AWS for the same apps.

mod bed;
mod platform;
mod refresh;
mod takeover;

use acceptance::console::Console;
use acceptance::matrix::Table;
use anyhow::Result;

use bed::Bed;

/// Builds hashicorp/aws if it is missing, runs all comparisons, and prints a table of them.
pub(crate) fn run(console: Console) -> Result<()> {
    let bed = Bed::ready(console)?;
    let step = console.step("ipsy beside hashicorp/aws");
    let mut table = Table::new(console);
    platform::run(&bed, &mut table)?;
    let calls = refresh::run(&bed, &mut table)?;
    takeover::run(&bed, &mut table)?;
    calls.show(console);
    console.say(calls.summary());
    table.finish(step)
}
