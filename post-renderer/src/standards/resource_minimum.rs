//! # What it does
//! Brings requests and limits below the configured minimum up to it.
//! # Why
//! Requests that are too small overcommit nodes, and limits that are too small kill the container at its start.
//! # Before
//! `requests: {memory: 1Mi}`
//! # After
//! `requests: {memory: 64Mi}` with `minimum: {memory: 64Mi}`
//! # How to opt out
//! An exception for `resource_minimum` or `resource_minimum/memory`.

use super::Standard;
use super::resources::bound;
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use crate::yaml::Fault;
use std::cmp::Ordering;

/// The standard `resource_minimum`.
pub(super) struct ResourceMinimum;

impl Standard for ResourceMinimum {
    fn id(&self) -> &'static str {
        "resource_minimum"
    }

    fn summary(&self) -> &'static str {
        "No request or limit is below the minimum."
    }

    fn why(&self) -> &'static str {
        "Requests that are too small overcommit nodes, and limits that are too small kill the container at its start."
    }

    fn source(&self) -> &'static str {
        "resources.minimum"
    }

    fn is_on(&self, configuration: &Configuration) -> bool {
        !configuration.resources.minimum.is_empty() && configuration.resources.mode != Mode::Off
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        bound(object, context, self.id(), &context.configuration.resources.minimum, Ordering::Less)
    }
}
