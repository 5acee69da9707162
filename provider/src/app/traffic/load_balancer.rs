//! The listener rule of an app, and how its target groups treat requests.

use std::collections::BTreeMap;

use provider_framework::Arguments;
use serde::Deserialize;

use super::super::problem::Problems;
use super::conditions::{Conditions, HeaderConfig, QueryStringConfig};
use super::in_range;
use super::login::{AuthenticateCognitoConfig, AuthenticateOidcConfig, Login};
use super::priority::{Priority, RangeConfig};

/// How a target group spreads requests over its targets.
const ALGORITHMS: [&str; 3] = ["round_robin", "least_outstanding_requests", "weighted_random"];
/// What a target group speaks to its targets.
const PROTOCOL_VERSIONS: [&str; 3] = ["HTTP1", "HTTP2", "GRPC"];

/// What leads requests to the app: a rule of an existing Application Load Balancer's listener, or what the controller of
/// the cluster makes.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct LoadBalancerConfig {
    /// `terraform` makes a listener rule. `controller` leaves the load balancer to the controller of the cluster: the app
    /// gets an Ingress of the class `alb` with `hosts`, `paths` and `port`, or an HTTPRoute if it has an `http_route`
    /// block. `none` overrides the platform of the standards. Default: `terraform`.
    pub(crate) owner: Option<String>,
    /// ARN of the listener that gets the rule. Default: `platform.listenerArn` of the standards.
    pub(crate) listener_arn: Option<String>,
    /// Host names that lead to the app. All kinds of conditions must be met, each by any of its values; AWS takes
    /// five values in all.
    #[argument(example = "[\"checkout.example.com\"]")]
    pub(crate) hosts: Option<Vec<String>>,
    /// Paths that lead to the app.
    #[argument(example = "[\"/checkout/*\"]")]
    pub(crate) paths: Option<Vec<String>>,
    /// HTTP methods that lead to the app.
    #[argument(example = "[\"GET\", \"HEAD\"]")]
    pub(crate) methods: Option<Vec<String>>,
    /// Ranges of client addresses that lead to the app.
    #[argument(example = "[\"192.0.2.0/24\"]")]
    pub(crate) source_ips: Option<Vec<String>>,
    pub(crate) header: BTreeMap<String, HeaderConfig>,
    pub(crate) query_string: BTreeMap<String, QueryStringConfig>,
    /// Priority of the rule, 1 to 50000, unique in the listener; the lowest is tried first. This or `priority_range`.
    /// Default: `platform.priorities` of the standards.
    #[argument(example = "120")]
    pub(crate) priority: Option<i64>,
    pub(crate) priority_range: Option<RangeConfig>,
    /// Who moves the weights: `terraform`, or `external` for another tool. Then the weights of `backend` are those of
    /// a new rule or a new backend, and what they become later is shown in `weights` of the app and never changed.
    /// Default: `terraform`.
    pub(crate) weights: Option<String>,
    /// Name of the port that gets the requests. Default: `http`, or the first by name.
    pub(crate) port: Option<String>,
    /// `HTTP1`, `HTTP2` or `GRPC`. A change makes new target groups. Default: `HTTP1`.
    pub(crate) protocol_version: Option<String>,
    /// How requests are spread over the targets: `round_robin`, `least_outstanding_requests` or `weighted_random`.
    /// Default: `round_robin`.
    pub(crate) algorithm: Option<String>,
    pub(crate) session: Option<SessionConfig>,
    /// Seconds for which a client stays with its backend; 0 is off. While weights move it should be off: a client
    /// that stays on a broken backend gets its errors. Default: 0.
    pub(crate) stickiness_seconds: Option<i64>,
    /// Seconds for which a deregistered target still answers. Default: 30.
    pub(crate) deregistration_delay_seconds: Option<i64>,
    /// Seconds over which a new target gets its share, 30 to 900; 0 is off. Default: 0.
    pub(crate) slow_start_seconds: Option<i64>,
    pub(crate) authenticate_oidc: Option<AuthenticateOidcConfig>,
    pub(crate) authenticate_cognito: Option<AuthenticateCognitoConfig>,
}

