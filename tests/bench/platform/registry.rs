//! A registry of images on loopback: Debian's docker-registry.

use std::fs::{self, File};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

use anyhow::Result;
use tempfile::TempDir;

use crate::cluster::{free_port, until};
use crate::process::{Process, Running};

/// A registry that runs until this is dropped.
#[derive(Debug)]
pub struct Registry {
    /// Host and port, as image references name it.
    pub host: String,
    _running: Running,
    _folder: TempDir,
}

impl Registry {
    /// Starts a registry that keeps its images in a folder.
    pub fn start(storage: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let host = format!("127.0.0.1:{}", free_port()?);
        let settings = folder.path().join("config.yml");
        fs::write(
            &settings,
            format!(
                "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {host}\n",
                storage.display()
            ),
        )?;
        let log = File::create(folder.path().join("log"))?;
        let running = Process::new("docker-registry")
            .arg("serve")
            .arg(&settings)
            .start(Stdio::from(log.try_clone()?), Stdio::from(log))?;
        until("that the registry answers", || Ok(TcpStream::connect(&host).is_ok()))?;
        Ok(Self { host, _running: running, _folder: folder })
    }
}
