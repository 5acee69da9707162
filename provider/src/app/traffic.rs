//! How requests reach an app: the listener rule, its backends and their weights, and the health check that
//! both the load balancer and the pods' probes use.

mod alarm;
mod backend;
mod backend_values;
mod conditions;
mod dns;
mod health_check;
mod load_balancer;
mod login;
mod priority;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use ipsy_post_renderer::standards_document::Platform;
use serde::{Deserialize, Serialize};

pub(crate) use alarm::{Alarm, AlarmConfig};
pub(crate) use backend::{Backend, BackendConfig, BackendPlace};
pub(crate) use backend_values::check_scaling;
pub(crate) use conditions::Conditions;
pub(crate) use dns::{DnsConfig, DnsRecord};
pub(crate) use health_check::{HealthCheck, HealthCheckConfig};
#[cfg(test)]
pub(crate) use load_balancer::Session;
pub(crate) use load_balancer::{GroupSettings, LoadBalancer, LoadBalancerConfig, Weights, metric_name};
pub(crate) use login::{Login, LoginSession};
pub(crate) use priority::{Priority, RangeConfig};

use super::arguments::AppConfig;
use super::explain::{Explanations, Source};
use super::names::Identity;
use super::problem::Problems;
use super::rollout::Shares;

/// Most target groups in one forward action (a quota of ELB).
pub(crate) const MOST_TARGET_GROUPS: usize = 5;

/// The target group that a backend had before it got another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Previous {
    pub(crate) target_group_name: String,
    /// Whether it still gets the backend's requests; otherwise it is on its way out.
    pub(crate) serves: bool,
    /// Its properties when it was seen last: it is kept as it is.
    pub(crate) properties: serde_json::Value,
    /// The cluster of its pods; `None` where they run in the cluster that the backend has now.
    pub(crate) cluster: Option<PreviousCluster>,
}

/// The cluster that a backend was in before it moved to another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PreviousCluster {
    pub(crate) name: String,
    /// As [`BackendPlace::Cluster`] has it.
    pub(crate) oidc_provider_arn: Option<String>,
}

/// How a rule names the group that `backend` had before. No backend can be called so.
pub(crate) fn previous_name(backend: &str) -> String {
    format!("{backend}/previous")
}

/// What an apply does with the weights of a rule that is there; what runs now decides it, not the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlannedWeights {
    /// The weights that the rule has, as the state knows them.
    pub(crate) expected: Shares,
    /// The change of weights that is made; `None` where they stay.
    pub(crate) change: Option<WeightChange>,
}

/// A change of weights, as far as one apply makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WeightChange {
    /// The weights before the change began, which may be in an earlier apply.
    pub(crate) from: Shares,
    /// Where it leads.
    pub(crate) to: Shares,
    /// Percent of the way that earlier applies have made.
    pub(crate) reached: i64,
    /// When the last of them has made its step, in RFC 3339.
    pub(crate) since: Option<String>,
    /// Percent of the way with which this apply ends.
    pub(crate) step: i64,
}

/// The traffic side of an app.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Traffic {
    pub(crate) load_balancer: Option<LoadBalancer>,
    pub(crate) backends: BTreeMap<String, Backend>,
    pub(crate) health_check: HealthCheck,
    /// By the label of the block.
    pub(crate) dns: BTreeMap<String, DnsRecord>,
    /// Likewise.
    pub(crate) alarms: BTreeMap<String, Alarm>,
    /// By backend; what runs now decides it, not the configuration.
    pub(crate) previous: BTreeMap<String, Previous>,
    /// Target groups that backends had in the rule, and that none has now: by name, or by ARN where they are not the
    /// app's.
    pub(crate) leaving: BTreeSet<String>,
    /// Likewise; `None` for a rule that is not there yet.
    pub(crate) planned_weights: Option<PlannedWeights>,
    /// The last good weights, which the rollback command sets; `None` where no change is known.
    pub(crate) last_good: Option<Shares>,
}

