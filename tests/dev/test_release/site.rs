//! A folder as a site with TLS on loopback, for clients that are given its authority.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use acceptance::process::{Process, Running};
use acceptance::workspace;
use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;

/// The site, which ends when this value is dropped.
pub(super) struct Site {
    /// `https://localhost:PORT`.
    pub(super) url: String,
    folder: TempDir,
    _servers: [Running; 2],
}

impl Site {
    /// An empty site. The Python must have `cryptography`, which the bench's has.
    pub(super) fn start(python: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("files"))?;
        let scripts = workspace::root().join("tests");
        let (files, address) = started(
            Process::new(python).arg(scripts.join("release/files.py")).arg(folder.path().join("files")),
        )?;
        let (front, url) = started(
            Process::new(python).arg(scripts.join("aws/tls_front.py")).arg(&address).arg(folder.path()),
        )?;
        Ok(Self { url, folder, _servers: [front, files] })
    }

    /// Where the site is, as the host name of an address.
    pub(super) fn host(&self) -> &str {
        self.url.trim_start_matches("https://")
    }

    /// The certificate of its authority.
    pub(super) fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Puts a file on the site.
    pub(super) fn put(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let file = self.folder.path().join("files").join(path);
        let folder = file.parent().context("a file lies in a folder")?;
        fs::create_dir_all(folder)?;
        fs::write(&file, bytes).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Puts a document on the site.
    pub(super) fn put_document(&self, path: &str, document: &Value) -> Result<()> {
        self.put(path, &serde_json::to_vec(document)?)
    }
}

/// A server, and the line that it prints when it is ready.
fn started(process: Process) -> Result<(Running, String)> {
    let mut running = process.start(Stdio::piped(), Stdio::inherit())?;
    let stdout = running.child.stdout.take().context("the server has no standard output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    Ok((running, line.trim().to_owned()))
}
