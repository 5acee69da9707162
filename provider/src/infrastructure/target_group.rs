//! The ALB target group of one Kubernetes backend. Its members belong to the AWS Load Balancer Controller of
//! that cluster: ipsy never registers or deregisters a target.

pub(crate) mod attributes;

use std::collections::BTreeSet;

use async_trait::async_trait;
use ipsy_aws::{Aws, Error, ErrorKind, HealthCheck, Matcher, NewTargetGroup, Service, Tags};
use serde_json::{Value, json};

use super::obstacle::{Obstacle, foreign_rules};
use super::ownership::Ownership;
use super::{Component, ComponentKey, Facts, Kind, Observed, Stage, differs};
use crate::app::deletion::Deletion;
use crate::app::traffic::{self, LoadBalancer};

/// The key of the target group of `backend`.
pub(crate) fn key(backend: &str) -> ComponentKey {
    ComponentKey::named(Kind::TargetGroup, backend)
}

/// The target group of an app in one cluster.
pub(crate) struct TargetGroup {
    pub(crate) aws: Aws,
    pub(crate) ownership: Ownership,
    pub(crate) backend: String,
    pub(crate) name: String,
    /// Number of the app's port.
    pub(crate) port: i64,
    /// Number of the port that is probed.
    pub(crate) health_port: Option<i64>,
    pub(crate) load_balancer: LoadBalancer,
    pub(crate) health_check: traffic::HealthCheck,
}

impl TargetGroup {
    fn health_check(&self) -> HealthCheck {
        let check = &self.health_check;
        let number = |seconds: i64| u32::try_from(seconds).unwrap_or_default();
        let grpc = self.load_balancer.protocol_version == "GRPC";
        let path = if grpc { "/grpc.health.v1.Health/Check" } else { "/" };
        HealthCheck {
            enabled: true,
            protocol: "HTTP".to_owned(),
            port: self.health_port(),
            path: Some(check.path.clone().unwrap_or_else(|| path.to_owned())),
            interval_seconds: number(check.interval_seconds),
            timeout_seconds: number(check.timeout_seconds),
            healthy_threshold: number(check.healthy_threshold),
            unhealthy_threshold: number(check.unhealthy_threshold),
            matcher: Some(if grpc {
                Matcher::Grpc("0".to_owned())
            } else {
                Matcher::Http(check.matcher.clone())
            }),
        }
    }

    /// Targets are probed on another port than that of the requests only where the app has one for it.
    fn health_port(&self) -> String {
        match self.health_port {
            Some(number) if number != self.port => number.to_string(),
            _ => "traffic-port".to_owned(),
        }
    }

    /// The VPC of the load balancer: targets must be in it.
    async fn vpc_id(&self) -> Result<String, Error> {
        let missing = |what: &str, arn: &str| {
            Error::new(
                ErrorKind::NotFound,
                Service::Elb,
                "DescribeListeners",
                arn,
                format!("{what} not found"),
            )
        };
        let listener_arn = &self.load_balancer.listener_arn;
        let listeners = self.aws.load_balancers.listeners(std::slice::from_ref(listener_arn)).await?;
        let listener = listeners.first().ok_or_else(|| missing("listener", listener_arn))?;
        let balancer_arn = listener.load_balancer_arn.clone();
        let balancers = self.aws.load_balancers.describe(std::slice::from_ref(&balancer_arn)).await?;
        let balancer = balancers.first().ok_or_else(|| missing("load balancer", &balancer_arn))?;
        Ok(balancer.vpc_id.clone())
    }
}

/// A health check as properties show it.
fn health_check_properties(check: &HealthCheck) -> Value {
    let matcher = match &check.matcher {
        Some(Matcher::Http(codes) | Matcher::Grpc(codes)) => Some(codes),
        None => None,
    };
    json!({
        "healthy_threshold": check.healthy_threshold,
        "interval_seconds": check.interval_seconds,
        "matcher": matcher,
        "path": check.path,
        "port": check.port,
        "protocol": check.protocol,
        "timeout_seconds": check.timeout_seconds,
        "unhealthy_threshold": check.unhealthy_threshold,
    })
}

