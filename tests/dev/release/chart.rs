//! Charts as Helm packs them, with provenance.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::process::Process;
use anyhow::{Context, Result};
use serde_json::Value;

use super::archive::{self, Entry};
use super::checksums;
use super::signature::Signer;

/// A chart as an archive.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) path: PathBuf,
    /// What its Chart.yaml holds.
    pub(super) metadata: Value,
}

/// Packs a chart. Helm decides what belongs into it and checks it, but writes the present time into it; so its entries
/// are written again.
pub(super) fn archive(folder: &Path, helm: &Path, chart: &Path, signer: &Signer) -> Result<Chart> {
    let packed = tempfile::tempdir()?;
    Process::new(helm).arg("package").arg(chart).arg("--destination").arg(packed.path()).succeed()?;
    let file = fs::read_dir(packed.path())?.next().context("`helm package` wrote no file")??.path();
    let entries = archive::entries_of_tar_gz(&file)?;
    let path = folder.join(checksums::name(&file)?);
    let description = described(&entries)?;
    let metadata = serde_yaml::from_str(&description)?;
    fs::write(&path, archive::tar_gz(entries)?)?;
    write_provenance(&path, &description, signer)?;
    Ok(Chart { path, metadata })
}

/// The text of Chart.yaml.
fn described(entries: &[Entry]) -> Result<String> {
    let depth = |entry: &&Entry| entry.path.matches('/').count() == 1 && entry.path.ends_with("/Chart.yaml");
    let file = entries.iter().find(depth).context("a packed chart has no Chart.yaml")?;
    Ok(String::from_utf8(file.bytes.clone())?)
}

/// Writes the provenance of an archive as Helm verifies it: what the archive describes itself as, its digest, and a
/// signature around both (<https://helm.sh/docs/topics/provenance/>).
pub(super) fn write_provenance(archive: &Path, description: &str, signer: &Signer) -> Result<()> {
    let name = checksums::name(archive)?;
    let digest = checksums::digest(&fs::read(archive)?);
    let text = format!("{}\n\n...\nfiles:\n  {name}: sha256:{digest}\n", description.trim_end());
    fs::write(format!("{}.prov", archive.display()), signer.sign_text(&text)?)?;
    Ok(())
}
