//! The account in memory: what is in it, which calls were made, and which shall fail.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    Alarm, AlarmState, Cluster, Error, ErrorKind, Finding, Image, Listener, LoadBalancer, LogGroup,
    Parameter, PodIdentity, Record, Repository, Role, Rule, Service, Tags, TargetGroup, TargetHealth,
    TrafficMinutes,
};

use super::refusal::Refusal;
use super::{Call, Fake, Moment};

pub(super) struct World {
    inner: Mutex<Inner>,
}

struct Inner {
    state: State,
    calls: Vec<Call>,
    faults: Vec<Fault>,
}

struct Fault {
    operation: &'static str,
    moment: Moment,
    kind: ErrorKind,
    times: u32,
}

/// Everything in the account. Tags of all objects but roles and associations lie under their ARN.
#[derive(Default)]
pub(super) struct State {
    pub(super) made: u64,
    pub(super) tags: BTreeMap<String, Tags>,
    /// What the tagging service still believes, where it is behind.
    pub(super) tags_as_last_seen: Option<BTreeMap<String, Tags>>,
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
    let region = if service == "iam" { "" } else { Fake::REGION };
    format!("arn:aws:{service}:{region}:{}:{resource}", Fake::ACCOUNT_ID)
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

    /// The account itself, for seeding and looking, without a call.
    pub(super) fn with_state<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.lock().state)
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    pub(super) fn forget_calls(&self) {
        self.lock().calls.clear();
    }

    pub(super) fn fail(&self, operation: &'static str, moment: Moment, kind: ErrorKind, times: u32) {
        self.lock().faults.push(Fault { operation, moment, kind, times });
    }

    pub(super) fn inventory(&self) -> Vec<String> {
        self.with_state(|state| {
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

    /// A test that panics while it looks into the account must not hide its own message behind a poisoned lock.
    fn lock(&self) -> MutexGuard<'_, Inner> {
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
