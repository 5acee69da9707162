//! How requests reach an app: the listener rule, its backends and their weights, and the health check that
//! both the load balancer and the pods' probes use.

use std::collections::BTreeMap;

use super::config::{AppConfig, BackendConfig, HealthCheckConfig, LoadBalancerConfig};
use super::names::{Identity, is_dns_label};
use super::problem::Problems;

/// Most target groups in one forward action (a quota of ELB).
const MOST_TARGET_GROUPS: usize = 5;
/// Most values in all conditions of a rule together (a quota of ELB).
const MOST_CONDITION_VALUES: usize = 5;

/// A backend: something with a target group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Backend {
    pub(crate) weight: i64,
    pub(crate) place: BackendPlace,
}

/// Where a backend runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BackendPlace {
    /// An existing target group, which ipsy forwards to and otherwise leaves alone.
    Existing { target_group_arn: String },
    /// A Kubernetes cluster; the target group is ours.
    Cluster {
        cluster: String,
        target_group_name: String,
        /// The cluster's `OpenID` Connect provider in IAM, where pods get their role by the cluster's tokens.
        oidc_provider_arn: Option<String>,
    },
}

/// `load_balancer { … }`, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoadBalancer {
    pub(crate) listener_arn: String,
    pub(crate) hosts: Vec<String>,
    pub(crate) paths: Vec<String>,
    pub(crate) priority: i64,
    /// Name of the app's port that requests go to.
    pub(crate) port: String,
    /// `HTTP1`, `HTTP2` or `GRPC`.
    pub(crate) protocol_version: String,
    /// Seconds for which a client stays on its target group; 0 is off.
    pub(crate) stickiness_seconds: i64,
    pub(crate) deregistration_delay_seconds: i64,
    pub(crate) slow_start_seconds: i64,
}

/// `health_check { … }`, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HealthCheck {
    /// `None` probes the port alone; a load balancer then asks for `/`.
    pub(crate) path: Option<String>,
    /// Name of the app's port.
    pub(crate) port: String,
    /// HTTP codes that count as healthy.
    pub(crate) matcher: String,
    pub(crate) interval_seconds: i64,
    pub(crate) timeout_seconds: i64,
    pub(crate) healthy_threshold: i64,
    pub(crate) unhealthy_threshold: i64,
}

/// The traffic side of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Traffic {
    pub(crate) load_balancer: Option<LoadBalancer>,
    pub(crate) backends: BTreeMap<String, Backend>,
    pub(crate) health_check: HealthCheck,
}