/// The group called `name`; tags that `ownership` leaves to others are left out.
pub(super) async fn look(aws: &Aws, ownership: &Ownership, name: &str) -> Result<Option<Observed>, Error> {
    let groups = &aws.target_groups;
    let Some(group) = groups.by_names(&[name.to_owned()]).await?.pop() else { return Ok(None) };
    let (attributes, mut tags) =
        futures::try_join!(groups.attributes(&group.arn), groups.tags(std::slice::from_ref(&group.arn)))?;
    let tags = tags.remove(&group.arn).unwrap_or_default();
    let properties = json!({
        "attributes": attributes::properties(&attributes),
        "health_check": health_check_properties(&group.health_check),
        "name": group.name,
        "port": group.port,
        "protocol": group.protocol,
        "protocol_version": group.protocol_version,
        "tags": ownership.observed(&tags),
        "target_type": group.target_type,
    });
    Ok(Some(Observed { arn: group.arn, properties, tags, value: None }))
}

#[async_trait]
impl Component for TargetGroup {
    fn key(&self) -> ComponentKey {
        key(&self.backend)
    }

    fn identity(&self) -> String {
        self.name.clone()
    }

    fn title(&self) -> String {
        format!("target group `{}`", self.name)
    }

    fn stage(&self) -> Stage {
        Stage::Foundation
    }

    fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    fn desired(&self) -> Value {
        json!({
            "attributes": attributes::properties(&attributes::wanted(&self.load_balancer.group)),
            "health_check": health_check_properties(&self.health_check()),
            "name": self.name,
            "port": self.port,
            "protocol": "HTTP",
            "protocol_version": self.load_balancer.protocol_version,
            "tags": self.ownership.shown(),
            "target_type": "ip",
        })
    }

    async fn observe(&self, _known_arn: Option<&str>) -> Result<Option<Observed>, Error> {
        look(&self.aws, &self.ownership, &self.name).await
    }

    async fn create(&self, _facts: &Facts) -> Result<Observed, Error> {
        let tags = self.ownership.tags(&self.key());
        let group = self
            .aws
            .target_groups
            .create(&NewTargetGroup {
                name: self.name.clone(),
                protocol: "HTTP".to_owned(),
                protocol_version: self.load_balancer.protocol_version.clone(),
                port: u16::try_from(self.port).unwrap_or(1),
                vpc_id: self.vpc_id().await?,
                target_type: "ip".to_owned(),
                ip_address_type: "ipv4".to_owned(),
                health_check: self.health_check(),
                tags: tags.clone(),
            })
            .await?;
        self.aws
            .target_groups
            .set_attributes(&group.arn, &attributes::wanted(&self.load_balancer.group))
            .await?;
        Ok(Observed { arn: group.arn, properties: self.desired(), tags, value: None })
    }

    async fn change(&self, observed: &Observed, _facts: &Facts) -> Result<(), Error> {
        let desired = self.desired();
        let groups = &self.aws.target_groups;
        if differs(&observed.properties, &desired, "health_check") {
            groups.set_health_check(&observed.arn, &self.health_check()).await?;
        }
        if differs(&observed.properties, &desired, "attributes") {
            groups.set_attributes(&observed.arn, &attributes::wanted(&self.load_balancer.group)).await?;
        }
        Ok(())
    }

    async fn tag(&self, observed: &Observed, tags: &Tags) -> Result<(), Error> {
        self.aws.target_groups.tag(&observed.arn, tags).await
    }

    async fn untag(&self, observed: &Observed, keys: &[String]) -> Result<(), Error> {
        self.aws.target_groups.untag(&observed.arn, keys).await
    }

    async fn obstacle(
        &self,
        _observed: &Observed,
        own: &BTreeSet<String>,
        _deletion: &Deletion,
    ) -> Result<Option<Obstacle>, Error> {
        foreign_rules(&self.aws, &self.name, own).await
    }

    async fn delete(&self, observed: &Observed, _deletion: &Deletion) -> Result<(), Error> {
        self.aws.target_groups.delete(&observed.arn).await
    }
}
