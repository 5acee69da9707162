//! `cargo dev tools`: installs what is missing and tells where everything is.

use anyhow::Result;

use crate::console::Console;
use crate::tools::Tools;

/// Installs the tools.
pub fn run(console: Console) -> Result<()> {
    let tools = Tools::ready(console)?;
    for (name, path) in tools.list() {
        console.say(format!("{name:18} {}", path.display()));
    }
    Ok(())
}
