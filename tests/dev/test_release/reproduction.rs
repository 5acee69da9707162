//! A second release, from a copy of the sources in another folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use acceptance::console::Console;
use anyhow::{Result, bail, ensure};

use super::Release;
use crate::release::{self, Checkout, Options};

/// Fails if a file of both releases differs, or is missing in one. Signatures are of one time in tests, so they are equal as
/// well.
pub(super) fn check(console: Console, release: &Release) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("ipsy-release-from-a-copy-").tempdir()?;
    let first = &release.options;
    let second = Options {
        folder: folder.path().join("artefacts"),
        platforms: first.platforms.clone(),
        signer: first.signer.clone(),
        programs: None,
        checkout: Checkout::copied_to(folder.path())?,
    };
    release::run(console, &second)?;
    let (first, second) = (files(release.folder.path())?, files(&second.folder)?);
    ensure!(first.keys().eq(second.keys()), "other files: {:?} and {:?}", first.keys(), second.keys());
    let different: Vec<_> = first.keys().filter(|name| first.get(*name) != second.get(*name)).collect();
    if !different.is_empty() {
        bail!("these files have other bytes: {different:?}");
    }
    Ok(())
}

/// The files of a release, by their names.
fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let entries = fs::read_dir(folder)?;
    entries
        .map(|entry| {
            let entry = entry?;
            Ok((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?))
        })
        .collect()
}
