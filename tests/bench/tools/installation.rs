//! The folder of tools: each tool is installed once, and is complete or not there.

use std::fmt::Display;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::console::Console;

/// Where tools are installed. Different tools may be installed at the same time, also by several processes.
#[derive(Debug)]
pub(super) struct Installation {
    folder: PathBuf,
    console: Console,
}

impl Installation {
    /// The folder, which is made if it is missing.
    pub(super) fn begin(folder: &Path, console: Console) -> Result<Self> {
        let problem = || format!("cannot prepare the folder of tools {}", folder.display());
        fs::create_dir_all(folder).with_context(problem)?;
        Ok(Self { folder: folder.canonicalize().with_context(problem)?, console })
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
        let program = |folder: &Path| folder.join("bin").join(name);
        let title = format!("building {name} {version} (once; takes some minutes)");
        let place = self.installed(&folder, title, |place| program(place).is_file(), build);
        Ok(program(&place.with_context(|| format!("cannot build {name}"))?))
    }

    /// The folder of a tool, which `install` fills unless it `is_there`. It is filled beside its place and moved there when
    /// it is complete, so that an installation that was cut off leaves nothing that looks installed.
    pub(super) fn installed(
        &self,
        name: &str,
        title: impl Display,
        is_there: impl Fn(&Path) -> bool,
        install: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let place = self.folder.join(name);
        self.once(
            name,
            title,
            || is_there(&place),
            || {
                let half_done = TempDir::with_prefix_in(".half-", &self.folder)?;
                install(half_done.path())?;
                if place.exists() {
                    fs::remove_dir_all(&place)?;
                }
                fs::rename(half_done.keep(), &place)
                    .with_context(|| format!("cannot move {name} to {}", place.display()))
            },
        )?;
        Ok(place)
    }

    /// Installs what is not there. Who comes while another installs it waits, and finds it there.
    pub(super) fn once(
        &self,
        name: &str,
        title: impl Display,
        is_there: impl Fn() -> bool,
        install: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        if is_there() {
            return Ok(());
        }
        let lock = File::create(self.folder.join(format!(".lock-{name}")))?;
        if lock.try_lock().is_err() {
            self.console.say(format!("waiting for another installation of {name}"));
            lock.lock()?;
        }
        if is_there() {
            return Ok(());
        }
        let step = self.console.step(title);
        install()?;
        step.done("installed");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use anyhow::bail;

    use super::*;

    fn is_there(place: &Path) -> bool {
        place.join("program").exists()
    }

    #[test]
    fn a_tool_is_complete_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let installation = Installation::begin(folder.path(), Console::quiet()).unwrap();
        let failed = installation.installed("tool", "", is_there, |half_done| {
            fs::write(half_done.join("program"), "")?;
            bail!("the network is unavailable")
        });
        assert!(failed.is_err());
        assert!(!folder.path().join("tool").exists());

        let place = installation
            .installed("tool", "", is_there, |half_done| Ok(fs::write(half_done.join("program"), "")?))
            .unwrap();
        assert!(is_there(&place));
        let left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "only the tool and the lock are left: {left:?}");
    }

    #[test]
    fn a_tool_is_installed_once() {
        let folder = tempfile::tempdir().unwrap();
        let times = AtomicU32::new(0);
        let install = |half_done: &Path| {
            times.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(std::time::Duration::from_millis(100));
            Ok(fs::write(half_done.join("program"), "")?)
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let installation = Installation::begin(folder.path(), Console::quiet()).unwrap();
                    installation.installed("tool", "", is_there, install).unwrap();
                });
            }
        });
        assert_eq!(times.into_inner(), 1);
    }

    #[test]
    fn an_installed_tool_waits_for_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let installation = Installation::begin(folder.path(), Console::quiet()).unwrap();
        let install = |half_done: &Path| Ok(fs::write(half_done.join("program"), "")?);
        installation.installed("tool", "", is_there, install).unwrap();
        let outcome = installation.installed("other", "", is_there, |half_done| {
            installation.installed("tool", "", is_there, |_| bail!("it is there"))?;
            install(half_done)
        });
        outcome.unwrap();
    }
}
