//! The standard `resource-maximum`: no request or limit is above the maximum.

use super::resources::bound;
use super::{Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use std::cmp::Ordering;
use yaml_edit::Fault;

/// The rule.
const RULE: Rule = Rule {
    id: "resource-maximum",
    summary: "No request or limit is above the maximum.",
    effect: "Brings requests and limits above the configured maximum down to it.",
    why: "A single container must not be able to ask for a whole node, or for more than any node has.",
    source: "resources.maximum",
    before: "`limits: {memory: 32Gi}`",
    after: "`limits: {memory: 8Gi}` with `maximum: {memory: 8Gi}`",
    exempt: "An exception for `resource-maximum` or `resource-maximum/memory`.",
};

/// The standard `resource-maximum`.
pub(super) struct ResourceMaximum;

impl Standard for ResourceMaximum {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn is_on(&self, configuration: &Configuration) -> bool {
        !configuration.resources.maximum.is_empty() && configuration.resources.mode != Mode::Off
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        bound(object, context, RULE.id, &context.configuration.resources.maximum, Ordering::Greater)
    }
}
