//! The tools of the tests with container images. Only these tests need them, so they are apart from the others.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::debian::{self, IMAGE_TOOLS};
use super::go::GoTool;
use super::installation::Installation;
use super::maven;
use super::python::{AWS, HADOLINT};
use crate::console::Console;
use crate::platform::base_images;
use crate::workspace;

const TRIVY: GoTool = GoTool {
    name: "trivy",
    version: "v0.74.0",
    package: "github.com/aquasecurity/trivy/cmd/trivy",
    module: None,
    link: "-X github.com/aquasecurity/trivy/pkg/version/app.ver=0.74.0",
};
/// Variables of Go with which Trivy's own releases are built.
const TRIVY_VARIABLES: [(&str, &str); 1] = [("GOEXPERIMENT", "jsonv2")];

// Ours: raise the version with every change, so that it is built again.
const TRIVY_DATABASE: GoTool = GoTool {
    name: "trivy-database",
    version: "v0.1.0",
    package: "github.com/ipsy/terraform-provider-ipsy/tests/tools-modules/trivy-database",
    module: Some("trivy-database"),
    link: "",
};

/// The installed tools. buildah, docker-registry, podman and runc are on the path.
#[derive(Debug, Clone)]
pub struct ImageTools {
    /// The linter of Dockerfiles.
    pub hadolint: PathBuf,
    /// The command line of AWS.
    pub aws: PathBuf,
    /// The scanner of images and configuration.
    pub trivy: PathBuf,
    /// Makes small databases for Trivy.
    pub trivy_database: PathBuf,
    /// A local repository of Maven for the tests of the Jenkins library.
    pub maven_repository: PathBuf,
    /// The folder of a registry's storage with the base images.
    pub base_images: PathBuf,
}

impl ImageTools {
    /// Installs and builds whatever is missing.
    pub fn ready(console: Console) -> Result<Self> {
        let installation = Installation::begin(&workspace::tools_folder(), console)?;
        debian::ready(&IMAGE_TOOLS, &installation)?;
        let title = "making base images from Debian's packages (once; takes some minutes)";
        let base_images =
            installation.installed(base_images::FOLDER, title, Path::is_dir, base_images::make)?;
        Ok(Self {
            hadolint: beside(&HADOLINT.ready(&installation)?, "hadolint")?,
            aws: beside(&AWS.ready(&installation)?, "aws")?,
            trivy: TRIVY.ready_with(&installation, &TRIVY_VARIABLES)?,
            trivy_database: TRIVY_DATABASE.ready(&installation)?,
            maven_repository: maven::repository("jenkins-library", &library(), &installation)?,
            base_images,
        })
    }
}

/// The shared library for Jenkins.
pub(crate) fn library() -> PathBuf {
    workspace::root().join("examples/jenkins-library")
}

/// A program of a virtual environment.
fn beside(python: &Path, name: &str) -> Result<PathBuf> {
    Ok(python.parent().context("a program lies in a folder")?.join(name))
}
