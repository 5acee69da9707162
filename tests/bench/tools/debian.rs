//! Programs from Debian's packages, for what no other registry has.

use std::time::Duration;

use anyhow::{Context, Result};

use super::installation::Installation;
use crate::process::Process;

/// A package, and a shell command that succeeds where it is installed.
#[derive(Debug, Clone, Copy)]
pub(super) struct DebianTool {
    package: &'static str,
    probe: &'static str,
}

const BUILDAH: DebianTool = DebianTool { package: "buildah", probe: "command -v buildah" };
const DOCKER_REGISTRY: DebianTool =
    DebianTool { package: "docker-registry", probe: "command -v docker-registry" };

/// What the tests with images need.
pub(super) const IMAGE_TOOLS: [DebianTool; 5] = [
    BUILDAH,
    DOCKER_REGISTRY,
    DebianTool { package: "mmdebstrap", probe: "command -v mmdebstrap" },
    DebianTool { package: "podman", probe: "command -v podman" },
    DebianTool { package: "runc", probe: "command -v runc" },
];

/// What the tests of a release need.
pub(super) const RELEASE_TOOLS: [DebianTool; 8] = [
    DebianTool { package: "bubblewrap", probe: "command -v bwrap" },
    BUILDAH,
    DOCKER_REGISTRY,
    DebianTool { package: "file", probe: "command -v file" },
    DebianTool { package: "gnupg", probe: "command -v gpg" },
    // The other tools are Python's, in virtual environments.
    DebianTool { package: "python3-venv", probe: "python3 -c 'import ensurepip'" },
    DebianTool { package: "qemu-user-static", probe: "command -v qemu-aarch64-static" },
    DebianTool { package: "skopeo", probe: "command -v skopeo" },
];

/// Installs those that are missing, which only root can.
pub(super) fn ready(tools: &[DebianTool], installation: &Installation) -> Result<()> {
    let missing: Vec<&DebianTool> = tools.iter().filter(|tool| !is_installed(tool.probe)).collect();
    let packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
    let title = format!("installing Debian's {}", packages.join(", "));
    // Debian's tools install one thing at a time.
    installation.once(
        "debian",
        title,
        || missing.iter().all(|tool| is_installed(tool.probe)),
        || install(&packages),
    )
}

fn install(packages: &[&str]) -> Result<()> {
    let apt = |arguments: &[&str]| {
        Process::inheriting("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .limit(Duration::from_mins(20))
            .succeed()
            .map(drop)
            .with_context(|| format!("install the packages {} of Debian 12 or later", packages.join(", ")))
    };
    apt(&["update", "--quiet=2"])?;
    let install = ["install", "--quiet=2", "--yes", "--no-install-recommends"];
    apt(&[&install[..], packages].concat())
}

fn is_installed(probe: &str) -> bool {
    let found = Process::new("sh").args(["-c", probe]).run();
    found.is_ok_and(|found| found.code == 0)
}
