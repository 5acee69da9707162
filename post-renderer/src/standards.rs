//! The standards: one file each, behind one small trait, in one explicit list.

mod annotations;
mod duplicate_keys;
mod grace_period;
mod image_pinning;
mod image_registry;
mod image_scan;
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
mod unknown_pod_kinds;

use crate::configuration::{Configuration, Mode, Standards as Parameters};
use crate::object::{Context, ImageUse, Object};
use yaml_edit::Fault;

/// What a standard is: the one place for its texts. Messages, `explain-rule` and the documentation show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Id, as messages, exceptions and documentation use it: the name of its file in kebab case.
    pub id: &'static str,
    /// The rule in one sentence.
    pub summary: &'static str,
    /// What the post-renderer does about it.
    pub effect: &'static str,
    /// The reason for the rule.
    pub why: &'static str,
    /// Where in the configuration it is set.
    pub source: &'static str,
    /// An object before the rule.
    pub before: &'static str,
    /// The same object after the rule.
    pub after: &'static str,
    /// How an object is exempted.
    pub exempt: &'static str,
    /// What may follow the id in an exception, as `memory` in `resource-maximum/memory`.
    pub parts: Parts,
}

/// What may narrow a rule in an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// Nothing: the rule has no parts.
    None,
    /// One of these words.
    Fixed(&'static [&'static str]),
    /// A name from the manifests or the configuration, described here.
    Named(&'static str),
}

/// All standards, in the order in which they apply.
pub fn standards() -> impl Iterator<Item = &'static Rule> {
    STANDARDS.iter().map(|standard| standard.rule())
}

/// One standard: its rule, and what it does to an object.
pub(crate) trait Standard: Sync {
    /// The rule.
    fn rule(&self) -> &'static Rule;
    /// How strict the configuration is about it; `Mode::Off` where it does not ask for it.
    fn mode(&self, configuration: &Configuration) -> Mode;
    /// Whether it reads pods or their containers, so that it misses those in places that are not known.
    fn reads_containers(&self) -> bool {
        false
    }
    /// Applies it to one object.
    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault>;
}

/// How an image breaks a standard, wherever it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageBreach {
    /// The standard.
    pub rule: &'static Rule,
    /// How strict it is.
    pub mode: Mode,
    /// The image's name without tag and digest: the part of the rule, in an exception.
    pub name: String,
    /// Message for the user.
    pub message: String,
    /// Advice for the user.
    pub help: String,
}

/// Reports the images of an object that break a standard.
fn report_images(
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
    judge: impl Fn(&str) -> Option<ImageBreach>,
) {
    for ImageUse { node, field, text } in object.images() {
        let Some(breach) = judge(&text) else { continue };
        if !object.is_waived(context, breach.rule.id, &breach.name) {
            object.breach(breach.rule.id, breach.mode, node, &field, breach.message, &breach.help);
        }
    }
}

/// The standard about registries.
pub const IMAGE_REGISTRY: &Rule = &image_registry::RULE;

/// Judges an image by the standards about images, before it is in any manifest.
pub fn check_image(image: &str, parameters: &Parameters) -> Vec<ImageBreach> {
    let pinning = parameters.image_pinning.as_ref().and_then(|wanted| image_pinning::judge(image, wanted));
    let registry = parameters.image_registry.as_ref().and_then(|wanted| image_registry::judge(image, wanted));
    let breaches = pinning.into_iter().chain(registry);
    breaches.filter(|breach| breach.mode != Mode::Off).collect()
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
    &image_registry::ImageRegistry,
    &image_scan::ImageScan,
    &probes_present::ProbesPresent,
    &replicas_owner::ReplicasOwner,
    &security_context::SecurityContext,
    &spread::Spread,
    &unknown_pod_kinds::UnknownPodKinds,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_the_list() {
        let folder = format!("{}/src/standards", env!("CARGO_MANIFEST_DIR"));
        let shared = ["resources"];
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().replace('_', "-"))
            .filter(|name| !shared.contains(&name.as_str()))
            .collect();
        let mut listed: Vec<&str> = standards().map(|rule| rule.id).collect();
        files.sort_unstable();
        listed.sort_unstable();
        assert_eq!(files, listed);
    }
}
