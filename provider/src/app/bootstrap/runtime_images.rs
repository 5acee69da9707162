//! How an image is built for each runtime, and from which images.

use crate::app::runtime::Runtime;

/// The Dockerfile of a runtime and its base images.
#[derive(Debug, Clone, Copy)]
pub(super) struct RuntimeImages {
    pub(super) dockerfile: &'static str,
    /// What the app is built in.
    pub(super) build: &'static str,
    /// What it runs in.
    pub(super) run: &'static str,
}

impl RuntimeImages {
    /// Those of `runtime`.
    pub(super) fn of(runtime: Runtime) -> Self {
        let (dockerfile, build, run) = match runtime {
            Runtime::Dotnet => (
                include_str!("templates/docker/dotnet.Dockerfile"),
                "mcr.microsoft.com/dotnet/sdk:10.0",
                "mcr.microsoft.com/dotnet/aspnet:10.0",
            ),
            Runtime::Generic => {
                (include_str!("templates/docker/generic.Dockerfile"), "debian:13-slim", "debian:13-slim")
            }
            Runtime::Go => (
                include_str!("templates/docker/go.Dockerfile"),
                "golang:1.26",
                "gcr.io/distroless/static-debian12:nonroot",
            ),
            Runtime::Java => (
                include_str!("templates/docker/java.Dockerfile"),
                "maven:3.9-eclipse-temurin-21",
                "eclipse-temurin:21-jre",
            ),
            Runtime::Node => (
                include_str!("templates/docker/node.Dockerfile"),
                "node:24-bookworm-slim",
                "node:24-bookworm-slim",
            ),
            Runtime::Python => (
                include_str!("templates/docker/python.Dockerfile"),
                "python:3.13-slim-bookworm",
                "python:3.13-slim-bookworm",
            ),
            Runtime::Ruby => (
                include_str!("templates/docker/ruby.Dockerfile"),
                "ruby:3.4-slim-bookworm",
                "ruby:3.4-slim-bookworm",
            ),
        };
        Self { dockerfile, build, run }
    }
}
