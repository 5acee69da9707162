//! Load balancers and their listeners, read only: the platform team makes them, apps add rules.

use async_trait::async_trait;

use crate::{Error, Tags};

/// Application load balancers and their listeners, addressed by ARN.
#[async_trait]
pub trait LoadBalancers: Send + Sync {
    /// The listeners of these ARNs that exist; a missing one is left out.
    async fn listeners(&self, arns: &[String]) -> Result<Vec<Listener>, Error>;

    /// The listeners of one load balancer; empty if it is not there.
    async fn listeners_of(&self, load_balancer_arn: &str) -> Result<Vec<Listener>, Error>;

    /// The listeners of all application load balancers of account and region: one call for all load balancers and
    /// one for each.
    async fn all_listeners(&self) -> Result<Vec<Listener>, Error>;

    /// The load balancers of these ARNs that exist; a missing one is left out.
    async fn describe(&self, arns: &[String]) -> Result<Vec<LoadBalancer>, Error>;

    /// Tags of a load balancer or listener.
    async fn tags(&self, arn: &str) -> Result<Tags, Error>;
}

/// A listener: one port of a load balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The ARN.
    pub arn: String,
    /// The load balancer that it belongs to.
    pub load_balancer_arn: String,
    /// The port.
    pub port: u16,
    /// `HTTP`, `HTTPS` and so on.
    pub protocol: String,
}

/// A load balancer as AWS has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadBalancer {
    /// The ARN.
    pub arn: String,
    /// The name.
    pub name: String,
    /// `application`, `network` or `gateway`: only the first has listener rules.
    pub kind: String,
    /// `internet-facing` or `internal`.
    pub scheme: String,
    /// The name to point DNS at.
    pub dns_name: String,
    /// The Route 53 zone of `dns_name`, for alias records.
    pub hosted_zone_id: String,
    /// The VPC; target groups must be in the same.
    pub vpc_id: String,
    /// Security groups, sorted: pods must let them in.
    pub security_group_ids: Vec<String>,
}
