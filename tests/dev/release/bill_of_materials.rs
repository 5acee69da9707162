//! The bill of materials of a program: each crate in it, with version, licence and digest, as `CycloneDX`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acceptance::console::Console;
use acceptance::process::Process;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Context, Result};

use super::checkout::Checkout;
use super::program::Program;

/// Writes `PROGRAM_VERSION.cdx.json`.
pub(super) fn write(
    console: Console,
    folder: &Path,
    version: &str,
    program: Program,
    checkout: &Checkout,
) -> Result<PathBuf> {
    let cargo_cyclonedx = Tools::cargo_cyclonedx(console)?;
    let package = checkout.root.join(match program {
        Program::Provider => "provider",
        Program::PostRenderer => "post-renderer",
    });
    let stem = format!("{}_{version}.cdx", program.name());
    Process::inheriting(cargo_cyclonedx)
        .args(["cyclonedx", "--format", "json", "--no-build-deps"])
        // The crates of all platforms: one document describes them all.
        .args(["--target", "all", "--override-filename", &stem])
        .arg("--manifest-path")
        .arg(package.join("Cargo.toml"))
        // A date of its own choice, and so no random serial number.
        .env("SOURCE_DATE_EPOCH", "315532800")
        .within(&checkout.root)
        .limit(Duration::from_mins(5))
        .succeed()?;
    let path = folder.join(format!("{stem}.json"));
    let written = package.join(format!("{stem}.json"));
    let text = fs::read_to_string(&written).with_context(|| format!("cannot read {}", written.display()))?;
    // Crates of the workspace are named by their folders.
    fs::write(&path, text.replace(&*checkout.root.to_string_lossy(), "/ipsy"))?;
    // The tool writes beside each Cargo.toml of the workspace that the program needs.
    for member in workspace::members()? {
        let beside = checkout.root.join(member.strip_prefix(workspace::root())?).join(format!("{stem}.json"));
        if beside.exists() {
            fs::remove_file(beside)?;
        }
    }
    Ok(path)
}
