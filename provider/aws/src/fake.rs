//! AWS in memory, for tests: the same refusals as AWS where an app can meet them, ids that are the same in
//! every run, a log of the calls, and faults on demand. It knows no delay: what is made is there at once.

mod accounts;
mod alarms;
mod clusters;
mod images;
mod instances;
mod listener_rules;
mod load_balancers;
mod log_groups;
mod metrics;
mod parameters;
mod pod_identities;
mod records;
mod refusal;
mod repositories;
mod resource_tags;
mod roles;
mod target_groups;
mod world;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use crate::{
    Account, AlarmState, Aws, ErrorKind, Finding, ParameterKind, Record, Tags, TargetHealth, TrafficMinutes,
};
use world::World;

/// The handle of an AWS in memory: seeds it, looks into it and makes it fail. Cloning it gives a second handle
/// of the same AWS.
#[derive(Clone)]
pub struct Fake {
    world: Arc<World>,
}

/// One call that was made, under AWS's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Such as `CreateRole`.
    pub operation: &'static str,
    /// Name or ARN of what the call was about; several are joined by a comma.
    pub object: String,
}

/// When a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing has happened yet.
    BeforeEffect,
    /// The call has taken effect, only its answer is lost.
    AfterEffect,
}

impl Fake {
    /// The account of every fake.
    pub const ACCOUNT_ID: &'static str = "123456789012";

    /// The region of every fake.
    pub const REGION: &'static str = "eu-west-1";

    /// The time at which tokens and passwords are made.
    pub const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    /// An empty account.
    #[expect(clippy::new_without_default, reason = "an account is made on purpose, never as a fallback")]
    pub fn new() -> Self {
        Self { world: Arc::new(World::new()) }
    }

    /// The capabilities of this AWS.
    pub fn aws(&self) -> Aws {
        let world = &self.world;
        Aws {
            account: Arc::new(Account::new(Self::REGION, world.clone())),
            accounts: world.clone(),
            repositories: world.clone(),
            roles: world.clone(),
            pod_identities: world.clone(),
            clusters: world.clone(),
            instances: world.clone(),
            log_groups: world.clone(),
            load_balancers: world.clone(),
            target_groups: world.clone(),
            listener_rules: world.clone(),
            parameters: world.clone(),
            alarms: world.clone(),
            metrics: world.clone(),
            records: world.clone(),
            resource_tags: world.clone(),
            refreshing: None,
            pressure: Arc::default(),
        }
    }

    /// Every call so far, in order, those that failed included.
    pub fn calls(&self) -> Vec<Call> {
        self.world.calls()
    }

