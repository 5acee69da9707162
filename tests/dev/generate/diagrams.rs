//! The diagrams of the guides. Each is written in Mermaid as `docs/pictures/NAME.mmd`, and drawn as an SVG beside it: GitHub
//! would draw Mermaid itself, but the Terraform Registry shows it as text.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::programs::Programs;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Context, Result};

use super::Document;

const FOLDER: &str = "docs/pictures";

/// An SVG for each diagram.
pub(super) fn documents(_: &Tools, _: &Programs) -> Result<Vec<Document>> {
    let folder = workspace::root().join(FOLDER);
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {FOLDER}"))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "mmd"));
    files.sort();
    let drawn = |file: PathBuf| -> Result<Document> {
        let name = file.with_extension("svg").file_name().context("a diagram has no name")?.to_owned();
        let diagram = fs::read_to_string(&file)?;
        let drawing =
            mermaid_svg::render(&diagram).with_context(|| format!("cannot draw {}", file.display()))?;
        Ok(Document { path: Path::new(FOLDER).join(name), text: on_white(&drawing) + "\n" })
    };
    files.into_iter().map(drawn).collect()
}

/// With a background: lines are dark, and so are the pages of some readers.
fn on_white(drawing: &str) -> String {
    drawing.replacen('>', "><rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>", 1)
}
