//! Tools written in Rust, built by `cargo install` from the registry that cargo is set up with.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use super::installation::Installation;
use crate::process::Process;

/// A program of a crate, at one version.
#[derive(Debug, Clone, Copy)]
pub(super) struct CargoTool {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

impl CargoTool {
    /// The path of the program, which is built if it is missing.
    pub(super) fn ready(&self, installation: &Installation) -> Result<PathBuf> {
        let folder = format!("{}-{}", self.name, self.version);
        let program = installation.place(&folder).join("bin").join(self.name);
        if !program.is_file() {
            let step = installation
                .console
                .step(format!("building {} {} (once; takes some minutes)", self.name, self.version));
            installation.complete(&folder, |half_done| {
                Process::inheriting("cargo")
                    .args(["install", "--quiet", "--locked", "--no-track", "--version", self.version])
                    .arg("--root")
                    .arg(half_done)
                    .arg(self.name)
                    .env("CARGO_TARGET_DIR", half_done.join("target"))
                    .limit(Duration::from_mins(20))
                    .succeed()
                    .with_context(|| format!("cannot build {}", self.name))?;
                Ok(std::fs::remove_dir_all(half_done.join("target"))?)
            })?;
            step.done(program.display());
        }
        Ok(program)
    }
}
