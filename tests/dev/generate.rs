//! `cargo dev generate`: documents that are written by programs, and the check that they are up
//! to date.

mod canary;
mod chart_reference;
mod diagrams;
mod field_owners;
mod frame;
mod inventory;
mod kubernetes_structure;
mod markdown;
mod permissions;
mod provider_reference;
mod recipes;
mod rule_reference;
mod scale_out;
mod standards_reference;

use std::fs;
use std::path::PathBuf;

use acceptance::console::Console;
use acceptance::manifests::difference;
use acceptance::programs::Programs;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Result, bail};

/// A generated document.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// Where it lies, from the root of the checkout.
    pub(crate) path: PathBuf,
    /// The whole text.
    pub(crate) text: String,
}

/// What makes documents.
type Generator = fn(&Tools, &Programs) -> Result<Vec<Document>>;

/// All generators.
const GENERATORS: [Generator; 12] = [
    provider_reference::documents,
    chart_reference::documents,
    rule_reference::documents,
    standards_reference::documents,
    kubernetes_structure::documents,
    inventory::documents,
    field_owners::documents,
    permissions::documents,
    recipes::documents,
    scale_out::documents,
    canary::documents,
    diagrams::documents,
];

/// Builds the programs, then writes all documents or, for a check, fails if one is stale.
pub(crate) fn run(console: Console, check: bool) -> Result<()> {
    let tools = Tools::ready(console)?;
    let programs = Programs::ready()?;
    if check { up_to_date(console, &tools, &programs) } else { write(console, &tools, &programs) }
}

/// Fails if a document is not what its generator makes now; shows the difference.
pub(crate) fn up_to_date(console: Console, tools: &Tools, programs: &Programs) -> Result<()> {
    let step = console.step("generated documents");
    let stale = stale(tools, programs)?;
    for (document, present) in &stale {
        let name = document.path.display().to_string();
        console.show_diff(&difference(present, &document.text, (&name, "as generated")));
    }
    if !stale.is_empty() {
        bail!("{} documents are out of date: run `make docs`", stale.len());
    }
    step.done("up to date");
    Ok(())
}

fn write(console: Console, tools: &Tools, programs: &Programs) -> Result<()> {
    let step = console.step("generated documents");
    let stale = stale(tools, programs)?;
    for (document, _) in &stale {
        let path = workspace::root().join(&document.path);
        fs::create_dir_all(path.parent().unwrap_or(workspace::root()))?;
        fs::write(&path, &document.text)?;
        console.say(document.path.display());
    }
    step.done(format!("{} written, the others were up to date", stale.len()));
    Ok(())
}

/// The documents that differ from what lies there, with what lies there.
fn stale(tools: &Tools, programs: &Programs) -> Result<Vec<(Document, String)>> {
    let mut stale = Vec::new();
    for generator in GENERATORS {
        for document in generator(tools, programs)? {
            let present = fs::read_to_string(workspace::root().join(&document.path)).unwrap_or_default();
            if present != document.text {
                stale.push((document, present));
            }
        }
    }
    Ok(stale)
}
