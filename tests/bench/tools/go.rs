//! Tools written in Go, built by `go install` from the module proxy that Go is set up with.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use super::installation::Installation;
use crate::process::Process;
use crate::workspace;

/// The largest, hashicorp/aws, takes 35 minutes of processor time.
const LIMIT: Duration = Duration::from_mins(90);

/// A program of a Go module, at one version.
#[derive(Debug, Clone, Copy)]
pub(super) struct GoTool {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) package: &'static str,
    /// A module of ours under `tests/tools-modules/` that builds it, for what replaces modules:
    /// `go install PACKAGE@VERSION` refuses that.
    pub(super) module: Option<&'static str>,
    /// Further linker settings, such as the version of the program.
    pub(super) link: &'static str,
}

impl GoTool {
    /// The path of the program, which is built if it is missing.
    pub(super) fn ready(&self, installation: &Installation) -> Result<PathBuf> {
        self.ready_with(installation, &[])
    }

    /// Like [`Self::ready`], for a program that needs variables of Go while it is built.
    pub(super) fn ready_with(
        &self,
        installation: &Installation,
        variables: &[(&str, &str)],
    ) -> Result<PathBuf> {
        installation.built(self.name, self.version, |half_done| {
            let flags = format!("-ldflags=-s -w {}", self.link);
            let go = Process::inheriting("nice")
                .args(["-n", "10", "go"])
                .env("GOBIN", half_done.join("bin"))
                .env("CGO_ENABLED", "0")
                .envs(variables.iter().copied());
            let go = match self.module {
                None => go
                    .args(["install", "-trimpath", &flags])
                    .arg(format!("{}@{}", self.package, self.version))
                    .within(half_done),
                // Go would name the program after the last part of the path, which for etcd is
                // `server`.
                Some(module) => go
                    .args(["build", "-trimpath", &flags, "-o"])
                    .arg(half_done.join("bin").join(self.name))
                    .arg(self.package)
                    .within(workspace::root().join("tests/tools-modules").join(module)),
            };
            go.limit(LIMIT).succeed().context("is Go installed?").map(drop)
        })
    }
}
