//! The standard `resource-minimum`: no request or limit is below the minimum.

use super::resources::{Owner, bound};
use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use std::cmp::Ordering;
use yaml_edit::Fault;

/// The rule.
const RULE: Rule = Rule {
    id: "resource-minimum",
    summary: "No request or limit is below the minimum.",
    effect: "Brings requests and limits of containers and pods below the configured minimum up to it.",
    why: "Requests that are too small overcommit nodes, and limits that are too small kill the container at its start.",
    source: "resources.minimum",
    before: "`requests: {memory: 1Mi}`",
    after: "`requests: {memory: 64Mi}` with `minimum: {memory: 64Mi}`",
    exempt: "An exception for `resource-minimum` or `resource-minimum/memory`.",
    parts: Parts::Named("a resource, such as `memory`"),
};

/// The standard `resource-minimum`.
pub(super) struct ResourceMinimum;

impl Standard for ResourceMinimum {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        if configuration.resources.minimum.is_empty() { Mode::Off } else { configuration.resources.mode }
    }

    fn reads_containers(&self) -> bool {
        true
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let minimum = &context.configuration.resources.minimum;
        for container in object.containers() {
            bound(object, context, Owner::Container(&container), RULE.id, minimum, Ordering::Less)?;
        }
        for pod in object.pods() {
            bound(object, context, Owner::Pod(&pod), RULE.id, minimum, Ordering::Less)?;
        }
        Ok(())
    }
}
