//! What an app has on AWS: one file for each kind of object, all behind one small trait, and the engine that
//! brings what is there to what is wanted. Knows AWS only through `ipsy_aws`, and nothing of Terraform.

pub(crate) mod alarm;
pub(crate) mod converge;
pub(crate) mod desired;
pub(crate) mod destroy;
pub(crate) mod dns_record;
pub(crate) mod holding;
pub(crate) mod image_parameter;
mod key;
pub(crate) mod listener_rule;
pub(crate) mod log_group;
pub(crate) mod observe;
pub(crate) mod obstacle;
pub(crate) mod orphan;
pub(crate) mod ownership;
pub(crate) mod pod_identity;
pub(crate) mod previous_group;
pub(crate) mod report;
pub(crate) mod repository;
pub(crate) mod role;
pub(crate) mod shift;
pub(crate) mod target_group;
pub(crate) mod trust;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use ipsy_aws::{Error, Tags};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use self::image_parameter::Pointer;
pub(crate) use self::key::{ComponentKey, Kind};
use self::listener_rule::RuleStatus;
use self::obstacle::Obstacle;
use self::report::Report;
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
    fn ownership(&self) -> &ownership::Ownership;

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
        ownership::describe(&observed.tags)
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

    /// Changes what differs, in place; tags apart.
    async fn change(&self, observed: &Observed, facts: &Facts) -> Result<(), Error>;

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

/// An AWS object as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observed {
    pub(crate) arn: String,
    /// In the shape of [`Component::desired`], so that both can be compared.
    pub(crate) properties: Value,
    /// All tags but AWS' own.
    pub(crate) tags: Tags,
    /// What the object has that the configuration does not decide.
    pub(crate) value: Option<LiveValue>,
}

/// A value that only AWS knows, or that another tool writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LiveValue {
    /// The image that a pointer names.
    Pointer(Pointer),
    /// Priority and weights of a listener rule.
    Rule(RuleStatus),
}

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

/// Whether `field` differs between two sets of properties.
pub(crate) fn differs(observed: &Value, desired: &Value, field: &str) -> bool {
    observed.get(field) != desired.get(field)
}
