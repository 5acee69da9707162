//! SHA-256 digests, and the files that list them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The digest of some bytes, in lower-case hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The name of a file, without its folder.
pub(super) fn name(path: &Path) -> Result<&str> {
    path.file_name().and_then(|name| name.to_str()).with_context(|| format!("{} has no name", path.display()))
}

/// Writes the list of files that `sha256sum --check` reads.
pub(super) fn write(list: &Path, files: &[PathBuf]) -> Result<()> {
    let mut lines = Vec::new();
    for file in files {
        lines.push(format!("{}  {}\n", digest(&fs::read(file)?), name(file)?));
    }
    lines.sort_by(|one, other| one[64..].cmp(&other[64..]));
    fs::write(list, lines.concat()).with_context(|| format!("cannot write {}", list.display()))
}
