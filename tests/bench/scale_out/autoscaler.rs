//! A stand-in for a node autoscaler such as Karpenter: it orders nodes for pods that fit nowhere, and each node joins after
//! a fixed time. Like Karpenter, it leaves out pods for which the scheduler has preempted others.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use crate::cluster::{Cluster, Node};

/// The stand-in.
#[derive(Debug)]
pub(super) struct Autoscaler {
    node_time: Duration,
    pods_per_node: usize,
    /// Pods for which a node was ordered.
    provided: BTreeSet<String>,
    /// When each ordered node joins.
    orders: Vec<Instant>,
    /// How many nodes have got a name.
    named: usize,
}

impl Autoscaler {
    pub(super) fn new(node_time: Duration, pods_per_node: usize) -> Self {
        Self { node_time, pods_per_node, provided: BTreeSet::new(), orders: Vec::new(), named: 0 }
    }

    /// The next node: four CPUs, two pods of the app.
    pub(super) fn node(&mut self) -> Node {
        self.named += 1;
        let label = ("karpenter.sh/capacity-type".to_owned(), "on-demand".to_owned());
        Node {
            name: format!("node-{}", self.named),
            zone: "us-east-1a".to_owned(),
            cpu: "4".to_owned(),
            memory: "16Gi".to_owned(),
            labels: BTreeMap::from([label]),
            taints: Vec::new(),
        }
    }

    /// Orders nodes for pods that fit nowhere, and lets those join whose time has come.
    pub(super) fn work<'a>(
        &mut self,
        cluster: &Cluster,
        pods: impl Iterator<Item = &'a Value>,
    ) -> Result<()> {
        let waiting: Vec<String> = pods.filter(|pod| needs_node(pod)).map(name).collect();
        let new = waiting.into_iter().filter(|name| self.provided.insert(name.clone())).count();
        let due = Instant::now() + self.node_time;
        self.orders.extend((0..new.div_ceil(self.pods_per_node)).map(|_| due));
        let joining = self.orders.extract_if(.., |due| *due <= Instant::now()).count();
        if joining == 0 {
            return Ok(());
        }
        let nodes: Vec<Node> = (0..joining).map(|_| self.node()).collect();
        cluster.add_nodes(&nodes)
    }
}

fn name(pod: &Value) -> String {
    pod["metadata"]["name"].as_str().unwrap_or_default().to_owned()
}

/// Whether the scheduler found no node for a pod and preempted no other pod for it.
fn needs_node(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array();
    let is_unschedulable = conditions.is_some_and(|all| {
        all.iter().any(|one| one["type"] == "PodScheduled" && one["reason"] == "Unschedulable")
    });
    is_unschedulable && pod["status"]["nominatedNodeName"].is_null() && pod["spec"]["nodeName"].is_null()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pod_that_preempts_others_needs_no_node() {
        let conditions = json!([{ "type": "PodScheduled", "status": "False", "reason": "Unschedulable" }]);
        assert!(needs_node(&json!({ "status": { "conditions": conditions } })));
        let preempting = json!({ "status": { "conditions": conditions, "nominatedNodeName": "node-1" } });
        assert!(!needs_node(&preempting));
        assert!(!needs_node(&json!({ "status": { "phase": "Running" } })));
    }
}
