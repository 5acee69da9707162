//! The trait of everything that an app has on AWS: how an object is found, made, changed and deleted.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ipsy_aws::{Error, Tags};
use serde_json::Value;

use super::obstacle::Obstacle;
use super::ownership::{Ownership, describe};
use super::weight_shift::WeightShift;
use super::{ComponentKey, Facts, Observed};
use crate::app::deletion::Deletion;

/// One AWS object of an app, as it is wanted.
#[async_trait]
pub(crate) trait Component: Send + Sync {
    /// Key in the `infrastructure` output, such as `role` or `target_group/blue`.
    fn key(&self) -> ComponentKey;

    /// Identity of this object among others of its kind: another identity under the same key is another object,
    /// made before the old one is deleted.
    fn identity(&self) -> String;

    /// How messages name it: "log group `/ipsy/prod/checkout`".
    fn title(&self) -> String;

    /// When it is made; deletions go the other way.
    fn stage(&self) -> Stage;

    /// Ownership tags that the object must carry.
    fn ownership(&self) -> &Ownership;

    /// Whether an earlier run from the same state, or `retain`, has left what was observed, so that a create may adopt it.
    fn is_leftover(&self, observed: &Observed) -> bool {
        self.ownership().is_leftover(&observed.tags)
    }

    /// Whether its tags say who holds it. What carries none is held by the holder of the app's other objects.
    fn carries_tags(&self) -> bool {
        true
    }

    /// Whether `adopt = true` is enough to take it over.
    fn may_be_adopted(&self) -> bool {
        true
    }

    /// Describes the owner of an object that is not the app's.
    fn owner(&self, observed: &Observed) -> String {
        describe(&observed.tags)
    }

    /// How an object that is not ours can become so: the end of "If it is meant to belong to this app, …".
    fn take_over(&self) -> String {
        let id = self.ownership().identity().id();
        format!("set `adopt = true`, or take it over with `terraform import ADDRESS {id}`")
    }

    /// Its properties as they should be.
    fn desired(&self) -> Value;

    /// What is there; `None` if nothing is. `known_arn` is the ARN of an earlier run, where AWS gives names to
    /// objects that only it can know.
    async fn observe(&self, known_arn: Option<&str>) -> Result<Option<Observed>, Error>;

    /// Looks whether it can be made, where [`Component::observe`] found nothing: called before anything is changed.
    async fn admit(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Looks whether [`Component::change`] can do its work, where that takes more than a change in place: called before
    /// anything is changed.
    async fn admit_change(&self, _observed: &Observed) -> Result<(), Error> {
        Ok(())
    }

    /// Makes it. Only called where [`Component::observe`] found nothing.
    async fn create(&self, facts: &Facts) -> Result<Observed, Error>;

    /// Changes what differs, in place; tags and weights apart.
    async fn change(&self, observed: &Observed, facts: &Facts) -> Result<(), Error>;

    /// The change of weights that follows [`Component::change`]: the engine makes it, in guarded steps. `None` if no weights
    /// change.
    async fn weight_shift<'a>(
        &'a self,
        _observed: &Observed,
        _facts: &Facts,
    ) -> Result<Option<WeightShift<'a>>, Error> {
        Ok(None)
    }

    /// Whether a change leaves something in [`Observed::value`] that only AWS can tell, so that it is read again.
    fn is_told_by_aws(&self) -> bool {
        false
    }

    /// Adds or overwrites tags.
    async fn tag(&self, observed: &Observed, tags: &Tags) -> Result<(), Error>;

    /// Removes tags by key.
    async fn untag(&self, observed: &Observed, keys: &[String]) -> Result<(), Error>;

    /// What keeps AWS from deleting it. `own` are the ARNs of all objects of the app.
    async fn obstacle(
        &self,
        _observed: &Observed,
        _own: &BTreeSet<String>,
        _deletion: &Deletion,
    ) -> Result<Option<Obstacle>, Error> {
        Ok(None)
    }

    /// Deletes the object. Succeeds if it does not exist.
    async fn delete(&self, observed: &Observed, deletion: &Deletion) -> Result<(), Error>;
}

/// The order in which things are made: each stage only needs those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Log group, repository, image parameter, role and target groups need nothing of each other.
    Foundation,
    /// Pod identities need the role, and alarms the target groups.
    Identity,
    /// The listener rule needs the target groups: only then do requests arrive.
    Traffic,
    /// DNS records come last: they lead to what works already.
    Name,
}

/// All stages, in order.
pub(crate) const STAGES: [Stage; 4] = [Stage::Foundation, Stage::Identity, Stage::Traffic, Stage::Name];
