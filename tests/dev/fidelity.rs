//! `cargo dev fidelity DIR`: what the post-renderer changes in real manifests without being asked.

use std::path::Path;
use std::time::Duration;

use acceptance::workspace;
use anyhow::{Context, Result};

/// Runs the check of the post-renderer's crate over a folder; it prints `N same, N changed,
/// N refused`.
pub(crate) fn run(folder: &Path) -> Result<()> {
    let folder = folder.canonicalize().with_context(|| format!("folder {} not found", folder.display()))?;
    workspace::cargo()
        .args(["run", "--quiet", "--release", "--package", "ipsy-post-renderer"])
        .args(["--features", "fuzzing", "--example", "fidelity", "--"])
        .arg(folder)
        .limit(Duration::from_hours(1))
        .show()
}
