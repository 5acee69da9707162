//! `cargo dev bench`: measures what the project promises, on the programs as they are published, and prints tables.
//! Numbers are of this machine and this hour; ratios within one run are what counts.

mod manifests;
mod measure;
mod provider;
mod rendering;
mod table;

use anyhow::Result;

use crate::console::Console;
use crate::programs::{Profile, Programs};
use crate::tools::Tools;

/// Measures and prints.
pub fn run(console: Console) -> Result<()> {
    let step = console.step("tools, and the programs as they are published");
    let tools = Tools::ready(console)?;
    let programs = Programs::given_or_built(Profile::Distribution)?;
    step.done("ready");

    let step = console.step("the provider");
    console.show(&provider::table(&tools, &programs)?.to_string());
    step.done("measured");

    let step = console.step("the post-renderer, beside kustomize and `cat`, on the same documents");
    console.show(&rendering::table(console, &tools, &programs)?.to_string());
    step.done("measured");
    Ok(())
}
