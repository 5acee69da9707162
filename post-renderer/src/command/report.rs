//! Findings for people on stderr, and for programs in a file.

use super::arguments::Common;
use super::configure::configuration_variable;
use super::files::{folder_of, same_file};
use super::helm_plugin;
use crate::finding::Finding;
use crate::render::{Change, ErrorKind, RenderError};
use serde_json::json;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Writes findings, one after the other, colored for a terminal or not.
pub(super) fn show<'f>(
    findings: impl Iterator<Item = &'f Finding>,
    colored: bool,
    stream: &mut dyn Write,
) -> io::Result<()> {
    for finding in findings {
        if colored {
            writeln!(stream, "{}", finding.colored())?;
        } else {
            writeln!(stream, "{finding}")?;
        }
    }
    stream.flush()
}

/// The report file: `{version, exitCode, findings, changes}`, readable by its owner alone.
pub(super) struct Report {
    path: PathBuf,
    /// Whether the user did not ask for the report. Then the run does not fail if it cannot be written.
    is_implicit: bool,
}

impl Report {
    /// The report that the arguments ask for; `files` are the manifests to read.
    pub(super) fn of(common: &Common, files: &[PathBuf]) -> Result<Option<Self>, RenderError> {
        let variable = configuration_variable();
        let inputs: Vec<&Path> = variable
            .iter()
            .chain(common.standards_file())
            .chain(&common.config)
            .chain(files)
            .map(PathBuf::as_path)
            .collect();
        if let Some(path) = &common.report {
            return Self::at(path, &inputs).map(Some);
        }
        let known = common.helm_plugin.then(helm_plugin::report_path).flatten();
        Ok(known.and_then(|path| Self::at(&path, &inputs).ok()).map(|report| {
            // If this fails, writing the file also fails, with the reason.
            let _ = fs::create_dir_all(folder_of(&report.path));
            Self { is_implicit: true, ..report }
        }))
    }

    /// Whether the user did not ask for it.
    pub(super) fn is_implicit(&self) -> bool {
        self.is_implicit
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Checks that a report can go to this path: a new or regular file that is none of `inputs`.
    fn at(path: &Path, inputs: &[&Path]) -> Result<Self, RenderError> {
        let refuse = |reason: &str| {
            let message = format!("`{}` cannot be the report: {reason}", path.display());
            let finding = Finding::error("report-path", message).help("give another path with `--report`");
            Err(RenderError { kind: ErrorKind::Configuration, findings: vec![finding] })
        };
        match fs::symlink_metadata(path) {
            Ok(present) if present.is_symlink() => return refuse("it is a symbolic link"),
            Ok(present) if !present.is_file() => return refuse("it is not a regular file"),
            _ => {}
        }
        if inputs.iter().any(|input| same_file(input, path)) {
            return refuse("it is an input or configuration file");
        }
        Ok(Self { path: path.to_owned(), is_implicit: false })
    }

    /// Writes the report. It replaces the file at its path, so that a link put there meanwhile is not followed.
    pub(super) fn write(
        &self,
        exit_code: u8,
        findings: &[Finding],
        changes: &[Change],
    ) -> Result<(), RenderError> {
        let report = json!({ "version": 1, "exitCode": exit_code, "findings": findings, "changes": changes });
        self.replace(&format!("{report:#}\n")).map_err(|error| {
            let message = format!("the report `{}` cannot be written: {error}", self.path.display());
            let finding =
                Finding::error("report-unwritable", message).help("give another path with `--report`");
            RenderError { kind: ErrorKind::Output, findings: vec![finding] }
        })
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        // A temporary file has mode 0600.
        let mut file = NamedTempFile::new_in(folder_of(&self.path))?;
        file.write_all(text.as_bytes())?;
        file.persist(&self.path)?;
        Ok(())
    }
}
