//! The bill of materials of a program: each crate in it, with version, licence and digest, as `CycloneDX`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::program::Program;
use crate::console::Console;
use crate::process::Process;
use crate::tools::Tools;
use crate::workspace;

/// Writes `PROGRAM_VERSION.cdx.json`.
pub(super) fn write(console: Console, folder: &Path, version: &str, program: Program) -> Result<PathBuf> {
    let cargo_cyclonedx = Tools::cargo_cyclonedx(console)?;
    let package = workspace::root().join(match program {
        Program::Provider => "provider",
        Program::PostRenderer => "post-renderer",
    });
    let stem = format!("{}_{version}.cdx", program.name());
    Process::inheriting(cargo_cyclonedx)
        .args(["cyclonedx", "--format", "json", "--describe", "crate", "--no-build-deps"])
        .args(["--target", "x86_64-unknown-linux-musl", "--override-filename", &stem])
        .arg("--manifest-path")
        .arg(package.join("Cargo.toml"))
        // A date of its own choice, and so no random serial number.
        .env("SOURCE_DATE_EPOCH", "315532800")
        .within(workspace::root())
        .limit(Duration::from_mins(5))
        .succeed()?;
    // The tool writes beside each Cargo.toml of the workspace that the program needs.
    let path = folder.join(format!("{stem}.json"));
    let written = package.join(format!("{stem}.json"));
    fs::copy(&written, &path).with_context(|| format!("cannot read {}", written.display()))?;
    for member in workspace::members()? {
        let beside = member.join(format!("{stem}.json"));
        if beside.exists() {
            fs::remove_file(beside)?;
        }
    }
    Ok(path)
}
