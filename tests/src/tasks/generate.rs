//! `cargo dev generate`: documents that are written by programs, and the check that they are up
//! to date.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::console::Console;
use crate::manifests::difference;
use crate::workspace;

/// A generated document: where it lies, from the root, and its text.
#[derive(Debug, Clone)]
pub struct Document {
    /// The path, from the root of the checkout.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
}

/// What makes documents.
type Generator = fn() -> Result<Vec<Document>>;

/// All generators.
const GENERATORS: [Generator; 0] = [];

/// Writes all documents, or fails if one is not up to date.
pub fn run(console: Console, check: bool) -> Result<()> {
    let step = console.step("generated documents");
    let mut stale = 0;
    for generator in GENERATORS {
        for document in generator()? {
            let path = workspace::root().join(&document.path);
            let present = fs::read_to_string(&path).unwrap_or_default();
            if present == document.text {
                continue;
            }
            stale += 1;
            let name = document.path.display().to_string();
            if check {
                console.show_diff(&difference(&present, &document.text, (&name, "generated")));
            } else {
                fs::create_dir_all(path.parent().unwrap_or(workspace::root()))?;
                fs::write(&path, &document.text)?;
                console.say(format!("wrote {name}"));
            }
        }
    }
    if check && stale > 0 {
        bail!("{stale} documents are out of date: run `make docs`");
    }
    step.done("up to date");
    Ok(())
}
