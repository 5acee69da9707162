//! AWS, as small capabilities: one trait for each thing an app needs, with an implementation on the AWS SDK
//! and an in-memory fake. No type of the SDK is visible outside, and nothing here knows Terraform.

mod account;
mod alarms;
mod aws;
mod batches;
mod clusters;
mod coalesce;
mod configuration;
pub mod deadline;
mod error;
pub mod fake;
mod instances;
mod listener_rules;
mod load_balancers;
mod log_groups;
mod metrics;
mod parameters;
mod pod_identities;
mod pressure;
mod records;
mod repositories;
mod resource_tags;
mod roles;
mod sdk;
mod secret;
mod service;
mod target_groups;
mod text;

use std::collections::BTreeMap;

pub use account::{Account, Accounts, CallerIdentity, ClusterToken};
pub use alarms::{Alarm, AlarmSettings, AlarmState, Alarms};
pub use aws::Aws;
pub use clusters::{Cluster, Clusters};
pub use configuration::{AssumeRole, AssumeRoleWithWebIdentity, Configuration, RetryMode};
pub use error::{Error, ErrorKind};
pub use fake::Fake;
pub use instances::{AutoScalingGroup, Fleet, Instances};
pub use listener_rules::{
    Action, AuthenticateCognito, AuthenticateOidc, Condition, Forward, ListenerRules, NewRule, QueryPair,
    Rule, RuleChange, WeightedTarget,
};
pub use load_balancers::{Listener, LoadBalancer, LoadBalancers};
pub use log_groups::{LogGroup, LogGroups, NewLogGroup};
pub use metrics::{Metrics, TrafficMinute, TrafficMinutes};
pub use parameters::{NewParameter, Parameter, ParameterKind, Parameters};
pub use pod_identities::{
    NewPodIdentity, PodIdentities, PodIdentity, PodIdentityChange, PodIdentityReference,
};
pub use pressure::Pressure;
pub use records::{Record, RecordTarget, Records};
pub use repositories::{
    Contents, Encryption, Finding, Image, ImageReference, NewRepository, RegistryLogin, Repositories,
    Repository, ScanFindings, ScanStatus, TagMutability,
};
pub use resource_tags::{ResourceTags, TaggedObjects};
pub use roles::{NewRole, Role, RoleChange, Roles};
pub use secret::Secret;
pub use service::Service;
pub use target_groups::{HealthCheck, Matcher, NewTargetGroup, TargetGroup, TargetGroups, TargetHealth};
pub use text::one_line;

/// Tags of an AWS object, by key. Keys starting with `aws:` are AWS's own and are never in here: users may not
/// set or remove them.
pub type Tags = BTreeMap<String, String>;
