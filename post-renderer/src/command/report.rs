//! Findings for people on stderr, and for programs in a file.

use crate::finding::Finding;
use crate::render::{Change, ErrorKind, RenderError};
use serde_json::json;
use std::io::{self, Write};
use std::path::Path;

/// Writes findings, one after the other.
pub(super) fn show<'f>(
    findings: impl Iterator<Item = &'f Finding>,
    stream: &mut dyn Write,
) -> io::Result<()> {
    for finding in findings {
        writeln!(stream, "{finding}")?;
    }
    stream.flush()
}

/// Writes the report file: `{version, exitCode, findings, changes}`.
pub(super) fn write(
    path: Option<&Path>,
    exit_code: u8,
    findings: &[Finding],
    changes: &[Change],
) -> Result<(), RenderError> {
    let Some(path) = path else { return Ok(()) };
    let report = json!({ "version": 1, "exitCode": exit_code, "findings": findings, "changes": changes });
    let text = format!("{report:#}\n");
    std::fs::write(path, text).map_err(|error| {
        let message = format!("the report `{}` cannot be written: {error}", path.display());
        let finding = Finding::error("report-unwritable", message).help("give another path with `--report`");
        RenderError { kind: ErrorKind::Configuration, findings: vec![finding] }
    })
}
