//! Tools written in Rust, built by `cargo install` from the registry that cargo is set up with.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

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
        installation.built(self.name, self.version, |half_done| {
            let target = half_done.join("target");
            Process::inheriting("cargo")
                .args(["install", "--quiet", "--locked", "--no-track", "--version", self.version])
                .arg("--root")
                .arg(half_done)
                .arg(self.name)
                .env("CARGO_TARGET_DIR", &target)
                .limit(Duration::from_mins(20))
                .succeed()?;
            Ok(fs::remove_dir_all(target)?)
        })
    }
}
