//! What all scenarios share: tools, programs, registries of base images, of apps and of Trivy's databases, a place for
//! images, and the site where apps are deployed.

use anyhow::Result;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::buildah::Buildah;
use super::image_service::ImageService;
use super::project::Sample;
use super::registry::Registry;
use super::scan_databases::{self, ScanPolicy};
use super::site::Site;
use crate::programs::Programs;
use crate::tools::{ClusterTools, ImageTools, Tools};

/// The world of the scenarios.
#[derive(Debug)]
pub struct World {
    pub(super) tools: Tools,
    pub(super) cluster_tools: ClusterTools,
    pub(super) image_tools: ImageTools,
    pub(super) programs: Programs,
    pub(super) base_images: Registry,
    /// Images of apps, and Trivy's databases.
    pub(super) images: Registry,
    // In the order in which they are to stop.
    pub(super) site: Site,
    pub(super) image_service: ImageService,
    pub(super) buildah: Buildah,
    _folder: TempDir,
}

impl World {
    /// Starts the registries, and makes databases for Trivy in which nothing is vulnerable.
    pub fn new(
        tools: &Tools,
        cluster_tools: &ClusterTools,
        image_tools: &ImageTools,
        programs: &Programs,
    ) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ipsy-registry-").tempdir()?;
        let buildah = Buildah::new()?;
        let world = Self {
            tools: tools.clone(),
            cluster_tools: cluster_tools.clone(),
            image_tools: image_tools.clone(),
            programs: programs.clone(),
            base_images: Registry::start(&image_tools.base_images)?,
            images: Registry::start(folder.path())?,
            site: Site::start(tools, cluster_tools)?,
            image_service: ImageService::start(&buildah)?,
            buildah,
            _folder: folder,
        };
        scan_databases::push(image_tools, &world.images.host, &[], 0)?;
        Ok(world)
    }

    /// The standards document of an app: its base images by digest, and where scans have their databases from.
    pub(super) fn standards(&self, sample: Sample, policy: &ScanPolicy) -> Result<Value> {
        Ok(json!({
            "apiVersion": "ipsy.dev/v1",
            "kind": "Standards",
            "version": "1",
            "labels": { "app.kubernetes.io/part-of": "shop" },
            "runtimes": sample.in_standards(self)?,
            "standards": { "imageScan": policy.image_scan() },
            "scanDatabase": policy.scan_database(),
        }))
    }
}
