//! `cargo dev publish`: a release as a draft on GitHub, by `gh`. A person reads the draft and makes it public.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use acceptance::console::Console;
use acceptance::process::Process;
use acceptance::workspace;
use anyhow::{Context, Result, ensure};

use super::changelog;

/// Uploads all files of the folder that `cargo dev release` filled, under the tag of the version.
pub(crate) fn run(console: Console, folder: Option<PathBuf>) -> Result<()> {
    let folder = match folder {
        Some(folder) => folder,
        None => workspace::target_folder()?.join("release-artefacts"),
    };
    let version = workspace::version()?;
    let sums = folder.join(format!("ipsy_{version}_SHA256SUMS"));
    ensure!(sums.is_file(), "{} is missing: `make release` writes it", sums.display());
    let entries = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let notes = changelog::notes()?;

    let tag = format!("v{version}");
    let step = console.step(format!("uploading {} files as a draft of {tag}", entries.len()));
    let created = Process::inheriting("gh")
        .args(["release", "create", &tag, "--draft", "--verify-tag", "--title", &tag, "--notes-file", "-"])
        .args(entries)
        .input(notes)
        .within(workspace::root())
        .limit(Duration::from_mins(30))
        .succeed()
        .context("`gh` needs a token that may write releases in GH_TOKEN, and the tag on GitHub")?;
    step.done(created.stdout.trim());
    Ok(())
}
