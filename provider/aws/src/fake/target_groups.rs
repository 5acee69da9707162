//! Target groups of the AWS in memory.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::Fake;
use super::refusal::Refusal;
use super::world::{State, StoredTargetGroup, World, arn};
use crate::{
    Error, ErrorKind, HealthCheck, NewTargetGroup, Service, Tags, TargetGroup, TargetGroups, TargetHealth,
};

/// What AWS sets in a new group.
const ATTRIBUTES: [(&str, &str); 9] = [
    ("deregistration_delay.timeout_seconds", "300"),
    ("load_balancing.algorithm.type", "round_robin"),
    ("load_balancing.algorithm.anomaly_mitigation", "off"),
    ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
    ("slow_start.duration_seconds", "0"),
    ("stickiness.enabled", "false"),
    ("stickiness.type", "lb_cookie"),
    ("stickiness.lb_cookie.duration_seconds", "86400"),
    ("stickiness.app_cookie.cookie_name", ""),
];

impl Fake {
    /// Sets the targets of a group and their health. While no rule refers to the group, AWS does not probe
    /// them, and all are reported as unused.
    pub fn set_targets(&self, target_group_arn: &str, targets: Vec<TargetHealth>) {
        self.world.with_state(|state| {
            if let Some(stored) = state.target_groups.get_mut(target_group_arn) {
                stored.targets = targets;
            }
        });
    }
}

fn find<'a>(state: &'a mut State, arn: &str) -> Result<&'a mut StoredTargetGroup, Refusal> {
    state.target_groups.get_mut(arn).ok_or_else(|| missing(arn))
}

pub(super) fn missing(arn: &str) -> Refusal {
    Refusal::not_found("TargetGroupNotFound", &format!("target group {arn}"))
}

/// The group as AWS shows it: load balancers are those whose rules refer to it.
fn shown(state: &State, stored: &StoredTargetGroup) -> TargetGroup {
    let users = state.rules.values().filter(|rule| {
        rule.forward().is_some_and(|forward| {
            forward.targets.iter().any(|target| target.target_group_arn == stored.group.arn)
        })
    });
    let load_balancers: BTreeSet<String> = users
        .filter_map(|rule| state.listeners.get(&rule.listener_arn))
        .map(|listener| listener.load_balancer_arn.clone())
        .collect();
    TargetGroup { load_balancer_arns: load_balancers.into_iter().collect(), ..stored.group.clone() }
}

#[async_trait]
impl TargetGroups for World {
    async fn create(&self, new: &NewTargetGroup) -> Result<TargetGroup, Error> {
        self.call(Service::Elb, "CreateTargetGroup", &new.name, |state| {
            let mut group = TargetGroup {
                arn: String::new(),
                name: new.name.clone(),
                protocol: new.protocol.clone(),
                protocol_version: new.protocol_version.clone(),
                port: new.port,
                vpc_id: new.vpc_id.clone(),
                target_type: new.target_type.clone(),
                ip_address_type: new.ip_address_type.clone(),
                health_check: new.health_check.clone(),
                load_balancer_arns: Vec::new(),
            };
            if let Some(stored) = state.target_groups.values().find(|stored| stored.group.name == new.name) {
                // AWS returns an existing group with the same settings, even of another owner.
                group.arn.clone_from(&stored.group.arn);
                if stored.group == group {
                    return Ok(shown(state, stored));
                }
                let what = format!("a target group with the name '{}' and different settings", new.name);
                return Err(Refusal::exists("DuplicateTargetGroupName", &what));
            }
            group.arn = arn("elasticloadbalancing", &format!("targetgroup/{}/{}", new.name, state.next_id()));
            let attributes = ATTRIBUTES.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
            state.tags.insert(group.arn.clone(), new.tags.clone());
            let stored = StoredTargetGroup { group: group.clone(), attributes, targets: Vec::new() };
            state.target_groups.insert(group.arn.clone(), stored);
            Ok(group)
        })
    }

    async fn by_names(&self, names: &[String]) -> Result<Vec<TargetGroup>, Error> {
        self.call(Service::Elb, "DescribeTargetGroups", &names.join(","), |state| {
            let found = state.target_groups.values().filter(|stored| names.contains(&stored.group.name));
            Ok(found.map(|stored| shown(state, stored)).collect())
        })
    }

    async fn by_arns(&self, arns: &[String]) -> Result<Vec<TargetGroup>, Error> {
        self.call(Service::Elb, "DescribeTargetGroups", &arns.join(","), |state| {
            let found = arns.iter().filter_map(|arn| state.target_groups.get(arn));
            Ok(found.map(|stored| shown(state, stored)).collect())
        })
    }

    async fn set_health_check(&self, arn: &str, check: &HealthCheck) -> Result<TargetGroup, Error> {
        self.call(Service::Elb, "ModifyTargetGroup", arn, |state| {
            find(state, arn)?.group.health_check = check.clone();
            let stored = state.target_groups.get(arn).ok_or_else(|| missing(arn))?;
            Ok(shown(state, stored))
        })
    }

    async fn attributes(&self, arn: &str) -> Result<BTreeMap<String, String>, Error> {
        self.call(Service::Elb, "DescribeTargetGroupAttributes", arn, |state| {
            Ok(find(state, arn)?.attributes.clone())
        })
    }

    async fn set_attributes(&self, arn: &str, attributes: &BTreeMap<String, String>) -> Result<(), Error> {
        self.call(Service::Elb, "ModifyTargetGroupAttributes", arn, |state| {
            find(state, arn)?.attributes.extend(attributes.clone());
            Ok(())
        })
    }

    async fn tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error> {
        self.read_tags_of_all(Service::Elb, "DescribeTags", arns)
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.add_tags(Service::Elb, "AddTags", arn, tags)
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.remove_tags(Service::Elb, "RemoveTags", arn, keys)
    }

    async fn delete(&self, arn: &str) -> Result<(), Error> {
        self.call(Service::Elb, "DeleteTargetGroup", arn, |state| {
            if state.groups_in_use().contains(arn) {
                return Err(Refusal::new(
                    ErrorKind::InUse,
                    "ResourceInUse",
                    format!("Target group '{arn}' is currently in use by a listener or a rule"),
                ));
            }
            state.target_groups.remove(arn);
            state.tags.remove(arn);
            Ok(())
        })
    }

    async fn health(&self, arn: &str) -> Result<Vec<TargetHealth>, Error> {
        self.call(Service::Elb, "DescribeTargetHealth", arn, |state| {
            let probed = state.groups_in_use().contains(arn);
            let mut targets = find(state, arn)?.targets.clone();
            if !probed {
                for target in &mut targets {
                    "unused".clone_into(&mut target.state);
                    target.reason = Some("Target.NotInUse".to_owned());
                    target.description = Some(
                        "Target group is not configured to receive traffic from the load balancer".to_owned(),
                    );
                }
            }
            targets.sort_by(|one, other| (&one.target_id, one.port).cmp(&(&other.target_id, other.port)));
            Ok(targets)
        })
    }
}
