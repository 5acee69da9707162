//! `cargo dev tools`: installs missing tools and prints where they are.

use acceptance::console::Console;
use acceptance::tools::{ClusterTools, Tools};
use anyhow::Result;

/// Installs the tools.
pub(crate) fn run(console: Console) -> Result<()> {
    let (tools, cluster_tools) = (Tools::ready(console)?, ClusterTools::ready(console)?);
    for (name, path) in &tools.list()? {
        console.say(format!("{name:28} {}", path.display()));
    }
    for (name, path) in cluster_tools.list() {
        console.say(format!("{name:28} {}", path.display()));
    }
    Ok(())
}
