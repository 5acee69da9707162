//! The folder of tools: one installation at a time, each tool complete or not there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::console::Console;

/// The right to install, held until dropped.
#[derive(Debug)]
pub(super) struct Installation {
    folder: PathBuf,
    pub(super) console: Console,
    _lock: File,
}

impl Installation {
    /// Waits for another installation to end, then begins.
    pub(super) fn begin(folder: &Path, console: Console) -> Result<Self> {
        let problem = || format!("cannot prepare the folder of tools {}", folder.display());
        fs::create_dir_all(folder).with_context(problem)?;
        let folder = folder.canonicalize().with_context(problem)?;
        let lock = File::create(folder.join(".lock")).with_context(problem)?;
        if lock.try_lock().is_err() {
            console.say("waiting for another installation of the tools");
            lock.lock().with_context(problem)?;
        }
        Ok(Self { folder, console, _lock: lock })
    }

    /// The folder of a tool, which exists only if the tool is complete.
    pub(super) fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The path of a program that is built from its source if it is missing: `build` puts it into `bin` of the folder
    /// that it is given.
    pub(super) fn built(
        &self,
        name: &str,
        version: &str,
        build: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let folder = format!("{name}-{version}");
        let program = self.place(&folder).join("bin").join(name);
        if !program.is_file() {
            let step = self.console.step(format!("building {name} {version} (once; takes some minutes)"));
            self.complete(&folder, |half_done| {
                build(half_done).with_context(|| format!("cannot build {name}"))
            })?;
            step.done(program.display());
        }
        Ok(program)
    }

    /// Builds a tool in a folder beside its place and moves it there when it is complete, so that
    /// an installation that was cut off leaves nothing that looks installed.
    pub(super) fn complete(&self, name: &str, build: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let half_done = TempDir::with_prefix_in(".half-", &self.folder)?;
        build(half_done.path())?;
        let place = self.place(name);
        if place.exists() {
            fs::remove_dir_all(&place)?;
        }
        fs::rename(half_done.keep(), &place)
            .with_context(|| format!("cannot move {name} to {}", place.display()))
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn a_tool_is_complete_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let installation = Installation::begin(folder.path(), Console::quiet()).unwrap();
        let failed = installation.complete("tool", |half_done| {
            fs::write(half_done.join("program"), "")?;
            bail!("the network is unavailable")
        });
        assert!(failed.is_err());
        assert!(!installation.place("tool").exists());

        installation.complete("tool", |half_done| Ok(fs::write(half_done.join("program"), "")?)).unwrap();
        assert!(installation.place("tool").join("program").exists());
        let left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "only the tool and the lock are left: {left:?}");
    }

    #[test]
    fn the_second_waits_for_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = Installation::begin(folder.path(), Console::quiet()).unwrap();
        let path = folder.path().to_owned();
        let second = std::thread::spawn(move || Installation::begin(&path, Console::quiet()).is_ok());
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert!(!second.is_finished());
        drop(first);
        assert!(second.join().unwrap());
    }
}
