//! The standard `resource-minimum`: no request or limit is below the minimum.

use super::resources::bound;
use super::{Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use std::cmp::Ordering;
use yaml_edit::Fault;

/// The rule.
const RULE: Rule = Rule {
    id: "resource-minimum",
    summary: "No request or limit is below the minimum.",
    effect: "Brings requests and limits below the configured minimum up to it.",
    why: "Requests that are too small overcommit nodes, and limits that are too small kill the container at its start.",
    source: "resources.minimum",
    before: "`requests: {memory: 1Mi}`",
    after: "`requests: {memory: 64Mi}` with `minimum: {memory: 64Mi}`",
    exempt: "An exception for `resource-minimum` or `resource-minimum/memory`.",
};

/// The standard `resource-minimum`.
pub(super) struct ResourceMinimum;

impl Standard for ResourceMinimum {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn is_on(&self, configuration: &Configuration) -> bool {
        !configuration.resources.minimum.is_empty() && configuration.resources.mode != Mode::Off
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        bound(object, context, RULE.id, &context.configuration.resources.minimum, Ordering::Less)
    }
}
