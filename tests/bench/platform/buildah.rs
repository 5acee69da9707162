//! buildah with a storage of its own. It isolates builds by chroot alone, so that it also works inside of a container.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;
use tempfile::TempDir;

use crate::process::Process;

const LIMIT: Duration = Duration::from_mins(20);

/// Images and the containers that they are built in, removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Buildah {
    folder: TempDir,
}

impl Buildah {
    /// An empty storage.
    pub(crate) fn new() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ipsy-images-").tempdir()?;
        // Without it buildah asks for signatures by a file that the machine may not have.
        fs::write(folder.path().join("policy.json"), r#"{"default": [{"type": "insecureAcceptAnything"}]}"#)?;
        Ok(Self { folder })
    }

    /// The options that choose this storage.
    pub(crate) fn options(&self) -> [String; 4] {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        ["--root".to_owned(), path("storage"), "--runroot".to_owned(), path("run")]
    }

    /// A command of buildah.
    pub(crate) fn command(&self, command: &str) -> Process {
        Process::inheriting("buildah").args(self.options()).arg(command).limit(LIMIT)
    }

    /// A working container from an image, or from nothing if that is `scratch`.
    pub(crate) fn container(&self, image: &str) -> Result<String> {
        let container = self.command("from").args(["--tls-verify=false", "--quiet", image]).succeed()?;
        Ok(container.stdout.trim().to_owned())
    }

    /// Runs a shell command in a working container.
    pub(crate) fn run(&self, container: &str, script: &str) -> Result<()> {
        self.command("run")
            .args(["--isolation", "chroot", container, "--", "sh", "-ec", script])
            .succeed()?;
        Ok(())
    }

    /// Copies files and folders into a folder of a working container.
    pub(crate) fn copy(&self, container: &str, from: &[PathBuf], to: &str) -> Result<()> {
        self.command("copy").args(["--quiet", container]).args(from).arg(to).succeed()?;
        Ok(())
    }

    /// Makes an image of a working container.
    pub(crate) fn commit(&self, container: &str, image: &str) -> Result<()> {
        self.command("commit").args(["--quiet", "--rm", container, image]).succeed()?;
        Ok(())
    }

    /// Pushes an image and returns its digest.
    pub(crate) fn push(&self, image: &str) -> Result<String> {
        let digest = self.folder.path().join("digest");
        self.command("push")
            .args(["--quiet", "--tls-verify=false", "--disable-compression"])
            .arg("--digestfile")
            .arg(&digest)
            .arg(image)
            .succeed()?;
        Ok(fs::read_to_string(digest)?.trim().to_owned())
    }

    /// What an image configures: user, entrypoint, labels.
    pub(crate) fn configuration(&self, image: &str) -> Result<Value> {
        let text = self.command("inspect").args(["--type", "image", image]).succeed()?.stdout;
        let inspected: Value = serde_json::from_str(&text)?;
        Ok(inspected["OCIv1"]["config"].clone())
    }

    /// Mounts the file system of a working container.
    pub(crate) fn mount(&self, container: &str) -> Result<PathBuf> {
        Ok(self.command("mount").arg(container).succeed()?.stdout.trim().into())
    }
}

impl Drop for Buildah {
    fn drop(&mut self) {
        // Mounted file systems would keep the folder from being removed.
        let _ = self.command("rm").arg("--all").run();
    }
}
