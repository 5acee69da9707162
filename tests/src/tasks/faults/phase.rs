//! What is being done while something breaks: the app of `tests/faults/` is created, updated or destroyed.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};

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
    /// All phases, or only the one of a name.
    pub(super) fn of(name: Option<&str>) -> Result<Vec<Arc<Self>>> {
        let all = Self::all()?;
        let Some(name) = name else { return Ok(all) };
        let names: Vec<&str> = all.iter().map(|phase| phase.name.as_str()).collect();
        let found = all.iter().find(|phase| phase.name == name);
        let found =
            found.with_context(|| format!("there is no phase `{name}`, only {}", names.join(", ")))?;
        Ok(vec![Arc::clone(found)])
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
