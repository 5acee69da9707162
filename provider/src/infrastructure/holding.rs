//! Whether a resource holds what was found of its app. An app changes hands with its log group, which a new holder marks
//! last: until then a takeover that was interrupted has taken nothing.

use ipsy_aws::Tags;

use super::{Component, Known, Observed, log_group};

/// Who holds an app, as seen by one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    /// This resource, whatever single objects say.
    Ours,
    /// Another resource holds some of it.
    Lost,
    /// Nothing speaks for another resource.
    Undisputed,
}

impl Holding {
    /// By what was found of the app.
    pub(crate) fn of<'a>(found: impl Iterator<Item = (&'a dyn Component, &'a Observed)>) -> Self {
        let mut holding = Self::Undisputed;
        for (component, Observed { tags, .. }) in found {
            if component.key() == log_group::KEY && component.ownership().owns(tags) {
                return Self::Ours;
            }
            if component.ownership().is_lost(tags) {
                holding = Self::Lost;
            }
        }
        holding
    }

    /// Whether this resource holds what was observed of `component`: by its tags, or by the state, where no other holder
    /// has tagged it. Objects without tags belong to the app.
    pub(crate) fn holds(self, component: &dyn Component, tags: &Tags, known: &Known) -> bool {
        let ownership = component.ownership();
        match self {
            Self::Ours => ownership.marks(tags) || known.holds(component),
            Self::Lost if !component.carries_tags() => false,
            Self::Lost | Self::Undisputed => {
                ownership.owns(tags) || known.holds(component) && !ownership.is_lost(tags)
            }
        }
    }
}
