//! The report of a change of weights: its journal as JSON, and beside it a picture.

use std::fs;
use std::path::Path;

use super::journal::Journal;
use super::timeline;

/// Writes the report to `path`. A report that can't be written is noted in the log: the traffic has moved all the same.
pub(super) fn write(journal: &Journal, path: &str) {
    let json = serde_json::to_string_pretty(journal).unwrap_or_default() + "\n";
    let picture = Path::new(path).with_extension("svg");
    let written = fs::write(path, json).and_then(|()| fs::write(&picture, timeline::draw(journal)));
    if let Err(error) = written {
        tracing::warn!("The report `{path}` could not be written: {error}");
    }
}
