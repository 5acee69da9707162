//! The standard `image-pinning`: images do not float.

use super::{ImageBreach, Parts, Rule, Standard, report_images};
use crate::configuration::{Configuration, ImagePinning as Pinning, Mode};
use crate::images::{ImageReference, replace_images};
use crate::object::{Context, Object};
use yaml_edit::Fault;

/// The rule.
const RULE: Rule = Rule {
    id: "image-pinning",
    summary: "Images do not float.",
    effect: "Replaces images as configured and reports those whose tag floats or that lack a demanded digest.",
    why: "A floating tag means that a restart may run another program than the one that was tested.",
    source: "standards.imagePinning",
    before: "`image: nginx`",
    after: r#"With `images: [{name: nginx, newTag: "1.27.4"}]`: `image: nginx:1.27.4`; otherwise an error."#,
    exempt: r#"`allow: ["registry.example.com/dev/.*"]`, or an exception for `image-pinning`."#,
    parts: Parts::Named("an image's name without tag and digest"),
};

/// The standard `image-pinning`.
pub(super) struct ImagePinning;

impl Standard for ImagePinning {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        configuration.standards.image_pinning.as_ref().map_or(Mode::Off, |pinning| pinning.mode)
    }

    fn reads_containers(&self) -> bool {
        true
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let Some(wanted) = &context.configuration.standards.image_pinning else { return Ok(()) };
        if wanted.mode != Mode::Warn {
            replace_images(object.tree, object.root, &wanted.images)?;
        }
        report_images(object, context, |text| judge(text, wanted));
        Ok(())
    }
}

/// How an image breaks the rule.
pub(super) fn judge(text: &str, wanted: &Pinning) -> Option<ImageBreach> {
    // With the mode `warn` nothing is replaced, but what the replacements would leave is judged.
    let mut image = ImageReference::parse(text);
    image.replace(&wanted.images);
    let floats = match image.tag.as_deref().filter(|tag| !tag.is_empty()) {
        _ if image.has_digest() => false,
        None => true,
        Some(tag) if wanted.floating_tags.is_empty() => tag == "latest",
        Some(tag) => wanted.floating_tags.iter().any(|floating| floating == tag),
    };
    let message = if floats {
        format!("`{image}` has a tag that floats")
    } else if wanted.require_digest && !image.has_digest() {
        format!("`{image}` is not named by digest")
    } else {
        return None;
    };
    let is_allowed = wanted.allow.iter().any(|expression| {
        regex::Regex::new(&format!("^(?:{expression})$")).is_ok_and(|expression| expression.is_match(text))
    });
    let help = "name a version (`nginx:1.27.4`) or a digest (`nginx@sha256:…`)".to_owned();
    (!is_allowed).then_some(ImageBreach { rule: &RULE, mode: wanted.mode, name: image.name, message, help })
}
