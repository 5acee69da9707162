//! `cargo dev tools`: installs missing tools and prints where they are.

use anyhow::Result;

use crate::console::Console;
use crate::tools::{ClusterTools, Tools};

/// Installs the tools.
pub fn run(console: Console) -> Result<()> {
    let (tools, cluster_tools) = (Tools::ready(console)?, ClusterTools::ready(console)?);
    for (name, path) in &tools.list()? {
        console.say(format!("{name:28} {}", path.display()));
    }
    for (name, path) in cluster_tools.list() {
        console.say(format!("{name:28} {}", path.display()));
    }
    Ok(())
}
