//! `cargo dev test-platform`: takes an app of every runtime from its first file to a canary, and prints a table.

use acceptance::console::Console;
use acceptance::matrix::Table;
use acceptance::platform::{SCENARIOS, World};
use acceptance::programs::Programs;
use acceptance::tools::{ClusterTools, ImageTools, Tools};
use anyhow::{Result, ensure};

/// Installs and builds what is missing, then runs all scenarios, or those whose name contains a filter.
pub(crate) fn run(console: Console, filter: Option<&str>) -> Result<()> {
    let chosen = |name: &str| filter.is_none_or(|filter| name.contains(filter));
    let names: Vec<&str> = SCENARIOS.iter().map(|(name, _)| *name).collect();
    ensure!(
        names.iter().any(|name| chosen(name)),
        "no scenario has this name; there are {}",
        names.join(", ")
    );
    let tools = Tools::ready(console)?;
    let cluster_tools = ClusterTools::ready(console)?;
    let image_tools = ImageTools::ready(console)?;
    let step = console.step("building the provider and the post-renderer");
    let programs = Programs::ready()?;
    step.done(programs.provider.display());
    let world = World::new(&tools, &cluster_tools, &image_tools, &programs)?;

    let step = console.step("the platform");
    let mut table = Table::new(console);
    for (_, scenario) in SCENARIOS.iter().filter(|(name, _)| chosen(name)) {
        scenario(&world, &mut table)?;
    }
    table.finish(step)
}
