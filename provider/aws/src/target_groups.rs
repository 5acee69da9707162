//! ELB target groups: where a rule sends requests, with health check, attributes and the targets' health.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::{Error, Tags};

/// Target groups. Names are unique in account and region; every call except a lookup takes the ARN.
#[async_trait]
pub trait TargetGroups: Send + Sync {
    /// Creates a target group.
    ///
    /// AWS returns an existing group of the same name **and settings** as if it had been created, even of another
    /// owner: look with [`TargetGroups::by_names`] first. `AlreadyExists` if settings differ.
    async fn create(&self, group: &NewTargetGroup) -> Result<TargetGroup, Error>;

    /// The groups of these names that exist; a missing one is left out.
    async fn by_names(&self, names: &[String]) -> Result<Vec<TargetGroup>, Error>;

    /// The groups of these ARNs that exist; a missing one is left out.
    async fn by_arns(&self, arns: &[String]) -> Result<Vec<TargetGroup>, Error>;

    /// Replaces the health check.
    async fn set_health_check(&self, arn: &str, check: &HealthCheck) -> Result<TargetGroup, Error>;

    /// All attributes, by AWS's key, such as `deregistration_delay.timeout_seconds`.
    async fn attributes(&self, arn: &str) -> Result<BTreeMap<String, String>, Error>;

    /// Sets the attributes that are given; others stay.
    async fn set_attributes(&self, arn: &str, attributes: &BTreeMap<String, String>) -> Result<(), Error>;

    /// Tags of many groups, by ARN, twenty in a call. A group that is not there is left out.
    async fn tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error>;

    /// Adds or overwrites tags.
    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error>;

    /// Removes tags by key; a missing key is not an error.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error>;

    /// Deletes a group. While a rule still refers to it, which AWS notices late, the call is repeated for a
    /// while, then `InUse`. A missing group is not an error.
    async fn delete(&self, arn: &str) -> Result<(), Error>;

    /// The health of every target, sorted by id and port. `NotFound` if the group does not exist.
    async fn health(&self, arn: &str) -> Result<Vec<TargetHealth>, Error>;
}

/// What a target group is created with. All but the health check is fixed for its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTargetGroup {
    /// At most 32 letters, digits and hyphens, no hyphen at either end.
    pub name: String,
    /// `HTTP` or `HTTPS`.
    pub protocol: String,
    /// `HTTP1`, `HTTP2` or `GRPC`.
    pub protocol_version: String,
    /// Port of the targets, unless a target names its own.
    pub port: u16,
    /// The VPC of load balancer and targets.
    pub vpc_id: String,
    /// `ip`, `instance`, `lambda` or `alb`.
    pub target_type: String,
    /// `ipv4` or `ipv6`.
    pub ip_address_type: String,
    /// How targets are probed.
    pub health_check: HealthCheck,
    /// Tags, set in the same call.
    pub tags: Tags,
}

/// A target group as AWS has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetGroup {
    /// The ARN.
    pub arn: String,
    /// The name.
    pub name: String,
    /// `HTTP`, `HTTPS`, `TCP` and so on.
    pub protocol: String,
    /// `HTTP1`, `HTTP2` or `GRPC`; empty for groups of other load balancers.
    pub protocol_version: String,
    /// Port of the targets, unless a target names its own; 0 for lambda.
    pub port: u16,
    /// The VPC; empty for lambda.
    pub vpc_id: String,
    /// `ip`, `instance`, `lambda` or `alb`.
    pub target_type: String,
    /// `ipv4` or `ipv6`.
    pub ip_address_type: String,
    /// How targets are probed.
    pub health_check: HealthCheck,
    /// The load balancers whose rules refer to it, sorted, each once: at most one for an application one.
    pub load_balancer_arns: Vec<String>,
}

/// How targets are probed. `default()` is what AWS does for HTTP when nothing is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// Can be off only for lambda.
    pub enabled: bool,
    /// `HTTP` or `HTTPS`.
    pub protocol: String,
    /// A port, or `traffic-port`.
    pub port: String,
    /// Path, or the gRPC method `/package.service/method`.
    pub path: Option<String>,
    /// Seconds between probes of one target, 5 to 300, more than the timeout.
    pub interval_seconds: u32,
    /// Seconds to wait for an answer, 2 to 120.
    pub timeout_seconds: u32,
    /// Successes in a row that make a target healthy, 2 to 10.
    pub healthy_threshold: u32,
    /// Failures in a row that make a target unhealthy, 2 to 10.
    pub unhealthy_threshold: u32,
    /// Which answers are good.
    pub matcher: Option<Matcher>,
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self {
            enabled: true,
            protocol: "HTTP".to_owned(),
            port: "traffic-port".to_owned(),
            path: Some("/".to_owned()),
            interval_seconds: 30,
            timeout_seconds: 5,
            healthy_threshold: 5,
            unhealthy_threshold: 2,
            matcher: Some(Matcher::Http("200".to_owned())),
        }
    }
}

/// Which answers to a probe are good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matcher {
    /// HTTP codes: `200`, `200,302`, `200-299`.
    Http(String),
    /// gRPC codes: `0`, `0,12`, `0-99`; only for protocol version `GRPC`.
    Grpc(String),
}

/// The health of one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetHealth {
    /// IP address or instance id.
    pub target_id: String,
    /// The port that is probed and served.
    pub port: u16,
    /// `initial`, `healthy`, `unhealthy`, `unused`, `draining` or `unavailable`.
    pub state: String,
    /// Why it is not healthy, such as `Target.Timeout` or `Target.NotInUse`.
    pub reason: Option<String>,
    /// The same for people.
    pub description: Option<String>,
}
