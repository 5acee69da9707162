//! The result of `check` as JSON: the report file with a summary.

use super::Checks;
use serde_json::json;
use std::io::{self, Write};

/// Writes `{version, exitCode, summary, findings, changes}`.
pub(super) fn write(checks: &Checks, stream: &mut dyn Write) -> io::Result<()> {
    let summary = checks.summary();
    let changes: Vec<_> = checks.streams.iter().flat_map(super::Checked::located_changes).collect();
    let result = json!({
        "version": 1,
        "exitCode": checks.exit_code,
        "summary": {
            "objects": summary.objects,
            "errors": summary.errors,
            "warnings": summary.warnings,
            "notes": summary.notes,
            "wouldChange": summary.would_change,
        },
        "findings": checks.findings().collect::<Vec<_>>(),
        "changes": changes,
    });
    writeln!(stream, "{result:#}")
}