impl Traffic {
    /// Resolves `load_balancer`, `backend` and `health_check`. `complete` says that nothing is unknown, so
    /// that what is absent really is.
    pub(crate) fn resolve(
        config: &AppConfig,
        identity: &Identity,
        complete: bool,
        problems: &mut Problems,
    ) -> Self {
        let first_port = first_port(config);
        let load_balancer =
            config.load_balancer.as_ref().map(|given| resolve_load_balancer(given, &first_port, problems));
        let settings = load_balancer.as_ref().map_or_else(String::new, |balancer| {
            let number = config.port.get(&balancer.port).and_then(|port| port.port).unwrap_or_default();
            format!("{number}/HTTP/{}/ip", balancer.protocol_version)
        });
        let mut backends = BTreeMap::new();
        for (name, backend) in &config.backend {
            backends.insert(
                name.clone(),
                resolve_backend(name, backend, identity, &settings, complete, problems),
            );
        }
        let traffic = Self {
            health_check: resolve_health_check(config, &first_port, problems),
            load_balancer,
            backends,
        };
        traffic.check_ports(config, problems);
        if complete {
            traffic.check_whole(problems);
        }
        traffic
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

    /// The `OpenID` Connect provider of each cluster, by backend; `None` where EKS Pod Identity gives the role.
    pub(crate) fn oidc_providers(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.backends.iter().filter_map(|(name, backend)| match &backend.place {
            BackendPlace::Cluster { oidc_provider_arn, .. } => {
                Some((name.as_str(), oidc_provider_arn.as_deref()))
            }
            BackendPlace::Existing { .. } => None,
        })
    }

    fn check_ports(&self, config: &AppConfig, problems: &mut Problems) {
        let known: Vec<&str> = config.port.keys().map(String::as_str).collect();
        let mut check = |place: &str, port: &str| {
            if !port.is_empty() && !config.port.contains_key(port) {
                problems.error(
                    place,
                    format!("`{port}` is no port of this app"),
                    format!("Name one of its `port` blocks: {}.", known.join(", ")),
                );
            }
        };
        check("health_check.port", &self.health_check.port);
        if let Some(balancer) = &self.load_balancer {
            check("load_balancer.port", &balancer.port);
        }
    }

    fn check_whole(&self, problems: &mut Problems) {
        if self.load_balancer.is_none() {
            for (name, backend) in &self.backends {
                if matches!(backend.place, BackendPlace::Existing { .. }) {
                    problems.error(
                        &format!("backend[{name}].target_group_arn"),
                        "A target group without a load balancer",
                        "Add a `load_balancer` block with the listener that forwards to it.",
                    );
                }
            }
            return;
        }
        if self.backends.is_empty() {
            problems.error(
                "load_balancer",
                "There is nothing to forward to",
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
        self.check_conditions(problems);
        self.check_repeated_groups(problems);
        for name in ["http"] {
            if self.load_balancer.as_ref().is_some_and(|balancer| balancer.port.is_empty()) {
                problems.error(
                    "port",
                    "The load balancer needs a port",
                    format!("Add a block such as `port \"{name}\" {{ port = 8080 }}`."),
                );
            }
        }
    }

    fn check_conditions(&self, problems: &mut Problems) {
        let Some(balancer) = &self.load_balancer else { return };
        let count = balancer.hosts.len() + balancer.paths.len();
        if count == 0 {
            problems.error(
                "load_balancer",
                "A listener rule needs a condition",
                "Set `hosts`, `paths` or both.",
            );
        } else if count > MOST_CONDITION_VALUES {
            problems.error(
                "load_balancer",
                format!("{count} hosts and paths"),
                format!("AWS takes at most {MOST_CONDITION_VALUES} values in the conditions of one rule."),
            );
        }
    }

    fn check_repeated_groups(&self, problems: &mut Problems) {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, backend) in &self.backends {
            let BackendPlace::Existing { target_group_arn } = &backend.place else { continue };
            if let Some(first) = seen.insert(target_group_arn, name) {
                problems.error(
                    &format!("backend[{name}].target_group_arn"),
                    "The same target group twice",
                    format!("Backend `{first}` names it already, and AWS takes a group once in a rule."),
                );
            }
        }
    }
}

/// The port that health checks and the load balancer use by default: `http`, or the first by name.
fn first_port(config: &AppConfig) -> String {
    if config.port.contains_key("http") {
        return "http".to_owned();
    }
    config.port.keys().next().cloned().unwrap_or_default()
}

fn resolve_load_balancer(
    config: &LoadBalancerConfig,
    first_port: &str,
    problems: &mut Problems,
) -> LoadBalancer {
    let range =
        |value: Option<i64>, default: i64, low: i64, high: i64, name: &str, problems: &mut Problems| {
            let value = value.unwrap_or(default);
            if !(low..=high).contains(&value) {
                problems.error(
                    &format!("load_balancer.{name}"),
                    format!("{value} is out of range"),
                    format!("AWS takes {low} to {high}."),
                );
            }
            value
        };
    let slow_start = config.slow_start_seconds.unwrap_or(0);
    if slow_start != 0 && !(30..=900).contains(&slow_start) {
        problems.error(
            "load_balancer.slow_start_seconds",
            format!("{slow_start} is out of range"),
            "AWS takes 30 to 900 seconds, or 0 to start at full speed.",
        );
    }
    let version = config.protocol_version.clone().unwrap_or_else(|| "HTTP1".to_owned());
    if !["HTTP1", "HTTP2", "GRPC"].contains(&version.as_str()) {
        problems.error(
            "load_balancer.protocol_version",
            format!("`{version}` is no protocol version"),
            "A target group speaks \"HTTP1\", \"HTTP2\" or \"GRPC\".",
        );
    }
    if let Some(arn) = config.listener_arn.as_ref().filter(|arn| !arn.contains(":listener/app/")) {
        problems.error(
            "load_balancer.listener_arn",
            format!("`{arn}` is no listener of an Application Load Balancer"),
            "Its ARN reads `arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener/app/NAME/ID/ID`.",
        );
    }
    let hosts = config.hosts.clone().unwrap_or_default();
    for (index, host) in hosts.iter().enumerate().filter(|(_, host)| host.is_empty() || host.len() > 128) {
        problems.error(
            &format!("load_balancer.hosts[{index}]"),
            format!("`{host}` is no host pattern"),
            "AWS takes 1 to 128 characters, with `*` and `?` as wildcards.",
        );
    }
    let paths = config.paths.clone().unwrap_or_default();
    for (index, path) in paths.iter().enumerate().filter(|(_, path)| !path.starts_with(['/', '*'])) {
        problems.error(
            &format!("load_balancer.paths[{index}]"),
            format!("`{path}` would never match"),
            "A path begins with `/`; write `/api/*` for all that is below `/api/`.",
        );
    }
    LoadBalancer {
        listener_arn: config.listener_arn.clone().unwrap_or_default(),
        hosts,
        paths,
        priority: range(config.priority, 1, 1, 50_000, "priority", problems),
        port: config.port.clone().unwrap_or_else(|| first_port.to_owned()),
        protocol_version: version,
        stickiness_seconds: range(config.stickiness_seconds, 0, 0, 604_800, "stickiness_seconds", problems),
        deregistration_delay_seconds: range(
            config.deregistration_delay_seconds,
            30,
            0,
            3_600,
            "deregistration_delay_seconds",
            problems,
        ),
        slow_start_seconds: slow_start,
    }
}

fn resolve_backend(
    name: &str,
    config: &BackendConfig,
    identity: &Identity,
    settings: &str,
    complete: bool,
    problems: &mut Problems,
) -> Backend {
    if !is_dns_label(name) {
        problems.error(
            &format!("backend[{name}]"),
            format!("`{name}` is no name for a backend"),
            "It becomes part of a target group's name: use lower-case letters, digits and `-`.",
        );
    }
    let weight = config.weight.unwrap_or(0);
    if !(0..=999).contains(&weight) {
        problems.error(
            &format!("backend[{name}].weight"),
            format!("A weight of {weight}"),
            "AWS takes 0 to 999. Weights are relative: 90 and 10 send a tenth to the second.",
        );
    }
    let place = match (&config.target_group_arn, &config.cluster) {
        (Some(_), Some(_)) => {
            problems.error(
                &format!("backend[{name}]"),
                "Two places for one backend",
                "Set `target_group_arn` for what exists, or `cluster` for a Kubernetes cluster.",
            );
            BackendPlace::Existing { target_group_arn: String::new() }
        }
        (Some(arn), None) => {
            if !arn.contains(":targetgroup/") {
                problems.error(
                    &format!("backend[{name}].target_group_arn"),
                    format!("`{arn}` is no target group"),
                    "Its ARN reads `arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID`.",
                );
            }
            BackendPlace::Existing { target_group_arn: arn.clone() }
        }
        (None, cluster) => {
            if cluster.is_none() && complete {
                problems.error(
                    &format!("backend[{name}]"),
                    "A backend without a place",
                    "Set `cluster` for a Kubernetes cluster, or `target_group_arn` for what exists.",
                );
            }
            check_cluster(name, config, problems);
            BackendPlace::Cluster {
                cluster: cluster.clone().unwrap_or_default(),
                target_group_name: config
                    .target_group_name
                    .clone()
                    .unwrap_or_else(|| identity.target_group_name(name, settings)),
                oidc_provider_arn: config.oidc_provider_arn.clone(),
            }
        }
    };
    Backend { weight, place }
}

fn check_cluster(name: &str, config: &BackendConfig, problems: &mut Problems) {
    let is_name = |name: &str| {
        (1..=32).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !name.starts_with('-')
            && !name.ends_with('-')
    };
    if let Some(group) = config.target_group_name.as_ref().filter(|group| !is_name(group)) {
        problems.error(
            &format!("backend[{name}].target_group_name"),
            format!("`{group}` is no name of a target group"),
            "AWS takes 1 to 32 letters, digits and dashes, with no dash at either end.",
        );
    }
    if let Some(arn) = config.oidc_provider_arn.as_ref().filter(|arn| !arn.contains(":oidc-provider/")) {
        problems.error(
            &format!("backend[{name}].oidc_provider_arn"),
            format!("`{arn}` is no OpenID Connect provider"),
            "Its ARN reads `arn:aws:iam::ACCOUNT:oidc-provider/oidc.eks.REGION.amazonaws.com/id/ID`.",
        );
    }
}

fn resolve_health_check(config: &AppConfig, first_port: &str, problems: &mut Problems) -> HealthCheck {
    let none = HealthCheckConfig::default();
    let given = config.health_check.as_ref().unwrap_or(&none);
    if let Some(path) = given.path.as_ref().filter(|path| !path.starts_with('/')) {
        problems.error("health_check.path", format!("`{path}` is no path"), "It begins with `/`.");
    }
    let mut range = |value: Option<i64>, default: i64, low: i64, high: i64, name: &str| {
        let value = value.unwrap_or(default);
        if !(low..=high).contains(&value) {
            problems.error(
                &format!("health_check.{name}"),
                format!("{value} is out of range"),
                format!("AWS takes {low} to {high}."),
            );
        }
        value
    };
    let interval_seconds = range(given.interval_seconds, 10, 5, 300, "interval_seconds");
    let timeout_seconds = range(given.timeout_seconds, 5, 2, 120, "timeout_seconds");
    let healthy_threshold = range(given.healthy_threshold, 2, 2, 10, "healthy_threshold");
    let unhealthy_threshold = range(given.unhealthy_threshold, 3, 2, 10, "unhealthy_threshold");
    if timeout_seconds >= interval_seconds {
        problems.error(
            "health_check.timeout_seconds",
            format!("A timeout of {timeout_seconds} s every {interval_seconds} s"),
            "AWS wants the timeout to be shorter than the interval.",
        );
    }
    HealthCheck {
        path: given.path.clone(),
        port: given.port.clone().unwrap_or_else(|| first_port.to_owned()),
        matcher: given.matcher.clone().unwrap_or_else(|| "200-399".to_owned()),
        interval_seconds,
        timeout_seconds,
        healthy_threshold,
        unhealthy_threshold,
    }
}
