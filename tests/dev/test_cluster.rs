//! `cargo dev test-cluster`: does in a real Kubernetes on loopback what users do with ipsy, and prints it
//! as a table.

use acceptance::cluster::Cluster;
use acceptance::console::Console;
use acceptance::matrix::{SCENARIOS, Table, World};
use acceptance::programs::Programs;
use acceptance::tools::{ClusterTools, KUBERNETES, Tools};
use anyhow::{Result, ensure};

/// Installs and builds what is missing, then runs all scenarios, or those whose name contains a filter.
pub(crate) fn run(console: Console, filter: Option<&str>) -> Result<()> {
    let tools = Tools::ready(console)?;
    let step = console.step("building the provider and the post-renderer");
    let programs = Programs::ready()?;
    step.done(programs.provider.display());
    run_with(console, &tools, &programs, filter)
}

/// The same with tools and programs that are there already.
pub(crate) fn run_with(
    console: Console,
    tools: &Tools,
    programs: &Programs,
    filter: Option<&str>,
) -> Result<()> {
    let chosen = |name: &str| filter.is_none_or(|filter| name.contains(filter));
    let names: Vec<&str> = SCENARIOS.iter().map(|(name, _)| *name).collect();
    ensure!(
        names.iter().any(|name| chosen(name)),
        "no scenario is called so; there are {}",
        names.join(", ")
    );
    let cluster_tools = ClusterTools::ready(console)?;
    let step = console.step(format!("starting Kubernetes {KUBERNETES} on loopback"));
    let cluster = Cluster::start(&cluster_tools)?;
    step.done(&cluster.url);
    let step = console.step("terraform apply of examples/quickstart, and again after CI pushed an image");
    let world = World::new(tools, &cluster_tools, programs, cluster)?;
    step.done("values, configuration of the post-renderer and of kapp");

    let step = console.step("the matrix");
    let mut table = Table::new(console);
    for (_, scenario) in SCENARIOS.iter().filter(|(name, _)| chosen(name)) {
        scenario(&world, &mut table)?;
    }
    table.finish(step)
}
