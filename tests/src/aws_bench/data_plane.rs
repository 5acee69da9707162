//! The load balancers of the bench at work: real listeners, real health checks, metrics of real requests.
//! `tests/aws/aws_bench/data_plane/` describes what they do.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::AwsBench;

const VERSION: (&str, &str) = ("Version", "2015-12-01");
const SERVICE: &str = "elasticloadbalancing";

impl AwsBench {
    /// Starts the load balancers and returns the URL of each listener by ARN. All that AWS times runs as if a
    /// minute had `minute_seconds`.
    pub fn start_data_plane(&self, minute_seconds: u8) -> Result<BTreeMap<String, String>> {
        self.send("POST", "data_plane", &json!({ "minute_seconds": minute_seconds }))?;
        let document: Value = self.get("data_plane")?;
        Ok(serde_json::from_value(document["listeners"].clone())?)
    }

    /// Sets where the server listens that stands for a target: an instance, or a pod.
    pub fn stand_in(&self, target: &str, address: SocketAddr) -> Result<()> {
        self.send("POST", "addresses", &json!({ target: address }))
    }

    /// Registers a target, as the load balancer controller does for a pod.
    pub fn register_target(&self, group_arn: &str, target: &str, port: u16) -> Result<()> {
        self.change_target("RegisterTargets", group_arn, target, port)
    }

    /// Plays the installation of every app, and the load balancer controller: a pod is in every target group that apps
    /// have made.
    pub fn install_pods(&self) -> Result<()> {
        let groups = self.resources()?.target_groups;
        groups.values().try_for_each(|group| self.register_target(&group.arn, "10.0.0.10", 8080))
    }

    /// Takes a target out of its group.
    pub fn deregister_target(&self, group_arn: &str, target: &str, port: u16) -> Result<()> {
        self.change_target("DeregisterTargets", group_arn, target, port)
    }

    /// The states of a group's targets, such as `healthy`.
    pub fn target_states(&self, group_arn: &str) -> Result<Vec<String>> {
        let parameters = [("Action", "DescribeTargetHealth"), VERSION, ("TargetGroupArn", group_arn)];
        let shown = self.query(SERVICE, &parameters)?;
        let pieces = shown.split("<State>").skip(1);
        pieces.map(|piece| Ok(piece.split('<').next().context("a state has an end")?.to_owned())).collect()
    }

    fn change_target(&self, action: &str, group_arn: &str, target: &str, port: u16) -> Result<()> {
        let port = port.to_string();
        let parameters = [
            ("Action", action),
            VERSION,
            ("TargetGroupArn", group_arn),
            ("Targets.member.1.Id", target),
            ("Targets.member.1.Port", &port),
        ];
        self.query(SERVICE, &parameters).map(drop)
    }
}
