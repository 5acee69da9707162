//! Applies standards and advanced settings to rendered Kubernetes manifests, changing nothing else.
//!
//! The engine is pure: bytes and a configuration in, bytes and findings out. Files, clock and environment are
//! known only to `command`, which is the program as a library function.

mod autoscalers;
pub mod configuration;
mod field_path;
mod finding;
mod images;
mod manifest;
mod namespace;
mod object;
mod pins;
mod pods;
mod quantity;
mod refused_fields;
mod render;
mod scan_report;
mod secrets;
mod selection;
mod settings;
mod standards;
pub mod standards_document;
mod target;

#[cfg(feature = "cli")]
pub mod command;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;

pub use configuration::{AdvancedSetting, Configuration, Target};
pub use finding::{Finding, FindingKind, Location, Severity, finding_kinds};
pub use pins::unpinned;
pub use quantity::{InvalidQuantity, Quantity};
pub use render::{Change, Deployer, ErrorKind, RenderError, RenderOptions, Rendered, render};
pub use scan_report::ScanReport;
pub use settings::{check_setting, read_configuration, unknown_fields};
pub use standards::{IMAGE_REGISTRY, ImageBreach, Parts, Rule, check_image, standards};
