//! The programs under test: built once, or taken from the folder that `IPSY_BIN_DIR` names, such
//! as an unpacked release.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::Process;
use crate::workspace;

/// The name of the provider and of its package.
pub const PROVIDER: &str = "terraform-provider-ipsy";
/// The name of the post-renderer and of its package.
pub const POST_RENDERER: &str = "ipsy-post-renderer";

/// What is built at once for tests and the demonstration.
pub const TOGETHER: [&str; 3] = [PROVIDER, POST_RENDERER, "acceptance"];

/// Both programs of ours.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The provider, which is a post-renderer as well.
    pub provider: PathBuf,
    /// The post-renderer alone.
    pub post_renderer: PathBuf,
}

/// How programs are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// For tests, the demonstration and CI.
    Development,
    /// With all optimisations of what is published, linked for this machine; for installing and measuring.
    Distribution,
}

impl Programs {
    /// The programs for tests.
    pub fn ready() -> Result<Self> {
        Self::given_or_built(Profile::Development)
    }

    /// The programs in the folder that `IPSY_BIN_DIR` names; without one, they are built.
    pub fn given_or_built(profile: Profile) -> Result<Self> {
        match Self::given()? {
            Some(given) => Ok(given),
            None => Self::build(profile),
        }
    }

    /// The programs in the folder that `IPSY_BIN_DIR` names, if it does.
    pub fn given() -> Result<Option<Self>> {
        std::env::var_os("IPSY_BIN_DIR").map(|folder| Self::within(Path::new(&folder))).transpose()
    }

    /// The post-renderer alone, given or built: it needs a fraction of the time that the provider takes.
    pub fn post_renderer(profile: Profile) -> Result<PathBuf> {
        if let Some(folder) = std::env::var_os("IPSY_BIN_DIR") {
            return given(Path::new(&folder), POST_RENDERER);
        }
        let cargo = workspace::cargo().args(["build", "--package", POST_RENDERER, "--bins"]);
        let cargo = match profile {
            Profile::Development => cargo,
            Profile::Distribution => cargo.args(["--profile", "dist"]),
        };
        built(&messages(cargo)?, POST_RENDERER)
    }

    /// The example provider of the framework, which the variable `IPSY_EXAMPLE_PROVIDER` names or which is built.
    pub fn example_provider() -> Result<PathBuf> {
        match std::env::var_os("IPSY_EXAMPLE_PROVIDER") {
            Some(provider) => Ok(provider.into()),
            // Built like everything else, or the dependencies would be compiled again with fewer features.
            None => executable(
                &messages(workspace::cargo().args(["build", "--workspace", "--bins", "--examples"]))?,
                "null",
                "example",
            ),
        }
    }

    /// Builds both programs and returns where cargo put them.
    pub fn build(profile: Profile) -> Result<Self> {
        let cargo = workspace::cargo().arg("build");
        Self::built_by(match profile {
            // Cargo unites the features of dependencies over all packages that are built at once. With these three they
            // are the same as in a build of all tests, so the AWS SDK is compiled once instead of twice.
            Profile::Development => {
                cargo.arg("--bins").args(TOGETHER.iter().flat_map(|name| ["--package", *name]))
            }
            Profile::Distribution => cargo.args(["--profile", "dist", "--workspace", "--bins"]),
        })
    }

    /// Builds both programs together with all tests.
    pub fn build_beside_tests() -> Result<Self> {
        Self::built_by(workspace::cargo().args(["build", "--workspace", "--all-targets"]))
    }

    /// The folder that holds both.
    pub fn folder(&self) -> Result<&Path> {
        self.provider.parent().context("a program lies in a folder")
    }

    fn built_by(cargo: Process) -> Result<Self> {
        let messages = messages(cargo)?;
        Ok(Self { provider: built(&messages, PROVIDER)?, post_renderer: built(&messages, POST_RENDERER)? })
    }

    /// The programs in a folder, such as an unpacked release.
    pub fn within(folder: &Path) -> Result<Self> {
        Ok(Self { provider: given(folder, PROVIDER)?, post_renderer: given(folder, POST_RENDERER)? })
    }
}

/// A program in the folder that `IPSY_BIN_DIR` names.
fn given(folder: &Path, name: &str) -> Result<PathBuf> {
    let path = folder.join(name);
    if !path.is_file() {
        bail!("IPSY_BIN_DIR is {}, which does not contain {name}", folder.display());
    }
    Ok(path.canonicalize()?)
}

/// Cargo's messages about a build, for programs.
fn messages(cargo: Process) -> Result<String> {
    let build = cargo.arg("--message-format=json-render-diagnostics").errors_shown();
    Ok(build.limit(Duration::from_hours(1)).succeed()?.stdout)
}

/// The executable of a program, by cargo's messages.
fn built(messages: &str, name: &str) -> Result<PathBuf> {
    executable(messages, name, "bin")
}

/// The executable of a target of this kind, by cargo's messages.
fn executable(messages: &str, name: &str, kind: &str) -> Result<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| {
            let target = &message["target"];
            target["name"] == name && target["kind"][0] == kind && message["profile"]["test"] == false
        })
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back()
        .with_context(|| format!("cargo built no {kind} `{name}`"))
}
