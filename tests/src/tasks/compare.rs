//! `cargo dev compare`: ipsy beside the genuine hashicorp/aws. The examples that need it are planned and applied with
//! it, and it is counted what each of both asks of AWS for the same apps.

mod bed;
mod platform;
mod refresh;
mod takeover;

use anyhow::{Result, bail};

use crate::console::Console;
use crate::matrix::Table;

use bed::Bed;

/// Builds hashicorp/aws if it is missing, runs all comparisons, and prints a table of them.
pub fn run(console: Console) -> Result<()> {
    let bed = Bed::ready(console)?;
    let step = console.step("ipsy beside hashicorp/aws");
    let mut table = Table::new(console);
    platform::run(&bed, &mut table)?;
    let calls = refresh::run(&bed, &mut table)?;
    takeover::run(&bed, &mut table)?;
    let (passed, failures) = table.result();
    for failure in failures {
        console.say(format!("FAILED: {failure}"));
    }
    calls.show(console);
    step.done(format!("{passed} passed, {} failed; {}", failures.len(), calls.summary()));
    if failures.is_empty() { Ok(()) } else { bail!("{} rows of the comparison failed", failures.len()) }
}