impl LoadBalancerConfig {
    /// Whether Terraform makes the listener rule.
    pub(crate) fn is_of_terraform(&self) -> bool {
        self.owner.as_deref().is_none_or(|owner| owner == "terraform")
    }

    /// Whether the controller of the cluster makes the load balancer.
    pub(crate) fn is_of_controller(&self) -> bool {
        self.owner.as_deref() == Some("controller")
    }

    /// Whether there is a condition on requests.
    pub(crate) fn has_condition(&self) -> bool {
        let lists = [&self.hosts, &self.paths, &self.methods, &self.source_ips];
        lists.into_iter().flatten().any(|list| !list.is_empty())
            || !self.header.is_empty()
            || !self.query_string.is_empty()
    }
}

/// Keeps a client on one pod. Without the block each request can reach any pod.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct SessionConfig {
    /// The cookie of the app that begins a session. Without it the load balancer sets one of its own.
    pub(crate) cookie_name: Option<String>,
    /// How long a client stays, 1 to 604800. Default: 86400, a day.
    pub(crate) seconds: Option<i64>,
}

/// `load_balancer { … }`, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoadBalancer {
    pub(crate) listener_arn: String,
    pub(crate) conditions: Conditions,
    pub(crate) priority: Priority,
    pub(crate) weights: Weights,
    /// What comes before the request is sent on.
    pub(crate) login: Option<Login>,
    /// Name of the app's port that requests go to.
    pub(crate) port: String,
    /// `HTTP1`, `HTTP2` or `GRPC`.
    pub(crate) protocol_version: String,
    /// Seconds for which a client stays on its target group; 0 is off.
    pub(crate) stickiness_seconds: i64,
    pub(crate) group: GroupSettings,
}

/// Who moves the weights of the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weights {
    /// Terraform: what is changed outside is set back.
    Terraform,
    /// Another tool: the configured weights apply to a new rule only.
    External,
}

/// What can be changed of a target group while it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupSettings {
    pub(crate) algorithm: String,
    pub(crate) deregistration_delay_seconds: i64,
    pub(crate) slow_start_seconds: i64,
    /// Keeps a client on one target.
    pub(crate) session: Option<Session>,
}

/// `session { … }`, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// The app's own cookie; the load balancer's where it is `None`.
    pub(crate) cookie_name: Option<String>,
    pub(crate) seconds: i64,
}

/// How metrics name the load balancer that a listener belongs to.
pub(crate) fn metric_name(listener_arn: &str) -> &str {
    let after = listener_arn.split_once(":listener/").map_or("", |(_, after)| after);
    after.rsplit_once('/').map_or("", |(name, _)| name)
}

impl LoadBalancer {
    /// How the metrics of the load balancer name it: `app/shop/0123456789abcdef`.
    pub(crate) fn metric_name(&self) -> &str {
        metric_name(&self.listener_arn)
    }

