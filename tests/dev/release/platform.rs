//! The platforms of a release, by the names of Go and Terraform.

use std::fmt;
use std::str::FromStr;

use acceptance::workspace;
use anyhow::{Error, Result, anyhow};

/// An operating system and a processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Platform {
    /// As Go names it, such as `linux`.
    pub(crate) system: &'static str,
    /// As Go names it, such as `amd64`.
    pub(crate) machine: &'static str,
    /// As Rust names both.
    pub(super) triple: &'static str,
}

impl Platform {
    /// Those that are published. Programs for Linux are linked statically, with musl: they run with any C library, old
    /// or new, and with none.
    pub(crate) const ALL: [Self; 5] = [
        Self { system: "linux", machine: "amd64", triple: "x86_64-unknown-linux-musl" },
        Self { system: "linux", machine: "arm64", triple: "aarch64-unknown-linux-musl" },
        Self { system: "windows", machine: "amd64", triple: "x86_64-pc-windows-gnu" },
        Self { system: "darwin", machine: "amd64", triple: "x86_64-apple-darwin" },
        Self { system: "darwin", machine: "arm64", triple: "aarch64-apple-darwin" },
    ];

    /// The platform whose programs run here.
    pub(crate) fn of_this_machine() -> Result<Self> {
        let (system, machine) = workspace::platform();
        format!("{system}_{machine}").parse()
    }

    /// Those whose programs can be built here. Programs for macOS are linked with Apple's SDK, which macOS alone has.
    pub(super) fn built_here() -> Vec<Self> {
        Self::ALL.into_iter().filter(|platform| !platform.is_macos() || cfg!(target_os = "macos")).collect()
    }

    /// Whether it is macOS.
    pub(super) fn is_macos(self) -> bool {
        self.system == "darwin"
    }

    /// The name of a program's file.
    pub(crate) fn file_name(self, program: &str) -> String {
        if self.system == "windows" { format!("{program}.exe") } else { program.to_owned() }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.system, self.machine)
    }
}

impl FromStr for Platform {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|platform| platform.to_string() == text).ok_or_else(|| {
            let known = Self::ALL.map(|platform| platform.to_string()).join(", ");
            anyhow!("`{text}` is not one of {known}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_checked_for_the_platforms_of_a_release() {
        let rules = std::fs::read_to_string(workspace::root().join("deny.toml")).unwrap();
        let (_, targets) = rules.split_once("targets = [").unwrap();
        let (targets, _) = targets.split_once(']').unwrap();
        let targets = targets.split(',').map(|line| line.trim().trim_matches('"'));
        let targets: Vec<_> = targets.filter(|target| !target.is_empty()).collect();
        assert_eq!(targets, Platform::ALL.map(|platform| platform.triple));
    }
}
