//! A checkout of the sources, and the folder of what is built from it.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::process::Process;
use acceptance::workspace;
use anyhow::{Context, Result};

/// What a release is made of.
#[derive(Debug)]
pub(crate) struct Checkout {
    /// The folder of the sources.
    pub(super) root: PathBuf,
    /// Where cargo puts what it builds.
    pub(super) target: PathBuf,
}

impl Checkout {
    /// The checkout that this program was built from.
    pub(crate) fn here() -> Result<Self> {
        Ok(Self { root: workspace::root().to_owned(), target: workspace::target_folder()? })
    }

    /// A copy of its files in another folder, with build results of its own.
    pub(crate) fn copied_to(folder: &Path) -> Result<Self> {
        let copy = Self { root: folder.join("sources"), target: folder.join("results") };
        let listed = Process::new("git")
            // CI checks out as another user than the one of its container.
            .args(["-c", &format!("safe.directory={}", workspace::root().display())])
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .within(workspace::root())
            .succeed()
            .context("the files of the checkout cannot be listed")?;
        for name in listed.stdout.split('\0') {
            let file = workspace::root().join(name);
            // Files that were deleted and not yet committed are listed as well.
            if file.is_file() {
                let to = copy.root.join(name);
                fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
                fs::copy(&file, &to).with_context(|| format!("cannot copy {name}"))?;
            }
        }
        Ok(copy)
    }
}
