//! The nodes of a cluster: objects that kwok keeps ready. It gives their pods addresses and reports them as running, but
//! runs nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Cluster, until};
use crate::process::{Process, Running};
use crate::tools::ClusterTools;
use crate::workspace;

/// A node before it joins a cluster.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// The availability zone.
    pub zone: String,
    /// CPUs, such as `4` or `3920m`.
    pub cpu: String,
    /// Memory, such as `16Gi`.
    pub memory: String,
    /// Further labels.
    pub labels: BTreeMap<String, String>,
    /// Taints, as in the node's `spec`.
    pub taints: Vec<Value>,
}

impl Node {
    /// A node with room for whatever tests install.
    pub fn large(name: &str, zone: &str) -> Self {
        Self {
            name: name.to_owned(),
            zone: zone.to_owned(),
            cpu: "1000".to_owned(),
            memory: "1Ti".to_owned(),
            labels: BTreeMap::new(),
            taints: Vec::new(),
        }
    }

    fn manifest(&self) -> Value {
        let room =
            json!({ "cpu": self.cpu, "memory": self.memory, "ephemeral-storage": "1Ti", "pods": "1000" });
        let mut labels = BTreeMap::from([
            ("kubernetes.io/arch", "amd64"),
            ("kubernetes.io/os", "linux"),
            ("kubernetes.io/hostname", &self.name),
            ("topology.kubernetes.io/zone", &self.zone),
        ]);
        labels.extend(self.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        json!({
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": { "name": self.name, "labels": labels },
            "spec": { "taints": self.taints },
            "status": { "allocatable": room, "capacity": room },
        })
    }
}

impl Cluster {
    /// Lets nodes join, and waits until they are ready.
    pub fn add_nodes(&self, nodes: &[Node]) -> Result<()> {
        let items: Vec<Value> = nodes.iter().map(Node::manifest).collect();
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": items });
        self.kubectl_with_input(&["create", "--filename", "-"], &list.to_string())?.ok()?;
        until("ready nodes", || {
            for node in nodes {
                let live = self.api.get(&format!("/api/v1/nodes/{}", node.name))?.unwrap_or_default();
                if !has_condition(&live, "Ready") || live["spec"]["taints"] != taints(node) {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    /// Removes a node, with its pods.
    pub fn remove_node(&self, name: &str) -> Result<()> {
        self.kubectl(&["delete", "node", name])?.ok().map(drop)
    }
}

/// Taints as a ready node has them: the API server leaves an empty list out.
fn taints(node: &Node) -> Value {
    if node.taints.is_empty() { Value::Null } else { json!(node.taints) }
}

/// Whether a condition of an object is true.
pub fn has_condition(object: &Value, kind: &str) -> bool {
    let conditions = object["status"]["conditions"].as_array();
    conditions.is_some_and(|all| all.iter().any(|one| one["type"] == kind && one["status"] == "True"))
}

/// Starts kwok: its pods get addresses of a network such as `10.0.0.0/16`.
pub(super) fn kwok(tools: &ClusterTools, folder: &Path, kubeconfig: &Path, network: &str) -> Result<Running> {
    Process::new(&tools.kwok)
        .arg("--kubeconfig")
        .arg(kubeconfig)
        .arg("--config")
        .arg(workspace::root().join("tests/cluster/kwok/stages.yaml"))
        .args(["--manage-all-nodes=true", "--node-lease-duration-seconds=40", "--node-ip=127.0.0.1"])
        .arg(format!("--cidr={network}"))
        // It reads its own settings below HOME.
        .env("HOME", folder)
        .within(folder)
        .start(Stdio::null(), File::create(folder.join("kwok.log"))?.into())
}
