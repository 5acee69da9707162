//! The standard `annotations`: every object carries the configured annotations.

use super::labels::write_map;
use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use yaml_edit::Fault;

/// The rule.
const RULE: Rule = Rule {
    id: "annotations",
    summary: "Every object carries the configured annotations.",
    effect: "Writes the configured annotations into `metadata.annotations` of every object, and into pod templates if asked.",
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
        let configuration = context.configuration;
        let mode = configuration.standards.annotations.mode;
        write_map(RULE.id, "annotations", &configuration.annotations, mode, object, context, &[])?;
        match object.pod_template().filter(|path| !path.is_empty()) {
            Some(path) if configuration.pod_templates.annotations => {
                write_map(RULE.id, "annotations", &configuration.annotations, mode, object, context, path)
            }
            _ => Ok(()),
        }
    }
}
