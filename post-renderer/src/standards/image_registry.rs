//! The standard `image-registry`: images come from allowed registries.

use super::{ImageBreach, Parts, Rule, Standard, report_images};
use crate::configuration::{Configuration, ImageRegistry as Registries, Mode};
use crate::images::ImageReference;
use crate::object::{Context, Object};
use yaml_edit::Fault;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "image-registry",
    summary: "Images come from allowed registries.",
    effect: "Reports images from any other registry.",
    why: "What another registry serves was not scanned, and a pod cannot start while that registry is down.",
    source: "standards.imageRegistry",
    before: "With `allow: [registry.example.com]`: `image: quay.io/team/web:1.0`",
    after: "An error; `image: registry.example.com/web:1.0` passes.",
    exempt: "An exception for `image-registry`, or for one image: `image-registry/quay.io/team/web`.",
    parts: Parts::Named("an image's name without tag and digest"),
};

/// The standard `image-registry`.
pub(super) struct ImageRegistry;

impl Standard for ImageRegistry {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        configuration.standards.image_registry.as_ref().map_or(Mode::Off, |registry| registry.mode)
    }

    fn reads_containers(&self) -> bool {
        true
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let Some(wanted) = &context.configuration.standards.image_registry else { return Ok(()) };
        report_images(object, context, |text| judge(text, wanted));
        Ok(())
    }
}

/// How an image breaks the rule: it is in none of the registries, and below none of the repositories.
pub(super) fn judge(text: &str, wanted: &Registries) -> Option<ImageBreach> {
    let image = ImageReference::parse(text);
    let full_name = image.full_name();
    let is_allowed = wanted.allow.iter().any(|allowed| {
        let rest = full_name.strip_prefix(allowed.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    let message = format!("`{text}` (`{full_name}`) is in no allowed registry");
    let help = format!("use an image from `{}`", wanted.allow.join("`, `"));
    (!is_allowed).then_some(ImageBreach { rule: &RULE, mode: wanted.mode, name: image.name, message, help })
}
