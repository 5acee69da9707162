//! Files are shown, then written. A file that differs is overwritten only if the user agrees to that file.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::{Stop, Terminal};

/// What the options decide about writing.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    /// Show every file and write none.
    pub(super) only_show: bool,
    /// Write new files without asking.
    pub(super) agreed: bool,
    /// Overwrite files without asking.
    pub(super) overwrite: bool,
}

/// A file and what lies in its place.
struct File<'f> {
    name: &'f str,
    path: PathBuf,
    text: &'f str,
    present: Option<String>,
}

impl File<'_> {
    fn differs(&self) -> bool {
        self.present.as_deref().is_some_and(|present| present != self.text)
    }

    fn state(&self) -> &'static str {
        match &self.present {
            None => "new",
            Some(_) if self.differs() => "differs",
            Some(_) => "unchanged",
        }
    }

    fn difference(&self) -> String {
        let present = self.present.as_deref().unwrap_or_default();
        TextDiff::from_lines(present, self.text).unified_diff().header(self.name, self.name).to_string()
    }
}

/// Writes `files` below `folder`.
pub(super) fn write(
    folder: &Path,
    files: &BTreeMap<String, String>,
    choice: Choice,
    terminal: &mut Terminal<'_>,
) -> Result<(), Stop> {
    let files = files.iter().map(|(name, text)| look(folder, name, text));
    let files: Vec<File<'_>> = files.collect::<Result<_, _>>()?;
    terminal.show(format!("Files in {}:", folder.display()));
    for file in &files {
        terminal.show(format!("  {:<10} {} ({} lines)", file.state(), file.name, file.text.lines().count()));
    }
    let shown = files.iter().filter(|file| file.differs() || choice.only_show && file.present.is_none());
    for file in shown {
        terminal.show(format!("\n{}", file.difference().trim_end()));
    }
    if choice.only_show {
        return Ok(());
    }
    let mut chosen = Vec::new();
    let new: Vec<&File<'_>> = files.iter().filter(|file| file.present.is_none()).collect();
    let differing: Vec<&File<'_>> = files.iter().filter(|file| file.differs()).collect();
    if !terminal.interactive {
        refuse(&new, &differing, choice)?;
    }
    let question = format!("\nWrite {}?", counted(new.len(), "new file"));
    if !new.is_empty() && (choice.agreed || terminal.agrees(&question)?) {
        chosen.extend(new);
    }
    for file in differing {
        if choice.overwrite || terminal.agrees(&format!("Overwrite {}?", file.name))? {
            chosen.push(file);
        }
    }
    for file in &chosen {
        if let Some(parent) = file.path.parent() {
            fs::create_dir_all(parent).map_err(|error| failure(parent, &error))?;
        }
        fs::write(&file.path, file.text).map_err(|error| failure(&file.path, &error))?;
    }
    terminal.show(format!("{} written.", counted(chosen.len(), "file")));
    Ok(())
}

fn counted(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// Without a terminal, nothing is written unless the options agree to all of it.
fn refuse(new: &[&File<'_>], differing: &[&File<'_>], choice: Choice) -> Result<(), Stop> {
    let mut lines = Vec::new();
    if !differing.is_empty() && !choice.overwrite {
        let names: Vec<&str> = differing.iter().map(|file| file.name).collect();
        lines.push(format!(
            "These files exist and differ: {}. Add `--overwrite` to replace them.",
            names.join(", ")
        ));
    }
    if !new.is_empty() && !choice.agreed {
        lines.push(
            "Standard input is not a terminal, so that no question can be asked: add `--yes` to write."
                .to_owned(),
        );
    }
    if lines.is_empty() {
        return Ok(());
    }
    lines.push("Nothing was written.".to_owned());
    Err(Stop { code: super::REFUSED, lines })
}

fn look<'f>(folder: &Path, name: &'f str, text: &'f str) -> Result<File<'f>, Stop> {
    let path = folder.join(name);
    let present = match fs::read_to_string(&path) {
        Ok(present) => Some(present),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(failure(&path, &error)),
    };
    Ok(File { name, path, text, present })
}

fn failure(path: &Path, error: &std::io::Error) -> Stop {
    Stop::refused(format!("{}: {error}", path.display()))
}
