//! `cargo dev bench`: measures what the project promises and prints tables.

use anyhow::Result;

use crate::console::Console;

/// Measures and prints.
pub fn run(_console: Console) -> Result<()> {
    Ok(())
}
