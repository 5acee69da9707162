//! # What it does
//! Brings requests and limits above the configured maximum down to it.
//! # Why
//! A single container must not be able to ask for a whole node, or for more than any node has.
//! # Before
//! `limits: {memory: 32Gi}`
//! # After
//! `limits: {memory: 8Gi}` with `maximum: {memory: 8Gi}`
//! # How to opt out
//! An exception for `resource_maximum` or `resource_maximum/memory`.

use super::Standard;
use super::resources::bound;
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use crate::yaml::Fault;
use std::cmp::Ordering;

/// The standard `resource_maximum`.
pub(super) struct ResourceMaximum;

impl Standard for ResourceMaximum {
    fn id(&self) -> &'static str {
        "resource_maximum"
    }

    fn summary(&self) -> &'static str {
        "No request or limit is above the maximum."
    }

    fn why(&self) -> &'static str {
        "A single container must not be able to ask for a whole node, or for more than any node has."
    }

    fn source(&self) -> &'static str {
        "resources.maximum"
    }

    fn is_on(&self, configuration: &Configuration) -> bool {
        !configuration.resources.maximum.is_empty() && configuration.resources.mode != Mode::Off
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        bound(object, context, self.id(), &context.configuration.resources.maximum, Ordering::Greater)
    }
}
