//! What a platform team runs around ipsy: an app of every runtime from the first file to a canary, by the files that
//! `terraform-provider-ipsy bootstrap` writes. `cargo dev test-platform` does it with real tools and prints a table.

pub(crate) mod base_images;
mod buildah;
mod cluster_scan;
mod container;
mod delivery;
mod image_service;
mod jenkins;
mod project;
pub mod registry;
mod runtimes;
mod scan_databases;
mod site;
mod three_ways;
mod trivy;
mod world;

use anyhow::Result;

use crate::matrix::Table;
pub use world::World;

/// A scenario adds its rows to the table.
pub type Scenario = fn(&World, &mut Table) -> Result<()>;

/// All scenarios, by the names that choose them.
pub const SCENARIOS: [(&str, Scenario); 5] = [
    ("trivy", trivy::run),
    ("cluster-scan", cluster_scan::run),
    ("jenkins", jenkins::run),
    ("runtimes", runtimes::run),
    ("three-ways", three_ways::run),
];
