//! The post-renderer with its completions and manual pages.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::process::Process;
use acceptance::programs::{Profile, Programs};
use anyhow::Result;

use super::archive::{self, Entry};
use super::checkout::Checkout;
use super::platform::Platform;
use super::program::Program;

/// A shell, and the file of its completions.
const SHELLS: [(&str, &str); 3] =
    [("bash", "ipsy-post-renderer"), ("zsh", "_ipsy-post-renderer"), ("fish", "ipsy-post-renderer.fish")];

/// The pages that the program prints about itself: on each platform the same.
pub(super) struct Pages(Vec<Entry>);

impl Pages {
    /// As a build for this machine prints them.
    pub(super) fn generated() -> Result<Self> {
        let program = Programs::post_renderer(Profile::Development)?;
        let mut entries = Vec::new();
        for (shell, file) in SHELLS {
            let text = Process::new(&program).args(["completions", shell]).succeed()?.stdout;
            entries.push(Entry::text(format!("completions/{shell}/{file}"), text));
        }
        let manual = Process::new(&program).arg("man").succeed()?.stdout;
        entries.push(Entry::text("man/man1/ipsy-post-renderer.1", manual));
        Ok(Self(entries))
    }
}

/// The archive for a platform: the kind that users of its operating system can unpack.
pub(super) fn archive(
    folder: &Path,
    version: &str,
    platform: Platform,
    program: &Path,
    checkout: &Checkout,
    pages: &Pages,
) -> Result<PathBuf> {
    let name = Program::PostRenderer.name();
    let mut entries = vec![
        Entry::program(platform.file_name(name), program)?,
        Entry::file("LICENSE", &checkout.root.join("LICENSE"))?,
    ];
    entries.extend(pages.0.iter().cloned());
    let (ending, bytes) = if platform.system == "windows" {
        ("zip", archive::zip(entries)?)
    } else {
        ("tar.gz", archive::tar_gz(entries)?)
    };
    let path = folder.join(format!("{name}_{version}_{platform}.{ending}"));
    fs::write(&path, bytes)?;
    Ok(path)
}
