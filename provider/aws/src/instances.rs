//! EC2 instances and Auto Scaling groups, read only: what an app runs on before it moves to pods.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use crate::Error;

/// EC2 instances, their Auto Scaling groups and the roles that they have.
#[async_trait]
pub trait Instances: Send + Sync {
    /// All Auto Scaling groups of account and region.
    async fn auto_scaling_groups(&self) -> Result<Vec<AutoScalingGroup>, Error>;

    /// The Auto Scaling group of this name, `None` if it does not exist.
    async fn auto_scaling_group(&self, name: &str) -> Result<Option<AutoScalingGroup>, Error>;

    /// Facts about the instances of these ids. `NotFound` if one does not exist.
    async fn fleet(&self, instance_ids: &[String]) -> Result<Fleet, Error>;

    /// Name of the role in an instance profile, by the name of the profile.
    async fn role_of_profile(&self, profile: &str) -> Result<Option<String>, Error>;
}

/// An Auto Scaling group as AWS has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AutoScalingGroup {
    /// The minimum number of instances.
    pub minimum: u32,
    /// The maximum number of instances.
    pub maximum: u32,
    /// The number of instances that it aims at.
    pub desired: u32,
    /// Its instances, sorted.
    pub instance_ids: Vec<String>,
    /// ARNs of the target groups that its instances are registered in, sorted.
    pub target_group_arns: Vec<String>,
}

/// What several instances have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fleet {
    /// How many instances there are of each type, such as `t3.small`.
    pub instance_types: BTreeMap<String, u32>,
    /// Names of their instance profiles.
    pub profiles: BTreeSet<String>,
}
