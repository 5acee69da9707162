//! The account in memory: what is in it, which calls were made, and which shall fail.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    Alarm, AlarmState, Cluster, Error, ErrorKind, Finding, Image, Listener, LoadBalancer, LogGroup,
    Parameter, PodIdentity, Record, Repository, Role, Rule, Service, Tags, TargetGroup, TargetHealth,
    TrafficMinutes,
};

use super::refusal::Refusal;

/// The account of every fake.
pub(super) const ACCOUNT_ID: &str = "123456789012";

/// The region of every fake.
pub(super) const REGION: &str = "eu-west-1";

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

pub(super) struct World {
    inner: Mutex<Inner>,
}

pub(super) struct Inner {
    state: State,
    pub(super) calls: Vec<Call>,
    pub(super) faults: Vec<Fault>,
}

pub(super) struct Fault {
    pub(super) operation: &'static str,
    pub(super) moment: Moment,
    pub(super) kind: ErrorKind,
    pub(super) times: u32,
}

/// Everything in the account. Tags of all objects but roles and associations lie under their ARN.
#[derive(Default)]
pub(super) struct State {
    pub(super) made: u64,
    pub(super) tags: BTreeMap<String, Tags>,
    pub(super) repositories: BTreeMap<String, StoredRepository>,
    pub(super) roles: BTreeMap<String, Role>,
    /// The role that each instance profile holds.
    pub(super) instance_profiles: BTreeMap<String, String>,
    /// How many more reads do not show a role that is there.
    pub(super) reads_without_roles: u32,
    pub(super) clusters: BTreeMap<String, Cluster>,
    pub(super) pod_identities: BTreeMap<String, (String, PodIdentity)>,
    pub(super) log_groups: BTreeMap<String, LogGroup>,
    pub(super) load_balancers: BTreeMap<String, LoadBalancer>,
    pub(super) listeners: BTreeMap<String, Listener>,
    pub(super) rules: BTreeMap<String, Rule>,
    pub(super) target_groups: BTreeMap<String, StoredTargetGroup>,
    pub(super) parameters: BTreeMap<String, Parameter>,
    pub(super) alarms: BTreeMap<String, AlarmState>,
    /// Those that were made by a call.
    pub(super) metric_alarms: BTreeMap<String, Alarm>,
    /// How many requests target groups get, by ARN.
    pub(super) requests_per_minute: BTreeMap<String, f64>,
    /// What target groups answered, by ARN.
    pub(super) traffic: BTreeMap<String, TrafficMinutes>,
    /// Records by zone.
    pub(super) zones: BTreeMap<String, Vec<Record>>,
}

pub(super) struct StoredRepository {
    pub(super) repository: Repository,
    pub(super) lifecycle_policy: Option<String>,
    pub(super) repository_policy: Option<String>,
    pub(super) images: BTreeMap<String, Image>,
    pub(super) findings: BTreeMap<String, Vec<Finding>>,
}

pub(super) struct StoredTargetGroup {
    pub(super) group: TargetGroup,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) targets: Vec<TargetHealth>,
}

impl State {
    /// The next id, sixteen hexadecimal digits, the same in every run.
    pub(super) fn next_id(&mut self) -> String {
        self.made += 1;
        format!("{:016x}", self.made)
    }

    /// The tags of an object, which has some, or none, from the moment it is made.
    fn tags_of(&mut self, arn: &str) -> Result<&mut Tags, Refusal> {
        self.tags.get_mut(arn).ok_or_else(|| Refusal::not_found("ResourceNotFoundException", arn))
    }

    /// ARNs of the target groups that any rule refers to.
    pub(super) fn groups_in_use(&self) -> BTreeSet<&str> {
        self.rules
            .values()
            .filter_map(Rule::forward)
            .flat_map(|forward| &forward.targets)
            .map(|target| target.target_group_arn.as_str())
            .collect()
    }
}

pub(super) fn arn(service: &str, resource: &str) -> String {
    let region = if service == "iam" { "" } else { REGION };
    format!("arn:aws:{service}:{region}:{ACCOUNT_ID}:{resource}")
}

impl World {
    pub(super) fn new() -> Self {
        Self { inner: Mutex::new(Inner { state: State::default(), calls: Vec::new(), faults: Vec::new() }) }
    }

    /// One call to AWS: it is logged, may fail on demand, and otherwise does `effect`.
    pub(super) fn call<T>(
        &self,
        service: Service,
        operation: &'static str,
        object: &str,
        effect: impl FnOnce(&mut State) -> Result<T, Refusal>,
    ) -> Result<T, Error> {
        let mut inner = self.lock();
        inner.calls.push(Call { operation, object: object.to_owned() });
        let fault = inner.due_fault(operation);
        if let Some((Moment::BeforeEffect, kind)) = fault {
            return Err(injected(service, operation, object, kind));
        }
        let result =
            effect(&mut inner.state).map_err(|refusal| refusal.of_call(service, operation, object))?;
        match fault {
            Some((Moment::AfterEffect, kind)) => Err(injected(service, operation, object, kind)),
            _ => Ok(result),
        }
    }

    /// The tags of an object, by its ARN.
    pub(super) fn read_tags(
        &self,
        service: Service,
        operation: &'static str,
        arn: &str,
    ) -> Result<Tags, Error> {
        self.call(service, operation, arn, |state| state.tags_of(arn).cloned())
    }

    /// The tags of those objects that are there, by their ARNs.
    pub(super) fn read_tags_of_all(
        &self,
        service: Service,
        operation: &'static str,
        arns: &[String],
    ) -> Result<BTreeMap<String, Tags>, Error> {
        self.call(service, operation, &arns.join(","), |state| {
            let found = arns.iter().filter_map(|arn| state.tags.get_key_value(arn));
            Ok(found.map(|(arn, tags)| (arn.clone(), tags.clone())).collect())
        })
    }

    pub(super) fn add_tags(
        &self,
        service: Service,
        operation: &'static str,
        arn: &str,
        tags: &Tags,
    ) -> Result<(), Error> {
        self.call(service, operation, arn, |state| {
            state.tags_of(arn)?.extend(tags.clone());
            Ok(())
        })
    }

    pub(super) fn remove_tags(
        &self,
        service: Service,
        operation: &'static str,
        arn: &str,
        keys: &[String],
    ) -> Result<(), Error> {
        self.call(service, operation, arn, |state| {
            state.tags_of(arn)?.retain(|key, _| !keys.contains(key));
            Ok(())
        })
    }

    /// The account itself, for seeding and looking, without a call.
    pub(super) fn with_state<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.lock().state)
    }

    /// A test that panics while it looks into the account must not hide its own message behind a poisoned lock.
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn due_fault(&mut self, operation: &str) -> Option<(Moment, ErrorKind)> {
        let fault = self.faults.iter_mut().find(|fault| fault.operation == operation && fault.times > 0)?;
        fault.times -= 1;
        Some((fault.moment, fault.kind))
    }
}

fn injected(service: Service, operation: &'static str, object: &str, kind: ErrorKind) -> Error {
    let error = Error::new(kind, service, operation, object, "a fault on demand");
    match kind {
        ErrorKind::Connection => error,
        ErrorKind::Throttled => error.with_code("ThrottlingException"),
        ErrorKind::AccessDenied => error.with_code("AccessDeniedException"),
        _ => error.with_code("InjectedFault"),
    }
}
