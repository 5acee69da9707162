//! The programs of a release, built for any platform with Zig's C compiler and linker.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::platform::Platform;
use crate::console::Console;
use crate::process::Process;
use crate::tools::Tools;
use crate::workspace;

/// A program that is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// The provider, which is a post-renderer as well.
    Provider,
    /// The post-renderer alone.
    PostRenderer,
}

impl Program {
    /// The name of the program and of its package.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Provider => "terraform-provider-ipsy",
            Self::PostRenderer => "ipsy-post-renderer",
        }
    }
}

/// What builds programs.
pub(super) struct Builder {
    /// The folder of cargo-zigbuild and Zig.
    tools: PathBuf,
    target: PathBuf,
}

impl Builder {
    /// With the tools installed.
    pub(super) fn ready(console: Console) -> Result<Self> {
        Ok(Self { tools: Tools::zig(console)?, target: workspace::target_folder()? })
    }

    /// The path of a program for a platform.
    pub(super) fn build(&self, program: Program, platform: Platform) -> Result<PathBuf> {
        Process::inheriting("rustup")
            .args(["target", "add", platform.triple])
            .within(workspace::root())
            .limit(Duration::from_mins(10))
            .succeed()
            .context("the libraries of Rust for other platforms come from rustup")?;
        let flags = self.neutral_names()?;
        Process::inheriting("cargo-zigbuild")
            .args(["zigbuild", "--locked", "--profile", "dist", "--package", program.name(), "--bins"])
            .args(["--target", platform.triple])
            .arg("--target-dir")
            .arg(&self.target)
            .env("PATH", self.path()?)
            // Cargo leaves these flags out of the names that it gives to libraries and symbols.
            .env("CARGO_ENCODED_RUSTFLAGS", flags.rust)
            .env(format!("CFLAGS_{}", platform.triple.replace('-', "_")), flags.c)
            .within(workspace::root())
            .limit(Duration::from_hours(2))
            .errors_shown()
            .succeed()?;
        Ok(self.target.join(platform.triple).join("dist").join(program.name()))
    }

    fn path(&self) -> Result<OsString> {
        let before = std::env::var_os("PATH").unwrap_or_default();
        let folders = [self.tools.clone()].into_iter().chain(std::env::split_paths(&before));
        std::env::join_paths(folders).context("PATH cannot be extended")
    }

    /// Flags that replace the folders of this machine by neutral names in messages of panics and in C's `__FILE__`.
    fn neutral_names(&self) -> Result<Flags> {
        let mut names = vec![
            (workspace::root().to_owned(), "/ipsy".to_owned()),
            (self.target.clone(), "/target".to_owned()),
        ];
        for sources in sources_of_crates()? {
            names.push((sources, "/crates".to_owned()));
        }
        let flag = |option: &str, (from, to): &(PathBuf, String)| format!("{option}={}={to}", from.display());
        let rust: Vec<_> = names.iter().map(|name| flag("--remap-path-prefix", name)).collect();
        let c: Vec<_> = names.iter().map(|name| flag("-ffile-prefix-map", name)).collect();
        Ok(Flags { rust: rust.join("\u{1f}"), c: c.join(" ") })
    }
}

struct Flags {
    rust: String,
    c: String,
}

/// The folders into which cargo unpacks crates, one for each registry.
fn sources_of_crates() -> Result<Vec<PathBuf>> {
    let home = match std::env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => Path::new(&std::env::var_os("HOME").context("HOME is not set")?).join(".cargo"),
    };
    let folder = home.join("registry/src");
    if !folder.is_dir() {
        // Nothing was unpacked yet; cargo does it in its own order, so it is done before the flags are made.
        workspace::cargo().arg("fetch").limit(Duration::from_mins(20)).succeed()?;
    }
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut folders = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    folders.sort();
    Ok(folders)
}
