//! The standard `annotations`: every object carries the configured annotations.

use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use serde_json::Value;
use yaml_edit::{Fault, Scalar};

/// The rule.
const RULE: Rule = Rule {
    id: "annotations",
    summary: "Every object carries the configured annotations.",
    effect: "Writes the configured annotations into `metadata.annotations` of every object, and into pod templates if `podTemplates.annotations` is set.",
    why: "Runbooks, owners and tool settings belong on the object, where on-call people and controllers look.",
    source: "annotations",
    before: "`metadata: {name: web}`",
    after: r#"`metadata: {name: web, annotations: {runbook: "https://…"}}`"#,
    exempt: "`standards: {annotations: {mode: off}}`, or an exception for the rule `annotations`.",
    parts: Parts::Named("an annotation's key"),
};

/// The standard `annotations`.
pub(super) struct Annotations;

impl Standard for Annotations {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        if configuration.annotations.is_empty() {
            Mode::Off
        } else {
            configuration.standards.annotations.mode
        }
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        write(object, context, &[])?;
        match object.pod_template().filter(|path| !path.is_empty()) {
            Some(path) if context.configuration.pod_templates.annotations => write(object, context, path),
            _ => Ok(()),
        }
    }
}

/// Writes the annotations of the object, or of the pod template at `path`.
fn write(object: &mut Object<'_, '_>, context: &Context<'_>, path: &[&str]) -> Result<(), Fault> {
    let mode = context.configuration.standards.annotations.mode;
    let place: Vec<&str> = path.iter().copied().chain(["metadata", "annotations"]).collect();
    let found = object.tree.at(object.root, &place);
    for (key, value) in &context.configuration.annotations {
        let present = found.and_then(|found| object.tree.get(found, key));
        let present = present.filter(|present| object.tree.scalar(*present) != Some(Scalar::Null));
        let is_right =
            present.and_then(|present| object.tree.string(present)).is_some_and(|present| present == *value);
        if is_right || (present.is_some() && mode == Mode::Default) || object.is_waived(context, RULE.id, key)
        {
            continue;
        }
        if mode == Mode::Warn {
            let message = format!("`{key}` should be `{value}`");
            let field = place.join(".");
            object.breach(RULE.id, mode, present.unwrap_or(object.root), &field, message, "");
            continue;
        }
        let target = object.tree.mapping(object.root, &place)?;
        object.tree.set(target, key, &Value::String(value.clone()))?;
    }
    Ok(())
}
