//! # What it does
//! Writes the configured annotations into `metadata.annotations` of every object, and into pod templates if asked.
//! # Why
//! Runbooks, owners and tool settings belong on the object, where on-call people and controllers look.
//! # Before
//! `metadata: {name: web}`
//! # After
//! `metadata: {name: web, annotations: {runbook: "https://…"}}`
//! # How to opt out
//! `standards: {annotations: {mode: off}}`, or an exception for the rule `annotations`.

use super::Standard;
use super::labels::write_map;
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use crate::yaml::Fault;

/// The standard `annotations`.
pub(super) struct Annotations;

impl Standard for Annotations {
    fn id(&self) -> &'static str {
        "annotations"
    }

    fn summary(&self) -> &'static str {
        "Every object carries the configured annotations."
    }

    fn why(&self) -> &'static str {
        "Runbooks, owners and tool settings belong on the object, where on-call people and controllers look."
    }

    fn source(&self) -> &'static str {
        "annotations"
    }

    fn is_on(&self, configuration: &Configuration) -> bool {
        !configuration.annotations.is_empty() && configuration.standards.annotations.mode != Mode::Off
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let configuration = context.configuration;
        let mode = configuration.standards.annotations.mode;
        write_map(self.id(), "annotations", &configuration.annotations, mode, object, context, &[])?;
        match object.pod_template().filter(|path| !path.is_empty()) {
            Some(path) if configuration.pod_templates.annotations => {
                write_map(self.id(), "annotations", &configuration.annotations, mode, object, context, path)
            }
            _ => Ok(()),
        }
    }
}