    /// Resolves `load_balancer { … }`. `complete` means that nothing is unknown.
    pub(super) fn resolve(
        config: &LoadBalancerConfig,
        first_port: &str,
        complete: bool,
        problems: &mut Problems,
    ) -> Self {
        if complete && config.listener_arn.is_none() {
            problems.error(
                "load_balancer",
                "The rule has no listener",
                "Set `listener_arn`, or `platform.listenerArn` in the standards.",
            );
        }
        if let Some(arn) = config.listener_arn.as_ref().filter(|arn| !arn.contains(":listener/app/")) {
            problems.error(
                "load_balancer.listener_arn",
                format!("`{arn}` is not the ARN of a listener of an Application Load Balancer"),
                "Its ARN reads `arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener/app/NAME/ID/ID`.",
            );
        }
        let version = config.protocol_version.clone().unwrap_or_else(|| "HTTP1".to_owned());
        if !PROTOCOL_VERSIONS.contains(&version.as_str()) {
            problems.error(
                "load_balancer.protocol_version",
                format!("`{version}` is not a valid protocol version"),
                "A target group speaks \"HTTP1\", \"HTTP2\" or \"GRPC\".",
            );
        }
        Self {
            listener_arn: config.listener_arn.clone().unwrap_or_default(),
            conditions: Conditions::resolve(config, problems),
            priority: Priority::resolve(config, complete, problems),
            weights: resolve_weights(config, problems),
            login: Login::resolve(config, problems),
            port: config.port.clone().unwrap_or_else(|| first_port.to_owned()),
            protocol_version: version,
            stickiness_seconds: in_range(
                "load_balancer.stickiness_seconds",
                config.stickiness_seconds,
                0,
                0..=604_800,
                problems,
            ),
            group: GroupSettings::resolve(config, problems),
        }
    }
}

fn resolve_weights(config: &LoadBalancerConfig, problems: &mut Problems) -> Weights {
    match config.weights.as_deref() {
        None | Some("terraform") => Weights::Terraform,
        Some("external") => Weights::External,
        Some(other) => {
            problems.error(
                "load_balancer.weights",
                format!("`{other}` is not a valid value of `weights`"),
                "Use \"terraform\" (weights come from `backend`) or \"external\" (another tool moves them, and \
                 Terraform leaves them alone).",
            );
            Weights::Terraform
        }
    }
}

impl GroupSettings {
    fn resolve(config: &LoadBalancerConfig, problems: &mut Problems) -> Self {
        let algorithm = config.algorithm.clone().unwrap_or_else(|| "round_robin".to_owned());
        if !ALGORITHMS.contains(&algorithm.as_str()) {
            problems.error(
                "load_balancer.algorithm",
                format!("`{algorithm}` is not a valid algorithm"),
                format!("A target group knows {}.", ALGORITHMS.map(|name| format!("\"{name}\"")).join(", ")),
            );
        }
        let slow_start = config.slow_start_seconds.unwrap_or(0);
        if slow_start != 0 && !(30..=900).contains(&slow_start) {
            problems.error(
                "load_balancer.slow_start_seconds",
                format!("{slow_start} is out of range"),
                "AWS takes 30 to 900 seconds, or 0 to start at full speed.",
            );
        }
        if slow_start != 0 && algorithm != "round_robin" {
            problems.error(
                "load_balancer.slow_start_seconds",
                format!("No slow start with `{algorithm}`"),
                "AWS lets targets start slowly with \"round_robin\" only. Remove one of both.",
            );
        }
        Self {
            algorithm,
            deregistration_delay_seconds: in_range(
                "load_balancer.deregistration_delay_seconds",
                config.deregistration_delay_seconds,
                30,
                0..=3_600,
                problems,
            ),
            slow_start_seconds: slow_start,
            session: config.session.as_ref().map(|session| Session::resolve(session, problems)),
        }
    }
}

impl Session {
    fn resolve(config: &SessionConfig, problems: &mut Problems) -> Self {
        if let Some(name) = &config.cookie_name {
            let reserved = ["AWSALB", "AWSALBAPP", "AWSALBTG"].iter().any(|prefix| name.starts_with(prefix));
            let known = |byte: u8| byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(&byte);
            if name.is_empty() || reserved || !name.bytes().all(known) {
                problems.error(
                    "load_balancer.session.cookie_name",
                    format!("`{name}` is not a valid name of the app's cookie"),
                    "Name a cookie that the app itself sets. Those that begin with `AWSALB` are the load balancer's \
                     own: leave `cookie_name` out for them.",
                );
            }
        }
        Self {
            cookie_name: config.cookie_name.clone(),
            seconds: in_range("load_balancer.session.seconds", config.seconds, 86_400, 1..=604_800, problems),
        }
    }
}
