//! podman's service on a socket, over buildah's images. Trivy finds the images there that are not pushed yet.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;

use anyhow::Result;
use tempfile::TempDir;

use super::buildah::Buildah;
use crate::cluster::until;
use crate::process::{Process, Running};

/// A service that runs until this is dropped.
#[derive(Debug)]
pub(super) struct ImageService {
    _running: Running,
    folder: TempDir,
}

impl ImageService {
    /// Starts the service.
    pub(super) fn start(buildah: &Buildah) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let socket = folder.path().join("podman/podman.sock");
        fs::create_dir(folder.path().join("podman"))?;
        let log = File::create(folder.path().join("log"))?;
        let running = Process::new("podman")
            .args(buildah.options())
            .args(["--cgroup-manager=cgroupfs", "--events-backend=file"])
            .args(["system", "service", "--time=0"])
            .arg(format!("unix://{}", socket.display()))
            .start(Stdio::from(log.try_clone()?), Stdio::from(log))?;
        until("podman's socket", || Ok(socket.exists()))?;
        Ok(Self { _running: running, folder })
    }

    /// What `XDG_RUNTIME_DIR` must be, so that programs find the socket.
    pub(super) fn runtime_folder(&self) -> &Path {
        self.folder.path()
    }
}
