//! EC2 instances of the AWS in memory: it has none, and no Auto Scaling groups.

use async_trait::async_trait;

use super::refusal::Refusal;
use super::world::World;
use crate::{AutoScalingGroup, Error, Fleet, Instances, Service};

#[async_trait]
impl Instances for World {
    async fn auto_scaling_group(&self, name: &str) -> Result<Option<AutoScalingGroup>, Error> {
        self.call(Service::AutoScaling, "DescribeAutoScalingGroups", name, |_| Ok(None))
    }

    async fn auto_scaling_groups(&self) -> Result<Vec<AutoScalingGroup>, Error> {
        self.call(Service::AutoScaling, "DescribeAutoScalingGroups", "", |_| Ok(Vec::new()))
    }

    async fn fleet(&self, instance_ids: &[String]) -> Result<Fleet, Error> {
        self.call(Service::Ec2, "DescribeInstances", &instance_ids.join(","), |_| {
            match instance_ids.first() {
                Some(id) => Err(Refusal::not_found("InvalidInstanceID.NotFound", &format!("instance {id}"))),
                None => Ok(Fleet::default()),
            }
        })
    }

    async fn role_of_profile(&self, profile: &str) -> Result<Option<String>, Error> {
        self.call(Service::Iam, "GetInstanceProfile", profile, |state| {
            Ok(state.instance_profiles.get(profile).cloned())
        })
    }
}
