//! What a platform team runs around ipsy: images of every runtime, from the files that `data.ipsy_bootstrap` writes.
//! `cargo dev test-platform` builds and starts them for real and prints a table.

pub(crate) mod base_images;
mod buildah;
mod container;
mod project;
pub(crate) mod registry;
mod runtimes;
mod world;

use anyhow::Result;

use crate::matrix::Table;
pub use world::World;

/// A scenario adds its rows to the table.
pub type Scenario = fn(&World, &mut Table) -> Result<()>;

/// All scenarios, by the names that choose them.
pub const SCENARIOS: [(&str, Scenario); 1] = [("runtimes", runtimes::run)];