impl Traffic {
    /// Resolves `load_balancer`, `backend` and `health_check`. `complete` means that nothing is unknown, so
    /// absent settings are really absent.
    pub(crate) fn resolve(
        config: &AppConfig,
        identity: &Identity,
        complete: bool,
        problems: &mut Problems,
    ) -> Self {
        let first_port = first_port(config);
        let load_balancer = config
            .aws
            .load_balancer
            .as_ref()
            .filter(|given| given.is_of_terraform())
            .map(|given| LoadBalancer::resolve(given, &first_port, complete, problems));
        let settings = load_balancer.as_ref().map_or_else(String::new, |balancer| {
            let number = config.port.get(&balancer.port).and_then(|port| port.port).unwrap_or_default();
            format!("{number}/HTTP/{}/ip", balancer.protocol_version)
        });
        let mut backends = BTreeMap::new();
        for (name, backend) in &config.aws.backend {
            backends.insert(
                name.clone(),
                Backend::resolve(name, backend, identity, &settings, complete, problems),
            );
        }
        let version = load_balancer.as_ref().map_or("", |balancer| balancer.protocol_version.as_str());
        let traffic = Self {
            health_check: HealthCheck::resolve(config, &first_port, version, problems),
            load_balancer,
            backends,
            dns: config
                .aws
                .dns
                .iter()
                .map(|(name, record)| (name.clone(), DnsRecord::resolve(name, record, identity, problems)))
                .collect(),
            alarms: config
                .aws
                .alarm
                .iter()
                .map(|(name, alarm)| (name.clone(), Alarm::resolve(name, alarm, problems)))
                .collect(),
            previous: BTreeMap::new(),
            leaving: BTreeSet::new(),
            planned_weights: None,
            last_good: None,
        };
        traffic.check_ports(config, problems);
        if complete {
            traffic.check_whole(config, problems);
        }
        traffic
    }

    /// Notes the weights of backends that are not the platform's.
    pub(crate) fn explain(&self, config: &AppConfig, platform: &Platform, explanations: &mut Explanations) {
        let is_moved =
            self.load_balancer.as_ref().is_some_and(|balancer| balancer.weights == Weights::External);
        for (name, backend) in self.backends.iter().filter(|(name, _)| !platform.clusters.contains_key(*name))
        {
            let given = config.aws.backend.get(name).and_then(|backend| backend.weight);
            let source = match given {
                _ if is_moved => Source::External,
                Some(_) => Source::Argument,
                None => Source::Default,
            };
            explanations.note(&weight_argument(name), backend.weight, &source);
        }
    }

    /// The clusters that the app runs in, by backend.
    pub(crate) fn clusters(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.backends.iter().filter_map(|(name, backend)| match &backend.place {
            BackendPlace::Cluster { cluster, target_group_name, .. } => {
                Some((name.as_str(), cluster.as_str(), target_group_name.as_str()))
            }
            BackendPlace::Existing { .. } => None,
        })
    }

    /// The backend called `name`; without a name, the only one that is a cluster.
    pub(crate) fn backend_or_only(&self, name: Option<&str>) -> Option<(&str, &Backend)> {
        let mut clusters = self.clusters().map(|(name, _, _)| name);
        let only = clusters.next().filter(|_| clusters.next().is_none());
        let found = self.backends.get_key_value(name.or(only)?)?;
        Some((found.0.as_str(), found.1))
    }

    /// The name of the target group that is made for the backend `name`.
    pub(crate) fn target_group(&self, name: &str) -> Option<&str> {
        self.clusters().find(|(backend, _, _)| *backend == name).map(|(_, _, target_group)| target_group)
    }

    /// The `OpenID` Connect provider of each cluster, by backend; `None` where EKS Pod Identity gives the role.
    pub(crate) fn oidc_providers(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.backends.iter().filter_map(|(name, backend)| match &backend.place {
            BackendPlace::Cluster { oidc_provider_arn, .. } => {
                Some((name.as_str(), oidc_provider_arn.as_deref()))
            }
            BackendPlace::Existing { .. } => None,
        })
    }

    /// The clusters of backends that moved to another one and get their requests in the old one still.
    pub(crate) fn previous_clusters(&self) -> impl Iterator<Item = (&str, &PreviousCluster)> {
        let serving = self.previous.iter().filter(|(_, previous)| previous.serves);
        serving.filter_map(|(backend, previous)| Some((backend.as_str(), previous.cluster.as_ref()?)))
    }

