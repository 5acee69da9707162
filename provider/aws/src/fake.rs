//! AWS in memory, for tests: what was made, a log of the calls, and faults on demand. Ids are the same in every run. It
//! refuses what depends on other objects, such as a name that is taken. Forms and limits of single values are checked
//! before a plan. It has no delay: what is made is there at once.

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

use crate::{Account, Aws, ErrorKind, ParameterKind, Tags, TrafficMinutes};
pub use world::{Call, Moment};
use world::{Fault, World};

/// The handle of an AWS in memory: seeds it, looks into it and makes it fail. Cloning it gives a second handle
/// of the same AWS.
#[derive(Clone)]
pub struct Fake {
    world: Arc<World>,
}

impl Fake {
    /// The account of every fake.
    pub const ACCOUNT_ID: &'static str = world::ACCOUNT_ID;

    /// The region of every fake.
    pub const REGION: &'static str = world::REGION;

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
        self.world.lock().calls.clone()
    }

    /// The operations of every call so far, in order.
    pub fn operations(&self) -> Vec<&'static str> {
        self.calls().into_iter().map(|call| call.operation).collect()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.world.lock().calls.clear();
    }

    /// Makes the next `times` calls of `operation` fail with `kind`.
    pub fn fail(&self, operation: &'static str, moment: Moment, kind: ErrorKind, times: u32) {
        self.world.lock().faults.push(Fault { operation, moment, kind, times });
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
        self.world.with_state(|state| {
            let mut all: Vec<String> =
                state.repositories.values().map(|stored| stored.repository.arn.clone()).collect();
            all.extend(state.roles.values().map(|role| role.arn.clone()));
            all.extend(state.pod_identities.keys().cloned());
            all.extend(state.log_groups.values().map(|group| group.arn.clone()));
            all.extend(state.target_groups.keys().cloned());
            all.extend(
                state.rules.values().filter(|rule| rule.priority.is_some()).map(|rule| rule.arn.clone()),
            );
            all.extend(state.parameters.values().map(|parameter| parameter.arn.clone()));
            all.extend(state.metric_alarms.values().map(|alarm| alarm.arn.clone()));
            let records = state.zones.iter().flat_map(|(zone, records)| {
                records.iter().map(move |record| format!("record {zone}/{}/{}", record.name, record.kind))
            });
            all.extend(records);
            all.sort();
            all
        })
    }
}
