//! The manifests to read: files, or stdin.

use super::files::is_stdin;
use super::input;
use crate::finding::{Finding, Location};
use crate::render::{ErrorKind, RenderError};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Name of the standard input, in findings.
pub(super) const STDIN: &str = "stdin";

/// One stream of manifests.
pub(super) struct Source {
    /// The path as it was given, or `stdin`.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// Reads all files, each as a stream of its own. `-` and an empty list mean stdin.
pub(super) fn sources(files: &[PathBuf], stdin: &mut dyn Read) -> Result<Vec<Source>, RenderError> {
    if files.is_empty() {
        return Ok(vec![Source { name: STDIN.to_owned(), bytes: input::read(stdin)? }]);
    }
    let mut sources = Vec::new();
    let mut findings = Vec::new();
    for path in files {
        let is_stdin = is_stdin(path);
        let name = if is_stdin { STDIN.to_owned() } else { path.display().to_string() };
        let read = if is_stdin {
            input::read(stdin)
        } else {
            open(path, &name).and_then(|mut file| input::read(&mut file))
        };
        match read {
            Ok(bytes) => sources.push(Source { name, bytes }),
            Err(error) => findings.extend(error.findings.into_iter().map(|finding| named(finding, &name))),
        }
    }
    if findings.is_empty() { Ok(sources) } else { Err(RenderError { kind: ErrorKind::Input, findings }) }
}

fn open(path: &Path, name: &str) -> Result<File, RenderError> {
    let file = File::open(path).and_then(|file| {
        if file.metadata()?.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(file) }
    });
    file.map_err(|error| {
        let finding = Finding::error("input-unreadable", format!("`{name}` cannot be read: {error}"))
            .help("give paths of manifest files, or none to read stdin");
        RenderError { kind: ErrorKind::Input, findings: vec![finding] }
    })
}

fn named(finding: Finding, name: &str) -> Finding {
    finding.at(Location { source: Some(name.to_owned()), ..Location::default() })
}
