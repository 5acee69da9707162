//! What all scenarios share: tools, programs, a registry with base images, and a place for images.

use anyhow::Result;

use super::buildah::Buildah;
use super::registry::Registry;
use crate::programs::Programs;
use crate::tools::{ImageTools, Tools};

/// The world of the scenarios.
#[derive(Debug)]
pub struct World {
    pub(super) tools: Tools,
    pub(super) image_tools: ImageTools,
    pub(super) programs: Programs,
    pub(super) base_images: Registry,
    pub(super) buildah: Buildah,
}

impl World {
    /// Starts the registry of the base images.
    pub fn new(tools: &Tools, image_tools: &ImageTools, programs: &Programs) -> Result<Self> {
        Ok(Self {
            tools: tools.clone(),
            image_tools: image_tools.clone(),
            programs: programs.clone(),
            base_images: Registry::start(&image_tools.base_images)?,
            buildah: Buildah::new()?,
        })
    }
}
