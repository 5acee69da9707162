//! Archives whose bytes depend on the names and contents of their files alone.

use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};
use zip::write::SimpleFileOptions;

/// A file of an archive.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its path in the archive, with `/`.
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
    pub(super) executable: bool,
}

impl Entry {
    /// A file that is read.
    pub(super) fn text(path: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), bytes: text.into(), executable: false }
    }

    /// A file of this machine.
    pub(super) fn file(path: impl Into<String>, file: &Path) -> Result<Self> {
        let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Self { path: path.into(), bytes, executable: false })
    }

    /// A program of this machine.
    pub(super) fn program(path: impl Into<String>, file: &Path) -> Result<Self> {
        Ok(Self { executable: true, ..Self::file(path, file)? })
    }

    fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }
}

/// The earliest time that a ZIP archive can hold: midnight of 1 January 1980.
const EARLIEST_SECONDS: u64 = 315_532_800;

/// A ZIP archive of files, in the order of their paths.
pub(super) fn zip(entries: Vec<Entry>) -> Result<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for entry in in_order(entries) {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(entry.mode());
        archive.start_file(&entry.path, options)?;
        archive.write_all(&entry.bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// A compressed tar archive of files, in the order of their paths.
pub(super) fn tar_gz(entries: Vec<Entry>) -> Result<Vec<u8>> {
    // No time and no file name in the header of gzip, and "unknown" as the operating system.
    let compressed = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    Ok(tar_into(compressed, entries)?.finish()?)
}

/// A tar archive of files, in the order of their paths.
pub(super) fn tar(entries: Vec<Entry>) -> Result<Vec<u8>> {
    tar_into(Vec::new(), entries)
}

fn tar_into<W: Write>(output: W, entries: Vec<Entry>) -> Result<W> {
    let mut archive = tar::Builder::new(output);
    for entry in in_order(entries) {
        let mut header = tar::Header::new_gnu();
        header.set_size(entry.bytes.len() as u64);
        header.set_mode(entry.mode());
        header.set_mtime(EARLIEST_SECONDS);
        archive.append_data(&mut header, &entry.path, entry.bytes.as_slice())?;
    }
    Ok(archive.into_inner()?)
}

/// The files of a compressed tar archive.
pub(super) fn entries_of_tar_gz(path: &Path) -> Result<Vec<Entry>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let mut entries = Vec::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.header().entry_type().is_file() {
            let path = entry.path()?.to_string_lossy().into_owned();
            let executable = entry.header().mode()? & 0o111 != 0;
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            entries.push(Entry { path, bytes, executable });
        }
    }
    Ok(entries)
}

fn in_order(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    entries
}
