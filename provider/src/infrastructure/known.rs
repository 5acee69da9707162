//! What Terraform's state knows of an app's objects.

use std::collections::{BTreeMap, BTreeSet};

use super::{Component, Kind};

/// What Terraform's state knows of components.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// The ARNs that only AWS could choose.
    pub(crate) arns: BTreeMap<ComponentId, String>,
    /// What is there and the app's, whatever its tags: imported objects carry none yet.
    pub(crate) held: BTreeSet<ComponentId>,
}

impl Known {
    /// The ARN that `component` had in an earlier run.
    pub(crate) fn arn(&self, component: &dyn Component) -> Option<&str> {
        self.arns.get(&ComponentId::of(component)).map(String::as_str).filter(|arn| !arn.is_empty())
    }

    /// Whether `component` exists and belongs to the app, according to the state.
    pub(crate) fn holds(&self, component: &dyn Component) -> bool {
        self.held.contains(&ComponentId::of(component))
    }
}

/// Identity of a component among all others of an app, those of its earlier states included: these may have the same
/// key, and one object may be there under two keys, as the target group that was a backend's own and is the one
/// before by now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ComponentId {
    kind: Kind,
    identity: String,
}

impl ComponentId {
    /// The component of that kind and identity.
    pub(crate) fn new(kind: Kind, identity: String) -> Self {
        Self { kind, identity }
    }

    pub(crate) fn of(component: &dyn Component) -> Self {
        Self::new(component.key().kind, component.identity())
    }
}
