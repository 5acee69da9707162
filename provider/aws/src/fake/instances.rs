//! EC2 instances and Auto Scaling groups of the AWS in memory.

use async_trait::async_trait;

use super::refusal::Refusal;
use super::world::World;
use crate::{AutoScalingGroup, Error, Fleet, Instances, Service};

impl World {
    pub(super) fn add_auto_scaling_group(&self, name: &str, group: AutoScalingGroup, fleet: &Fleet) {
        self.with_state(|state| {
            for id in &group.instance_ids {
                state.fleets.insert(id.clone(), fleet.clone());
            }
            state.auto_scaling_groups.insert(name.to_owned(), group);
        });
    }
}

#[async_trait]
impl Instances for World {
    async fn auto_scaling_group(&self, name: &str) -> Result<Option<AutoScalingGroup>, Error> {
        self.call(Service::AutoScaling, "DescribeAutoScalingGroups", name, |state| {
            Ok(state.auto_scaling_groups.get(name).cloned())
        })
    }

    async fn fleet(&self, instance_ids: &[String]) -> Result<Fleet, Error> {
        self.call(Service::Ec2, "DescribeInstances", &instance_ids.join(","), |state| {
            let missing =
                |id: &String| Refusal::not_found("InvalidInstanceID.NotFound", &format!("instance {id}"));
            let fleets = instance_ids.iter().map(|id| state.fleets.get(id).ok_or_else(|| missing(id)));
            let fleets: Vec<&Fleet> = fleets.collect::<Result<_, _>>()?;
            Ok(fleets.into_iter().next().cloned().unwrap_or_default())
        })
    }

    async fn role_of_profile(&self, profile: &str) -> Result<Option<String>, Error> {
        self.call(Service::Iam, "GetInstanceProfile", profile, |state| {
            Ok(state.instance_profiles.get(profile).cloned())
        })
    }
}
