//! Programs from Debian's packages, for what no other registry has.

use std::time::Duration;

use anyhow::{Context, Result};

use super::installation::Installation;
use crate::process::Process;

/// A package and the program that it brings.
#[derive(Debug, Clone, Copy)]
pub(super) struct DebianTool {
    pub(super) package: &'static str,
    pub(super) program: &'static str,
}

/// What the tests with images need.
pub(super) const IMAGE_TOOLS: [DebianTool; 5] = [
    DebianTool { package: "buildah", program: "buildah" },
    DebianTool { package: "docker-registry", program: "docker-registry" },
    DebianTool { package: "mmdebstrap", program: "mmdebstrap" },
    DebianTool { package: "podman", program: "podman" },
    DebianTool { package: "runc", program: "runc" },
];

/// Installs those whose program is missing, which only root can.
pub(super) fn ready(tools: &[DebianTool], installation: &Installation) -> Result<()> {
    let missing: Vec<&str> =
        tools.iter().filter(|tool| !is_installed(tool.program)).map(|tool| tool.package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let step = installation.console.step(format!("installing Debian's {}", missing.join(", ")));
    let apt = |arguments: &[&str]| {
        Process::inheriting("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .limit(Duration::from_mins(20))
            .succeed()
            .with_context(|| format!("install the packages {} of Debian 12 or later", missing.join(", ")))
    };
    apt(&["update", "--quiet=2"])?;
    let install = ["install", "--quiet=2", "--yes", "--no-install-recommends"];
    apt(&[&install[..], &missing[..]].concat())?;
    step.done("installed");
    Ok(())
}

fn is_installed(program: &str) -> bool {
    let found = Process::new("sh").args(["-c", &format!("command -v {program}")]).run();
    found.is_ok_and(|found| found.code == 0)
}
