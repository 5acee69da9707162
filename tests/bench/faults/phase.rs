//! What is being done while something breaks: the app of `tests/faults/` is created, changed, replaced, taken over or
//! destroyed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use crate::terraform::{APPLY, DESTROY};
use crate::workspace;

/// The address of the app in the configuration.
pub(super) const ADDRESS: &str = "ipsy_app.checkout";
/// The command that replaces the app.
const REPLACE: [&str; 5] =
    ["apply", "-input=false", "-no-color", "-auto-approve", "-replace=ipsy_app.checkout"];

/// The update that takes the listener rule from the app.
const REMOVAL: &str = "removal";
/// The replacement in which Terraform destroys the app before it makes it again.
const TAINT: &str = "taint";

/// One part of the app's life.
#[derive(Debug)]
pub(super) struct Phase {
    /// Its place among all.
    pub(super) order: usize,
    /// Its name; that of its folder, if it has one.
    pub(super) name: String,
    /// What it does.
    pub(super) action: Action,
}

/// What a phase does to the app. The app is there before, but for a create. Files of the folders are laid over the app's
/// configuration.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Nothing is there before.
    Create,
    /// The state has lost the app, and finds it again.
    Adopt,
    /// `updates/`: the files change the app.
    Update(PathBuf),
    /// `renames/`: the files make it another app, so that Terraform destroys this one.
    Rename(PathBuf),
    /// `renames_with_images/`: likewise, and there is an image in its repository.
    RenameWithImages(PathBuf),
    /// `replacements/`: the app has the files from the start, and is tainted, which is refused, and replaced.
    Replace(PathBuf),
    /// `takeovers/`: another state holds the app, and the files adopt it.
    TakeOver(PathBuf),
    /// `additions/`: the files make another app beside it.
    Add(PathBuf),
    /// The app is destroyed.
    Destroy,
}

impl Action {
    /// Its folder, if it has one.
    fn folder(&self) -> Option<&Path> {
        match self {
            Self::Create | Self::Adopt | Self::Destroy => None,
            Self::Update(folder)
            | Self::Rename(folder)
            | Self::RenameWithImages(folder)
            | Self::Replace(folder)
            | Self::TakeOver(folder)
            | Self::Add(folder) => Some(folder),
        }
    }
}

/// What a folder's files do.
type OfFolder = fn(PathBuf) -> Action;

impl Phase {
    /// The phases of these names, or all of them.
    pub(super) fn of(names: &[String]) -> Result<Vec<Arc<Self>>> {
        let all = Self::all()?;
        let known: Vec<&str> = all.iter().map(|phase| phase.name.as_str()).collect();
        for name in names {
            ensure!(
                known.contains(&name.as_str()),
                "phase `{name}` not found; known phases: {}",
                known.join(", ")
            );
        }
        let is_named = |phase: &Arc<Self>| names.is_empty() || names.contains(&phase.name);
        Ok(all.iter().filter(|phase| is_named(phase)).cloned().collect())
    }

    /// All phases, those of each folder in the order of their names.
    fn all() -> Result<Vec<Arc<Self>>> {
        let mut all = vec![("create".to_owned(), Action::Create), ("adoption".to_owned(), Action::Adopt)];
        let kinds: [(&str, OfFolder); 6] = [
            ("updates", Action::Update),
            ("renames", Action::Rename),
            ("renames_with_images", Action::RenameWithImages),
            ("replacements", Action::Replace),
            ("takeovers", Action::TakeOver),
            ("additions", Action::Add),
        ];
        for (kind, action) in kinds {
            let folder = configuration().join(kind);
            let entries =
                fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
            let mut folders = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
            folders.sort();
            let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            all.extend(folders.into_iter().map(|folder| (name(&folder), action(folder))));
        }
        all.push(("destroy".to_owned(), Action::Destroy));
        let phases = all.into_iter().enumerate();
        Ok(phases.map(|(order, (name, action))| Arc::new(Self { order, name, action })).collect())
    }

    /// The files that are laid over the app's configuration, if any are.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.action.folder()
    }

    /// Terraform's command line for it.
    pub(super) fn command(&self) -> &'static [&'static str] {
        match self.action {
            Action::Destroy => &DESTROY,
            Action::Replace(_) => &REPLACE,
            _ => &APPLY,
        }
    }

    /// Whether the app serves from the start of the phase to its end.
    pub(super) fn serves_on(&self) -> bool {
        match &self.action {
            Action::Update(_) => self.name != REMOVAL,
            Action::Replace(_) => self.name != TAINT,
            Action::Adopt | Action::TakeOver(_) | Action::Add(_) => true,
            Action::Create | Action::Rename(_) | Action::RenameWithImages(_) | Action::Destroy => false,
        }
    }

    /// The command line that mends it after something has broken: what the next run is, which does not know what
    /// the broken one was for.
    pub(super) fn mending_command(&self) -> &'static [&'static str] {
        if self.action == Action::Destroy { &DESTROY } else { &APPLY }
    }
}

/// The folder of the app's configuration.
pub(super) fn configuration() -> PathBuf {
    workspace::root().join("tests/faults")
}
