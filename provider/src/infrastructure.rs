//! What an app has on AWS: one file for each kind of object, all behind one small trait, and the engine that
//! brings what is there to what is wanted. Knows AWS only through `ipsy_aws`, and nothing of Terraform.

use strum::{Display, EnumString};

pub(crate) mod account;
pub(crate) mod alarm;
pub(crate) mod clock;
mod component;
pub(crate) mod components;
pub(crate) mod converge;
pub(crate) mod destroy;
pub(crate) mod dns_record;
pub(crate) mod ensure;
mod facts;
pub(crate) mod failure;
pub(crate) mod holding;
pub(crate) mod image_parameter;
mod key;
mod known;
pub(crate) mod listener_rule;
pub(crate) mod log_group;
pub(crate) mod observe;
mod observed;
pub(crate) mod obstacle;
pub(crate) mod orphan;
pub(crate) mod ownership;
pub(crate) mod pod_identity;
pub(crate) mod previous_group;
pub(crate) mod report;
pub(crate) mod repository;
pub(crate) mod role;
mod rollout;
pub(crate) mod target_group;
pub(crate) mod trust;
mod weight_shift;

pub(crate) use self::component::{Component, STAGES, Stage};
pub(crate) use self::facts::Facts;
pub(crate) use self::key::ComponentKey;
pub(crate) use self::known::{ComponentId, Known};
pub(crate) use self::observed::{LiveValue, Observed, Pointer, RuleStatus, differs};

/// A kind of object. Its text is its name in snake case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Display, EnumString)]
#[cfg_attr(test, derive(strum::EnumIter))]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Kind {
    Alarm,
    DnsRecord,
    /// A target group that a failed update was to let into the rule: only in the state.
    Entering,
    ImageParameter,
    ListenerRule,
    LogGroup,
    /// An object that an earlier update could not delete, found by its tags: only in the state.
    Orphan,
    PodIdentity,
    Repository,
    /// An object of earlier arguments that an update could not delete: only in the state.
    Retired,
    Role,
    TargetGroup,
}
