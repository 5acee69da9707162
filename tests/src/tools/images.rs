//! The tools of the tests with container images. Only these tests need them, so they are apart from the others.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::debian::{self, IMAGE_TOOLS};
use super::installation::Installation;
use super::python::HADOLINT;
use crate::console::Console;
use crate::platform::base_images;
use crate::workspace;

/// The installed tools. buildah, docker-registry and runc are on the path.
#[derive(Debug, Clone)]
pub struct ImageTools {
    /// The linter of Dockerfiles.
    pub hadolint: PathBuf,
    /// The folder of a registry's storage with the base images.
    pub base_images: PathBuf,
}

impl ImageTools {
    /// Installs and builds whatever is missing.
    pub fn ready(console: Console) -> Result<Self> {
        let installation = Installation::begin(&workspace::tools_folder(), console)?;
        debian::ready(&IMAGE_TOOLS, &installation)?;
        let python = HADOLINT.ready(&installation)?;
        let base_images = installation.place(base_images::FOLDER);
        if !base_images.is_dir() {
            let step = console.step("making base images from Debian's packages (once; takes some minutes)");
            installation.complete(base_images::FOLDER, base_images::make)?;
            step.done(base_images.display());
        }
        let hadolint = python.parent().context("a program lies in a folder")?.join("hadolint");
        Ok(Self { hadolint, base_images })
    }
}
