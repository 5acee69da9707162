//! `cargo dev bench`: measures what the project promises, on the programs as they are published, and prints tables.
//! Numbers are of this machine and this hour; ratios within one run are what counts.

mod manifests;
mod provider;
mod rendering;

use std::path::Path;

use acceptance::console::Console;
use acceptance::programs::{Profile, Programs};
use acceptance::tools::Tools;
use anyhow::{Result, ensure};

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// The provider.
    Provider,
    /// The post-renderer, which is built without the provider.
    Rendering,
}

/// Measures and prints, rendering also on the manifests of a folder.
pub(crate) fn run(console: Console, only: Option<Part>, manifests: Option<&Path>) -> Result<()> {
    let step = console.step("tools, and the programs as they are published");
    let tools = Tools::ready(console)?;
    let (programs, post_renderer) = if only == Some(Part::Rendering) {
        (None, Programs::post_renderer(Profile::Distribution)?)
    } else {
        let programs = Programs::given_or_built(Profile::Distribution)?;
        let post_renderer = programs.post_renderer.clone();
        (Some(programs), post_renderer)
    };
    step.done("ready");
    if let Some(programs) = programs {
        let step = console.step("the provider");
        let report = provider::report(console, &tools, &programs)?;
        console.show(&report.table.to_string());
        ensure!(report.broken.is_empty(), "promises that do not hold:\n{}", report.broken.join("\n"));
        step.done("all promises hold");
    }
    if only == Some(Part::Provider) {
        return Ok(());
    }
    rendering::show(console, &tools, &post_renderer, manifests)
}
