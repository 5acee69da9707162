//! The programs of a release: built for any platform with Zig's C compiler and linker, or given as files.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acceptance::console::Console;
use acceptance::process::Process;
use acceptance::programs;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Context, Result, ensure};

use super::checkout::Checkout;
use super::platform::Platform;

/// A program that is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// The provider, which is a post-renderer as well.
    Provider,
    /// The post-renderer alone.
    PostRenderer,
}

impl Program {
    /// Both.
    pub(super) const ALL: [Self; 2] = [Self::PostRenderer, Self::Provider];

    /// The name of the program and of its package.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Provider => programs::PROVIDER,
            Self::PostRenderer => programs::POST_RENDERER,
        }
    }

    /// Its path in a folder of programs for several platforms.
    pub(super) fn path_in(self, folder: &Path, platform: Platform) -> PathBuf {
        folder.join(platform.to_string()).join(platform.file_name(self.name()))
    }
}

/// Where programs come from.
pub(super) enum Source<'a> {
    /// They are built from a checkout.
    Built(Builder<'a>),
    /// They were built before, into the folder of [`Program::path_in`].
    Given(&'a Path),
}

impl Source<'_> {
    /// The path of a program for a platform.
    pub(super) fn program(&self, program: Program, platform: Platform) -> Result<PathBuf> {
        match self {
            Self::Built(builder) => builder.build(program, platform),
            Self::Given(folder) => {
                let path = program.path_in(folder, platform);
                ensure!(
                    path.is_file(),
                    "{} is missing: `make release-programs` builds it for PLATFORM={platform}",
                    path.display()
                );
                Ok(path)
            }
        }
    }
}

/// What builds programs.
pub(super) struct Builder<'a> {
    /// The folder of cargo-zigbuild and Zig.
    tools: PathBuf,
    checkout: &'a Checkout,
}

impl<'a> Builder<'a> {
    /// With the tools installed.
    pub(super) fn ready(console: Console, checkout: &'a Checkout) -> Result<Self> {
        Ok(Self { tools: Tools::zig(console)?, checkout })
    }

    /// The path of a program for a platform.
    pub(super) fn build(&self, program: Program, platform: Platform) -> Result<PathBuf> {
        ensure!(
            Platform::built_here().contains(&platform),
            "programs for {platform} are linked with Apple's SDK: build them on macOS by `make release-programs`, and \
             name their folder as PROGRAMS"
        );
        let (root, target) = (&self.checkout.root, &self.checkout.target);
        Process::inheriting("rustup")
            .args(["target", "add", platform.triple])
            .within(root)
            .limit(Duration::from_mins(10))
            .succeed()
            .context("the libraries of Rust for other platforms come from rustup")?;
        let flags = self.neutral_names()?;
        // Apple's own linker is on macOS only, and there it needs no help.
        let cargo = if platform.is_macos() {
            Process::inheriting("cargo").arg("build")
        } else {
            Process::inheriting("cargo-zigbuild").arg("zigbuild").env("PATH", self.path()?)
        };
        cargo
            .args(["--locked", "--profile", "dist", "--package", program.name(), "--bins"])
            .args(["--target", platform.triple])
            .arg("--target-dir")
            .arg(target)
            // Cargo leaves these flags out of the names that it gives to libraries and symbols.
            .env("CARGO_ENCODED_RUSTFLAGS", flags.rust)
            .env(format!("CFLAGS_{}", platform.triple.replace('-', "_")), flags.c)
            .within(root)
            .limit(Duration::from_hours(2))
            .errors_shown()
            .succeed()?;
        Ok(target.join(platform.triple).join("dist").join(platform.file_name(program.name())))
    }

    fn path(&self) -> Result<OsString> {
        let before = std::env::var_os("PATH").unwrap_or_default();
        let folders = [self.tools.clone()].into_iter().chain(std::env::split_paths(&before));
        std::env::join_paths(folders).context("PATH cannot be extended")
    }

    /// Flags that replace the folders of this machine by neutral names in messages of panics and in C's `__FILE__`.
    fn neutral_names(&self) -> Result<Flags> {
        let mut names = vec![
            (self.checkout.root.clone(), "/ipsy".to_owned()),
            (self.checkout.target.clone(), "/target".to_owned()),
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
