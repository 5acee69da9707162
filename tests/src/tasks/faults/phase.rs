//! What is being done while something breaks: the app of `tests/faults/` is created, updated or destroyed.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use crate::terraform::{APPLY, DESTROY};
use crate::workspace;

/// A create, one of the updates, or a destroy.
#[derive(Debug)]
pub(super) struct Phase {
    /// Its place among all.
    pub(super) order: usize,
    /// Its name; that of an update's folder.
    pub(super) name: String,
    /// What it does.
    pub(super) action: Action,
}

/// What a phase does to the app.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Nothing is there before.
    Create,
    /// The app is there; the files of the folder are laid over its configuration.
    Update(PathBuf),
    /// The app is there.
    Destroy,
}

impl Phase {
    /// The phases of these names, or all of them.
    pub(super) fn of(names: &[String]) -> Result<Vec<Arc<Self>>> {
        let all = Self::all()?;
        let known: Vec<&str> = all.iter().map(|phase| phase.name.as_str()).collect();
        for name in names {
            ensure!(known.contains(&name.as_str()), "there is no phase `{name}`, only {}", known.join(", "));
        }
        let is_named = |phase: &Arc<Self>| names.is_empty() || names.contains(&phase.name);
        Ok(all.iter().filter(|phase| is_named(phase)).cloned().collect())
    }

    /// All phases, the updates in the order of their names.
    fn all() -> Result<Vec<Arc<Self>>> {
        let folder = configuration().join("updates");
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let mut updates = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        updates.sort();
        let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut all = vec![("create".to_owned(), Action::Create)];
        all.extend(updates.into_iter().map(|path| (name(&path), Action::Update(path))));
        all.push(("destroy".to_owned(), Action::Destroy));
        let phases = all.into_iter().enumerate();
        Ok(phases.map(|(order, (name, action))| Arc::new(Self { order, name, action })).collect())
    }

    /// Terraform's command line for it.
    pub(super) fn command(&self) -> &'static [&'static str] {
        if self.action == Action::Destroy { &DESTROY } else { &APPLY }
    }
}

/// The folder of the app's configuration.
pub(super) fn configuration() -> PathBuf {
    workspace::root().join("tests/faults")
}