    fn check_ports(&self, config: &AppConfig, problems: &mut Problems) {
        let known: Vec<&str> = config.port.keys().map(String::as_str).collect();
        let mut check = |place: &str, port: &str| {
            if !port.is_empty() && !config.port.contains_key(port) {
                problems.error(
                    place,
                    format!("`{port}` is not a port of this app"),
                    format!("Name one of its `port` blocks: {}.", known.join(", ")),
                );
            }
        };
        check("health_check.port", &self.health_check.port);
        if let Some(balancer) = &self.load_balancer {
            check("load_balancer.port", &balancer.port);
        }
    }

    fn check_whole(&self, config: &AppConfig, problems: &mut Problems) {
        if self.load_balancer.is_none() {
            for (name, backend) in &self.backends {
                if matches!(backend.place, BackendPlace::Existing { .. }) {
                    problems.error(
                        &format!("backend[{name:?}].target_group_arn"),
                        "A target group without a load balancer",
                        "Add a `load_balancer` block with the listener that forwards to it.",
                    );
                }
            }
            let blocks = self.dns.keys().map(|name| format!("dns[{name:?}]"));
            for place in blocks.chain(self.alarms.keys().map(|name| format!("alarm[{name:?}]"))) {
                problems.error(
                    &place,
                    "No load balancer is configured",
                    "A name leads to the load balancer of the app, and an alarm watches it: add a `load_balancer` \
                     block.",
                );
            }
            return;
        }
        if self.backends.is_empty() {
            problems.error(
                "load_balancer",
                "No backend is configured",
                "Add a `backend` block with a `cluster` (a target group is made for it) or a `target_group_arn`.",
            );
        } else if self.backends.values().all(|backend| backend.weight == 0) {
            problems.error(
                "backend",
                "All weights are 0",
                "The load balancer would answer every request with 503. Give one backend a weight.",
            );
        }
        if self.backends.len() > MOST_TARGET_GROUPS {
            problems.error(
                "backend",
                format!("{} backends", self.backends.len()),
                format!("A listener rule forwards to at most {MOST_TARGET_GROUPS} target groups."),
            );
        }
        if let Some(balancer) = &self.load_balancer {
            balancer.conditions.check_whole(problems);
        }
        if config.aws.rollout.is_some()
            && self.load_balancer.as_ref().is_some_and(|balancer| balancer.weights == Weights::External)
        {
            problems.error(
                "rollout",
                "`rollout` is set, but another tool moves the weights",
                "`load_balancer.weights` is \"external\": remove the `rollout` block, or let Terraform move the weights.",
            );
        }
        self.check_repeated_groups(problems);
        if self.load_balancer.as_ref().is_some_and(|balancer| balancer.port.is_empty()) {
            problems.error(
                "port",
                "The load balancer needs a port",
                "Add a `port` block with a `name`, such as `http`, and the `port` number.",
            );
        }
    }

    fn check_repeated_groups(&self, problems: &mut Problems) {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, backend) in &self.backends {
            let BackendPlace::Existing { target_group_arn } = &backend.place else { continue };
            if let Some(first) = seen.insert(target_group_arn, name) {
                problems.error(
                    &format!("backend[{name:?}].target_group_arn"),
                    "The same target group twice",
                    format!("Backend `{first}` names it already, and AWS takes a group once in a rule."),
                );
            }
        }
    }
}

/// The argument that is the weight of a backend.
pub(crate) fn weight_argument(backend: &str) -> String {
    format!("backend[{backend:?}].weight")
}

/// The port that health checks and the load balancer use by default: `http`, or the first by name.
fn first_port(config: &AppConfig) -> String {
    if config.port.contains_key("http") {
        return "http".to_owned();
    }
    config.port.keys().next().cloned().unwrap_or_default()
}

/// A number that AWS takes, or a problem at `place`.
fn in_range(
    place: &str,
    given: Option<i64>,
    default: i64,
    allowed: RangeInclusive<i64>,
    problems: &mut Problems,
) -> i64 {
    let value = given.unwrap_or(default);
    if !allowed.contains(&value) {
        problems.error(
            place,
            format!("{value} is out of range"),
            format!("AWS takes {} to {}.", allowed.start(), allowed.end()),
        );
    }
    value
}
