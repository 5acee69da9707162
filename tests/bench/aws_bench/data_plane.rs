//! The load balancers of the bench at work: real listeners, real health checks, metrics of real requests.
//! `tests/aws/aws_bench/data_plane/` describes what they do.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::AwsBench;
use crate::xml;

const VERSION: (&str, &str) = ("Version", "2015-12-01");
const SERVICE: &str = "elasticloadbalancing";

/// A registered target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its address, or the id of an instance.
    pub id: String,
    /// Its port.
    pub port: u16,
    /// Its state, such as `healthy`.
    pub state: String,
    /// Why it is not healthy, such as `Elb.InitialHealthChecking`.
    pub reason: Option<String>,
}

/// The targets of a bench's target groups, for use in any thread.
#[derive(Debug, Clone)]
pub struct Targets {
    url: String,
    signature: String,
}

impl AwsBench {
    /// Starts the load balancers and returns the URL of each listener by ARN. All that AWS times runs as if a
    /// minute had `minute_seconds`.
    pub fn start_data_plane(&self, minute_seconds: u8) -> Result<BTreeMap<String, String>> {
        self.send("POST", "data_plane", &json!({ "minute_seconds": minute_seconds }))?;
        let document: Value = self.get("data_plane")?;
        Ok(serde_json::from_value(document["listeners"].clone())?)
    }

    /// The targets of all target groups.
    pub fn targets(&self) -> Targets {
        Targets { url: self.url.clone(), signature: self.signature(SERVICE) }
    }

    /// Plays the installation of every app, and the load balancer controller: a pod is in every target group that apps
    /// have made.
    pub fn install_pods(&self) -> Result<()> {
        let groups = self.resources()?.target_groups;
        groups.values().try_for_each(|group| self.targets().register(&group.arn, "10.0.0.10", 8080))
    }
}

impl Targets {
    /// Sets where the server listens that stands for a target: an instance, or a pod.
    pub fn stand_in(&self, target: &str, address: SocketAddr) -> Result<()> {
        let url = format!("{}/_bench/addresses", self.url);
        ureq::post(&url)
            .send_json(json!({ target: address }))
            .map(drop)
            .context("the bench refused an address")
    }

    /// The ARN of a target group.
    pub fn group(&self, name: &str) -> Result<String> {
        let shown = self.query("DescribeTargetGroups", &[("Names.member.1", name)])?;
        Ok(xml::element(&shown, "TargetGroupArn").context("a target group has an ARN")?.to_owned())
    }

    /// Registers a target, as the load balancer controller does for a pod.
    pub fn register(&self, group_arn: &str, target: &str, port: u16) -> Result<()> {
        self.change("RegisterTargets", group_arn, target, port)
    }

    /// Takes a target out of its group.
    pub fn deregister(&self, group_arn: &str, target: &str, port: u16) -> Result<()> {
        self.change("DeregisterTargets", group_arn, target, port)
    }

    /// The targets of a group, those that are draining included.
    pub fn of(&self, group_arn: &str) -> Result<Vec<Target>> {
        let shown = self.query("DescribeTargetHealth", &[("TargetGroupArn", group_arn)])?;
        let text = |piece: &str, name: &str| {
            xml::element(piece, name)
                .map(ToOwned::to_owned)
                .with_context(|| format!("a target has no {name}"))
        };
        let pieces = shown.split("<Target>").skip(1);
        pieces
            .map(|piece| {
                Ok(Target {
                    id: text(piece, "Id")?,
                    port: text(piece, "Port")?.parse()?,
                    state: text(piece, "State")?,
                    reason: xml::element(piece, "Reason").map(ToOwned::to_owned),
                })
            })
            .collect()
    }

    /// The states of a group's targets, such as `healthy`.
    pub fn states(&self, group_arn: &str) -> Result<Vec<String>> {
        Ok(self.of(group_arn)?.into_iter().map(|target| target.state).collect())
    }

    fn change(&self, action: &str, group_arn: &str, target: &str, port: u16) -> Result<()> {
        let port = port.to_string();
        let parameters = [
            ("TargetGroupArn", group_arn),
            ("Targets.member.1.Id", target),
            ("Targets.member.1.Port", &port),
        ];
        self.query(action, &parameters).map(drop)
    }

    fn query(&self, action: &str, parameters: &[(&str, &str)]) -> Result<String> {
        let all = [&[("Action", action), VERSION], parameters].concat();
        super::query(&self.url, &self.signature, &all)
    }
}
