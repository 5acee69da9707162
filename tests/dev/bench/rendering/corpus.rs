//! The contenders on real manifests: every file of a folder.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::table;
use anyhow::{Context, Result, ensure};
use comfy_table::Table;

use super::contenders::{Contender, Role};
use super::{megabytes, milliseconds, ratio};
use crate::measure::Cost;

const ROUNDS: usize = 5;

/// One row for each file and contender. Files that a contender refuses are said to be refused.
pub(super) fn table(manifests: &Path, folder: &Path, all: &[Contender]) -> Result<Table> {
    let files = files(manifests)?;
    ensure!(!files.is_empty(), "there are no manifests in {}", manifests.display());
    let mut table =
        table::under(&["file", "MB", "program", "wall ms", "processor ms", "memory MB", "× its time"]);
    for file in files {
        fs::copy(&file, folder.join("input.yaml"))?;
        let name = file.strip_prefix(manifests).unwrap_or(&file).display().to_string();
        let size = megabytes(fs::metadata(&file)?.len());
        let mut ours = None;
        for contender in all.iter().filter(|contender| contender.role != Role::Floor) {
            let rounds = if contender.role == Role::Peer { 1 } else { ROUNDS };
            let times: Result<Vec<_>> = (0..rounds).map(|_| contender.run.time()).collect();
            let memory = contender.run.memory();
            let row = [name.clone(), size.clone(), contender.name.to_owned()];
            let [file, size, program] = row;
            let Ok(cost) = times.and_then(|times| Cost::of(times, &[memory?])) else {
                ensure!(contender.role == Role::Peer, "{} refuses {file}", contender.name);
                let none = || "-".to_owned();
                table.add_row([file, size, program, "refuses".to_owned(), none(), none(), none()]);
                continue;
            };
            let ours = *ours.get_or_insert(cost.wall);
            table.add_row([
                file,
                size,
                program,
                milliseconds(cost.wall),
                milliseconds(cost.processor),
                megabytes(cost.memory),
                format!("{:.2}", ratio(cost.wall, ours)),
            ]);
        }
    }
    Ok(table)
}

/// The manifests of a folder and of those in it, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let is_manifest =
            path.extension().is_some_and(|kind| kind == "yaml" || kind == "yml" || kind == "json");
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if is_manifest {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