    /// The operations of every call so far, in order.
    pub fn operations(&self) -> Vec<&'static str> {
        self.calls().into_iter().map(|call| call.operation).collect()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.world.forget_calls();
    }

    /// Makes the next `times` calls of `operation` fail with `kind`.
    pub fn fail(&self, operation: &'static str, moment: Moment, kind: ErrorKind, times: u32) {
        self.world.fail(operation, moment, kind, times);
    }

    /// Makes an EKS cluster that is up, in `vpc_id`.
    pub fn add_cluster(&self, name: &str, vpc_id: &str) {
        self.world.add_cluster(name, vpc_id);
    }

    /// Makes an application load balancer in `vpc_id` with an HTTPS listener on port 443 and its default rule.
    /// Returns the listener's ARN.
    pub fn add_load_balancer(&self, name: &str, vpc_id: &str) -> String {
        self.world.add_load_balancer(name, vpc_id)
    }

    /// Gives the load balancer of a listener another HTTPS listener. Returns its ARN.
    pub fn add_listener(&self, beside: &str, port: u16) -> String {
        self.world.add_listener(beside, port)
    }

    /// Puts an image into a repository under a tag and returns its digest, which depends on `content` only.
    /// `None` if the repository does not exist.
    pub fn push_image(&self, repository: &str, tag: &str, content: &str) -> Option<String> {
        self.world.push_image(repository, tag, content)
    }

    /// Sets the scan findings of an image; without it an image counts as never scanned.
    pub fn set_scan_findings(&self, repository: &str, digest: &str, findings: Vec<Finding>) {
        self.world.set_scan_findings(repository, digest, findings);
    }

    /// Sets the targets of a group and their health. While no rule refers to the group, AWS does not probe
    /// them, and all are reported as unused.
    pub fn set_targets(&self, target_group_arn: &str, targets: Vec<TargetHealth>) {
        self.world.set_targets(target_group_arn, targets);
    }

    /// Makes an alarm, or sets its state.
    pub fn set_alarm(&self, name: &str, state: AlarmState) {
        self.world.set_alarm(name, state);
    }

    /// Sets the number of requests that a target group gets each minute.
    pub fn set_requests_per_minute(&self, target_group_arn: &str, requests: f64) {
        self.world
            .with_state(|state| state.requests_per_minute.insert(target_group_arn.to_owned(), requests));
    }

    /// Sets the traffic of a target group in each minute.
    pub fn set_traffic(&self, target_group_arn: &str, minutes: TrafficMinutes) {
        self.world.with_state(|state| state.traffic.insert(target_group_arn.to_owned(), minutes));
    }

    /// Overwrites a parameter that is there, its kind included, as people do with a console.
    pub fn set_parameter(&self, name: &str, value: &str, kind: ParameterKind) {
        self.world.with_state(|state| {
            if let Some(parameter) = state.parameters.get_mut(name) {
                value.clone_into(&mut parameter.value);
                parameter.kind = kind;
            }
        });
    }

    /// Makes a hosted zone `example.com` of Route 53 without records.
    pub fn add_zone(&self, zone_id: &str) {
        self.world.add_zone(zone_id);
    }

    /// The records of a hosted zone.
    pub fn records(&self, zone_id: &str) -> Vec<Record> {
        self.world.records(zone_id)
    }

    /// Tags of everything that carries some, by ARN or, for roles and associations, by name or id.
    pub fn tags(&self) -> BTreeMap<String, Tags> {
        self.world.with_state(|state| {
            let mut all = state.tags.clone();
            all.extend(state.roles.iter().map(|(name, role)| (name.clone(), role.tags.clone())));
            let associations = state.pod_identities.iter();
            all.extend(associations.map(|(id, (_, association))| (id.clone(), association.tags.clone())));
            all.retain(|_, tags| !tags.is_empty());
            all
        })
    }

    /// Gives the tag `key` another value wherever it is.
    pub fn replace_tag_values(&self, key: &str, value: &str) {
        self.world.with_state(|state| {
            let roles = state.roles.values_mut().map(|role| &mut role.tags);
            let associations =
                state.pod_identities.values_mut().map(|(_, association)| &mut association.tags);
            for tags in state.tags.values_mut().chain(roles).chain(associations) {
                if let Some(found) = tags.get_mut(key) {
                    value.clone_into(found);
                }
            }
        });
    }

    /// Lets the tagging service answer from now on what it knows now, as AWS' does for some seconds.
    pub fn freeze_resource_tags(&self) {
        self.world.with_state(|state| state.tags_as_last_seen = Some(state.tags.clone()));
    }

    /// Makes an instance profile that holds a role.
    pub fn add_instance_profile(&self, name: &str, role: &str) {
        self.world.with_state(|state| state.instance_profiles.insert(name.to_owned(), role.to_owned()));
    }

    /// Keeps roles from the next `reads` that would show one, as IAM does for some seconds after it made them.
    pub fn hide_roles(&self, reads: u32) {
        self.world.with_state(|state| state.reads_without_roles = reads);
    }

    /// Name or ARN of everything that an app can make and that is there now, sorted: what a destroy must
    /// leave empty.
    pub fn inventory(&self) -> Vec<String> {
        self.world.inventory()
    }
}
