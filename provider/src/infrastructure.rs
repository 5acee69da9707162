//! What an app has on AWS: one file for each kind of object, all behind one small trait, and the engine that
//! brings what is there to what is wanted. Knows AWS only through `ipsy_aws`, and nothing of Terraform.

pub(crate) mod alarm;
pub(crate) mod clock;
mod component;
pub(crate) mod converge;
pub(crate) mod desired;
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
pub(crate) use self::key::{ComponentKey, Kind};
pub(crate) use self::known::{ComponentId, Known};
pub(crate) use self::observed::{LiveValue, Observed, Pointer, RuleStatus, differs};
