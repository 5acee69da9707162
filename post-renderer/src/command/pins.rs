//! `check --pins DIR`: walks through a repository and reports what it does not pin.

use super::arguments::Strictness;
use super::check::{Checked, Checks, Format, print};
use super::files::read_text;
use super::{Colored, Streams, report};
use crate::finding::{Finding, Location};
use crate::pins::unpinned;
use crate::render::ErrorKind;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders that hold what others wrote, or what was built.
const SKIPPED: [&str; 6] = [".git", ".terraform", "node_modules", "target", "vendor", "__pycache__"];

/// Checks the files below a folder. Returns the result of printing, and the exit code.
pub(super) fn run(
    folder: &Path,
    format: Format,
    colored: Colored,
    streams: &mut Streams<'_>,
) -> (io::Result<()>, u8) {
    let mut paths = Vec::new();
    if let Err(error) = collect(folder, &mut paths) {
        let message = format!("`{}` cannot be read: {error}", folder.display());
        let finding = Finding::error("input-unreadable", message).help("give the folder of a repository");
        let _ = report::show(std::iter::once(&finding), colored.stderr, streams.stderr);
        return (Ok(()), ErrorKind::Input.exit_code());
    }
    paths.sort();
    let checked: Vec<Checked> = paths.iter().filter_map(|path| check(folder, path)).collect();
    let files = checked.len();
    let checks = Checks::of(checked, Strictness::Normal);
    let written = match format {
        Format::Text => report::show(checks.findings(), colored.stdout, streams.stdout).and_then(|()| {
            writeln!(streams.stdout, "{files} files, {} not pinned", checks.findings().count())
        }),
        _ => print(&checks, format, colored, streams.stdout),
    };
    (written, checks.exit_code())
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_skipped = SKIPPED.iter().any(|name| entry.file_name() == *name);
        let kind = entry.file_type()?;
        if kind.is_dir() && !is_skipped {
            collect(&entry.path(), paths)?;
        } else if kind.is_file() {
            paths.push(entry.path());
        }
    }
    Ok(())
}

/// What a file does not pin; `None` if it is of no kind that is read. Files that hold no text are of none.
fn check(folder: &Path, path: &Path) -> Option<Checked> {
    let name = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let text = match read_text(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let place = Location { source: Some(name.clone()), ..Location::default() };
            let finding = Finding::error("input-unreadable", format!("the file cannot be read: {error}"));
            return Some(Checked::of_file(name, vec![finding.at(place)], ErrorKind::Input.exit_code()));
        }
        Err(_) => return None,
    };
    let findings = unpinned(&name, &text)?;
    let code = u8::from(!findings.is_empty());
    Some(Checked::of_file(name, findings, code))
}
