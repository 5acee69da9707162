//! What the engine hands to each step.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::ComponentKey;
use super::report::Report;

/// What a step can rely on: what was made before it, and whether it is asked to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// ARNs of the objects that exist already, by [`Component::key`].
    pub(crate) arns: BTreeMap<ComponentKey, String>,
    /// Asks a step that takes long to end at its next safe point.
    pub(crate) cancel: CancellationToken,
    /// Where it reports how far it is.
    pub(crate) report: Report,
}

impl Facts {
    /// The ARN of the object `key`, empty if it is not there yet.
    pub(crate) fn arn(&self, key: &ComponentKey) -> &str {
        self.arns.get(key).map_or("", String::as_str)
    }
}
