//! The files of a provider that the Terraform Registry reads from a release:
//! <https://developer.hashicorp.com/terraform/registry/providers/publishing#manually-preparing-a-release>.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::json;

use super::archive::{self, Entry};
use super::checkout::Checkout;
use super::checksums;
use super::platform::Platform;
use super::program::Program;
use super::signature::Signer;

/// The archive for a platform. Its only executable file bears the version, as Terraform searches it.
pub(super) fn archive(
    folder: &Path,
    version: &str,
    platform: Platform,
    program: &Path,
    checkout: &Checkout,
) -> Result<PathBuf> {
    let name = Program::Provider.name();
    let entries = vec![
        Entry::program(platform.file_name(&format!("{name}_v{version}")), program)?,
        Entry::file("LICENSE", &checkout.root.join("LICENSE"))?,
    ];
    let path = folder.join(format!("{name}_{version}_{platform}.zip"));
    fs::write(&path, archive::zip(entries)?)?;
    Ok(path)
}

/// The manifest, the list of digests with all archives in it, and its signature.
pub(super) fn describe(folder: &Path, version: &str, mut files: Vec<PathBuf>, signer: &Signer) -> Result<()> {
    let stem = folder.join(format!("terraform-provider-ipsy_{version}"));
    let manifest = PathBuf::from(format!("{}_manifest.json", stem.display()));
    let protocol = json!({"version": 1, "metadata": {"protocol_versions": ["5.0"]}});
    fs::write(&manifest, format!("{protocol:#}\n"))?;
    files.push(manifest);
    let sums = PathBuf::from(format!("{}_SHA256SUMS", stem.display()));
    checksums::write(&sums, &files)?;
    signer.sign(&sums).map(drop)
}
