//! Programs in Python, each in a virtual environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::installation::Installation;
use crate::process::Process;
use crate::workspace;

/// moto, the AWS of nearly all tests.
pub(super) const MOTO: PythonTool =
    PythonTool { name: "moto 5.2.5", folder: "moto-5.2.5", requirements: "tests/aws/requirements.txt" };

/// `MiniStack`, a second judge of what moto does not have.
pub(super) const MINISTACK: PythonTool = PythonTool {
    name: "MiniStack 1.5.33",
    folder: "ministack-1.5.33",
    requirements: "tests/aws/ministack.txt",
};

/// cargo-zigbuild and Zig, which compile and link for any platform.
pub(super) const ZIG: PythonTool =
    PythonTool { name: "Zig 0.17.1", folder: "zig-0.17.1", requirements: "tests/release/requirements.txt" };

/// hadolint, the linter of Dockerfiles: its package ships the program.
pub(super) const HADOLINT: PythonTool = PythonTool {
    name: "hadolint 2.15.1",
    folder: "hadolint-2.15.1",
    requirements: "tests/platform/hadolint.txt",
};

/// The command line of AWS, which the scripts of apps call.
pub(super) const AWS: PythonTool =
    PythonTool { name: "AWS CLI 1.46.3", folder: "awscli-1.46.3", requirements: "tests/platform/awscli.txt" };

/// A tool of pinned packages.
pub(super) struct PythonTool {
    name: &'static str,
    folder: &'static str,
    requirements: &'static str,
}

impl PythonTool {
    /// The Python of the virtual environment, which is made if it is missing or holds other versions.
    pub(super) fn ready(&self, installation: &Installation) -> Result<PathBuf> {
        let wanted = workspace::root().join(self.requirements);
        let wanted_text =
            fs::read_to_string(&wanted).with_context(|| format!("cannot read {}", wanted.display()))?;
        let python = |folder: &Path| folder.join("bin/python");
        let is_there = |folder: &Path| {
            let installed = fs::read_to_string(folder.join("requirements.txt")).unwrap_or_default();
            installed == wanted_text && python(folder).is_file()
        };
        let title = format!("installing {} (once)", self.name);
        let place = installation.installed(self.folder, title, is_there, |half_done| {
            Process::inheriting("python3").args(["-m", "venv"]).arg(half_done).succeed().context(
                "cannot make a virtual environment; are Python 3.11 or later and its venv module installed?",
            )?;
            Process::inheriting(python(half_done))
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .arg("--requirement")
                .arg(&wanted)
                .limit(Duration::from_mins(20))
                .succeed()?;
            Ok(fs::write(half_done.join("requirements.txt"), &wanted_text)?)
        })?;
        Ok(python(&place))
    }
}
