//! The standards: one file each, behind one small trait, in one explicit list.

mod annotations;
mod duplicate_keys;
mod grace_period;
mod image_pinning;
mod image_reference;
mod labels;
mod limit_request_ratio;
mod probes_present;
mod replicas_owner;
mod resource_defaults;
mod resource_maximum;
mod resource_minimum;
mod resources;
mod security_context;
mod spread;

use crate::configuration::Configuration;
use crate::object::{Context, Object};
use crate::yaml::Fault;

pub(crate) use replicas_owner::{Owners, owners};

/// What is to be known of a standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandardSummary {
    /// Its id, as exceptions name it.
    pub id: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// Why anyone would want that.
    pub why: &'static str,
    /// Where in the configuration it is set.
    pub source: &'static str,
}

/// All standards, in the order in which they apply.
pub fn standards() -> impl Iterator<Item = StandardSummary> {
    STANDARDS.iter().map(|standard| StandardSummary {
        id: standard.id(),
        summary: standard.summary(),
        why: standard.why(),
        source: standard.source(),
    })
}

/// One standard: what it is, why it is, and what it does to an object.
pub(crate) trait Standard: Sync {
    /// Its id, the name of its file.
    fn id(&self) -> &'static str;
    /// What it does, in one sentence.
    fn summary(&self) -> &'static str;
    /// Why anyone would want that.
    fn why(&self) -> &'static str;
    /// Where in the configuration it is set.
    fn source(&self) -> &'static str;
    /// Whether the configuration asks for it.
    fn is_on(&self, configuration: &Configuration) -> bool;
    /// Applies it to one object.
    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault>;
}

/// All standards in the order in which they apply: resource defaults come before the bounds that they must keep,
/// bounds before the ratio between what they leave; the rest is alphabetical.
pub(crate) static STANDARDS: &[&dyn Standard] = &[
    &labels::Labels,
    &annotations::Annotations,
    &resource_defaults::ResourceDefaults,
    &resource_minimum::ResourceMinimum,
    &resource_maximum::ResourceMaximum,
    &limit_request_ratio::LimitRequestRatio,
    &duplicate_keys::DuplicateKeys,
    &grace_period::GracePeriod,
    &image_pinning::ImagePinning,
    &probes_present::ProbesPresent,
    &replicas_owner::ReplicasOwner,
    &security_context::SecurityContext,
    &spread::Spread,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_the_list_and_says_why() {
        for standard in STANDARDS {
            let path = format!("{}/src/standards/{}.rs", env!("CARGO_MANIFEST_DIR"), standard.id());
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            for heading in ["# What it does", "# Why", "# Before", "# After", "# How to opt out"] {
                assert!(text.contains(&format!("//! {heading}")), "{path} lacks `{heading}`");
            }
            assert!(!standard.summary().is_empty() && !standard.why().is_empty());
        }
        let folder = format!("{}/src/standards", env!("CARGO_MANIFEST_DIR"));
        let shared = ["image_reference", "resources"];
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            if path.is_file() && !shared.contains(&stem.as_str()) {
                assert!(STANDARDS.iter().any(|standard| standard.id() == stem), "`{stem}` is in no list");
            }
        }
    }
}
