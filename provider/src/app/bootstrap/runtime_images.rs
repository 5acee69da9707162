//! How the image of each runtime is built: the Dockerfile, the base images, the size that it may have.

use ipsy_post_renderer::standards_document::{RuntimeImages, Standards};

use super::project::Project;
use crate::app::problem::Problems;
use crate::app::runtime::Runtime;

/// The size in mebibytes that every Dockerfile here keeps to with the usual base images.
const MAXIMUM_MEBIBYTES: u64 = 512;

/// What the image of an app is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ImageBuild {
    /// Template of the Dockerfile.
    pub(super) dockerfile: &'static str,
    /// Image that the app is built in.
    pub(super) build: String,
    /// Image that the app runs in.
    pub(super) run: String,
    /// The largest size of the image, in bytes.
    pub(super) maximum_size: u64,
}

impl ImageBuild {
    /// Arguments win over the standards, and those over the usual images, which have no digest.
    pub(super) fn of(project: &Project<'_>, standards: &Standards) -> Self {
        let config = project.config;
        let own = standard_images(project.profile.name(), standards);
        let (dockerfile, build, run) = usual(project.profile.base(), config.build_tool.as_deref());
        let chosen = |argument: &Option<String>, standard: &Option<String>, usual: &str| {
            argument.clone().or_else(|| standard.clone()).unwrap_or_else(|| usual.to_owned())
        };
        let maximum_size =
            own.maximum_size.as_ref().and_then(|size| u64::try_from(size.nano() / 1_000_000_000).ok());
        Self {
            dockerfile,
            build: chosen(&config.build_image, &own.build, build),
            run: chosen(&config.runtime_image, &own.run, run),
            maximum_size: maximum_size.unwrap_or(MAXIMUM_MEBIBYTES * 1024 * 1024),
        }
    }

    /// Warns of images whose content can change under the same name.
    pub(super) fn warn_of_tags(&self, problems: &mut Problems) {
        for (argument, image) in [("build_image", &self.build), ("runtime_image", &self.run)] {
            if !image.contains("@sha256:") {
                problems.warning(
                    argument,
                    format!("The base image `{image}` has no digest"),
                    "The pipeline refuses images without a digest, since a tag can be moved. Set `runtimes.NAME.images` \
                     in the standards document, or this argument, to `NAME:TAG@sha256:…`.",
                );
            }
        }
    }
}

/// The images of the runtime in the standards, or of the one that it extends.
fn standard_images(name: &str, standards: &Standards) -> RuntimeImages {
    let own = standards.runtimes.get(name);
    let extended = own.and_then(|own| standards.runtimes.get(own.extends.as_deref()?));
    let of = |images: fn(&RuntimeImages) -> bool| {
        let candidates = own.into_iter().chain(extended).map(|profile| &profile.images);
        candidates.clone().find(|candidate| images(candidate)).cloned().unwrap_or_default()
    };
    RuntimeImages {
        build: of(|images| images.build.is_some()).build,
        run: of(|images| images.run.is_some()).run,
        maximum_size: of(|images| images.maximum_size.is_some()).maximum_size,
    }
}

/// The Dockerfile of a runtime, and the image in which it builds and the one in which it runs where the standards name
/// none.
fn usual(runtime: Runtime, build_tool: Option<&str>) -> (&'static str, &'static str, &'static str) {
    match runtime {
        Runtime::Dotnet => (
            include_str!("templates/docker/dotnet.Dockerfile.in"),
            "mcr.microsoft.com/dotnet/sdk:10.0",
            "mcr.microsoft.com/dotnet/aspnet:10.0",
        ),
        Runtime::Generic => {
            (include_str!("templates/docker/generic.Dockerfile.in"), "debian:13-slim", "debian:13-slim")
        }
        Runtime::Go => (
            include_str!("templates/docker/go.Dockerfile.in"),
            "golang:1.26",
            "gcr.io/distroless/static-debian12:nonroot",
        ),
        Runtime::Java if build_tool == Some("gradle") => (
            include_str!("templates/docker/java-gradle.Dockerfile.in"),
            "gradle:9-jdk21",
            "eclipse-temurin:21-jre",
        ),
        Runtime::Java => (
            include_str!("templates/docker/java-maven.Dockerfile.in"),
            "maven:3.9-eclipse-temurin-21",
            "eclipse-temurin:21-jre",
        ),
        Runtime::Node => (
            include_str!("templates/docker/node.Dockerfile.in"),
            "node:24-bookworm-slim",
            "node:24-bookworm-slim",
        ),
        Runtime::Python => (
            include_str!("templates/docker/python.Dockerfile.in"),
            "python:3.13-slim-bookworm",
            "python:3.13-slim-bookworm",
        ),
        Runtime::Ruby => (
            include_str!("templates/docker/ruby.Dockerfile.in"),
            "ruby:3.4-bookworm",
            "ruby:3.4-slim-bookworm",
        ),
        Runtime::Rust => (
            include_str!("templates/docker/rust.Dockerfile.in"),
            "rust:1.95-bookworm",
            "gcr.io/distroless/cc-debian12:nonroot",
        ),
        Runtime::Static => (
            include_str!("templates/docker/static.Dockerfile.in"),
            "node:24-bookworm-slim",
            "nginxinc/nginx-unprivileged:1.29-bookworm",
        ),
    }
}
