//! Over-provisioning, measured: how long new pods of an app wait for room in a cluster whose new nodes take a while, with
//! and without placeholder pods. The API server and the scheduler are real, kwok stands for the nodes, and a stand-in for a
//! node autoscaler adds them.

mod autoscaler;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cluster::{Cluster, Node};
use crate::interrupt;
use crate::process::Process;
use crate::tools::{ClusterTools, KUBERNETES, Tools};
use crate::workspace;
use autoscaler::Autoscaler;

/// Where pods have their addresses.
const POD_NETWORK: &str = "10.64.0.0/16";
/// Pods of the app before and after its autoscaler wants more.
const APP_PODS: (usize, usize) = (2, 6);
/// How many pods a node holds.
const PODS_PER_NODE: usize = 2;
/// Time between two looks at the cluster.
const PAUSE: Duration = Duration::from_millis(50);
/// How much longer than a new node everything may take.
const SLACK: Duration = Duration::from_secs(30);

/// Values of the chart `ipsy-overprovisioner`: room for all new pods of the app.
const ROOM: &str = "name: room\npools:\n  on-demand: { capacityType: on-demand, replicas: 4, \
                    resources: { cpu: \"2\", memory: 4Gi } }\n";

/// Both runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// Version of the API server and the scheduler.
    pub kubernetes: String,
    /// How long a new node takes.
    pub node_seconds: u64,
    /// The run without placeholders.
    pub without: Run,
    /// The run with them.
    pub with: Run,
}

/// What happened after the app was scaled.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The state at the start, and after each change.
    pub samples: Vec<Sample>,
}

/// How much was running at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Seconds since the app was scaled.
    pub second: f64,
    /// Running pods of the app.
    pub app: usize,
    /// Running placeholders.
    pub placeholders: usize,
    /// Nodes.
    pub nodes: usize,
}

impl Measurement {
    /// Fails unless the pods ran before a new node could join with placeholders, and not before it without them.
    pub fn check(&self) -> Result<()> {
        let node_time = Duration::from_secs(self.node_seconds).as_secs_f64();
        let (with, without) = (self.with.all_pods()?, self.without.all_pods()?);
        ensure!(with < node_time, "with placeholders the pods ran after {with} s, as late as new nodes");
        ensure!(
            without >= node_time,
            "without placeholders the pods ran after {without} s, before new nodes"
        );
        Ok(())
    }
}

impl Run {
    /// Seconds until the first new pod of the app ran.
    pub fn first_pod(&self) -> Result<f64> {
        self.until(APP_PODS.0 + 1)
    }

    /// Seconds until all pods of the app ran.
    pub fn all_pods(&self) -> Result<f64> {
        self.until(APP_PODS.1)
    }

    /// Nodes at the start and at the end.
    pub fn nodes(&self) -> (usize, usize) {
        let nodes = |sample: Option<&Sample>| sample.map_or(0, |sample| sample.nodes);
        (nodes(self.samples.first()), nodes(self.samples.last()))
    }

    fn until(&self, pods: usize) -> Result<f64> {
        let reached = self.samples.iter().find(|sample| sample.app >= pods);
        reached.map(|sample| sample.second).with_context(|| format!("{pods} pods of the app never ran"))
    }
}

/// Measures both runs, each in a cluster of its own.
pub fn measure(tools: &Tools, cluster_tools: &ClusterTools, node_time: Duration) -> Result<Measurement> {
    Ok(Measurement {
        kubernetes: KUBERNETES.to_owned(),
        node_seconds: node_time.as_secs(),
        without: run(cluster_tools, node_time, None)?,
        with: run(cluster_tools, node_time, Some(&placeholders(tools)?))?,
    })
}

/// Scales the app, and watches until the app and the placeholders run.
fn run(tools: &ClusterTools, node_time: Duration, placeholders: Option<&str>) -> Result<Run> {
    let cluster = Cluster::without_nodes(tools, POD_NETWORK)?;
    let mut autoscaler = Autoscaler::new(node_time, PODS_PER_NODE);
    let nodes = if placeholders.is_some() { APP_PODS.1 } else { APP_PODS.0 } / PODS_PER_NODE;
    cluster.add_nodes(&(0..nodes).map(|_| autoscaler.node()).collect::<Vec<Node>>())?;
    for namespace in ["shop", "room"] {
        cluster.namespace(namespace, &[])?;
    }
    apply(&cluster, "shop", &app().to_string())?;
    if let Some(manifests) = placeholders {
        apply(&cluster, "room", manifests)?;
    }
    let room = if placeholders.is_some() { APP_PODS.1 - APP_PODS.0 } else { 0 };
    let is_settled = |sample: &Sample, pods| sample.app == pods && sample.placeholders == room;
    let mut samples = Vec::new();
    watch(&cluster, &mut autoscaler, SLACK, &mut samples, |now| is_settled(now, APP_PODS.0))?;

    let scale = json!({ "spec": { "replicas": APP_PODS.1 } });
    cluster.api.patch("/apis/apps/v1/namespaces/shop/deployments/checkout/scale", &scale)?;
    samples.drain(..samples.len().saturating_sub(1));
    if let Some(start) = samples.first_mut() {
        start.second = 0.0;
    }
    watch(&cluster, &mut autoscaler, node_time + SLACK, &mut samples, |now| is_settled(now, APP_PODS.1))?;
    Ok(Run { samples })
}

/// Takes a sample after each change, and lets the autoscaler work, until the condition holds.
fn watch(
    cluster: &Cluster,
    autoscaler: &mut Autoscaler,
    limit: Duration,
    samples: &mut Vec<Sample>,
    is_done: impl Fn(&Sample) -> bool,
) -> Result<()> {
    let started = Instant::now();
    loop {
        interrupt::check()?;
        let (app, room) = (pods(cluster, "shop")?, pods(cluster, "room")?);
        let now = Sample {
            second: (started.elapsed().as_secs_f64() * 10.0).round() / 10.0,
            app: running(&app),
            placeholders: running(&room),
            nodes: cluster.api.list("/api/v1/nodes")?.len(),
        };
        if samples.last().is_none_or(|last| Sample { second: last.second, ..now } != *last) {
            samples.push(now);
        }
        if is_done(&now) {
            return Ok(());
        }
        ensure!(started.elapsed() < limit, "the pods do not run within {limit:?}: {now:?}");
        autoscaler.work(cluster, app.iter().chain(&room))?;
        thread::sleep(PAUSE);
    }
}

fn pods(cluster: &Cluster, namespace: &str) -> Result<Vec<Value>> {
    cluster.api.list(&format!("/api/v1/namespaces/{namespace}/pods"))
}

fn running(pods: &[Value]) -> usize {
    let is_running =
        |pod: &&Value| pod["status"]["phase"] == "Running" && pod["metadata"]["deletionTimestamp"].is_null();
    pods.iter().filter(is_running).count()
}

fn apply(cluster: &Cluster, namespace: &str, manifests: &str) -> Result<()> {
    let arguments = ["apply", "--server-side", "--namespace", namespace, "--filename", "-"];
    cluster.kubectl_with_input(&arguments, manifests)?.ok().map(drop)
}

/// The app: pods that need half a node each.
fn app() -> Value {
    let labels = json!({ "app": "checkout" });
    let resources = json!({ "requests": { "cpu": "2", "memory": "4Gi" } });
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "name": "checkout" },
        "spec": {
            "replicas": APP_PODS.0,
            "selector": { "matchLabels": labels },
            "template": {
                "metadata": { "labels": labels },
                "spec": { "containers": [{ "name": "app", "image": "checkout", "resources": resources }] },
            },
        },
    })
}

/// The manifests of the chart `ipsy-overprovisioner`.
fn placeholders(tools: &Tools) -> Result<String> {
    let folder = tempfile::Builder::new().prefix("ipsy-room-").tempdir()?;
    let values = folder.path().join("room.yaml");
    std::fs::write(&values, ROOM)?;
    let chart: &Path = &workspace::root().join("examples/charts/ipsy-overprovisioner");
    let helm = Process::new(tools.helm_3()?)
        .args(["template", "room"])
        .arg(chart)
        .args(["--namespace", "room", "--values"])
        .arg(&values)
        .env("HOME", folder.path());
    Ok(helm.succeed().context("Helm cannot render the chart")?.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(first: f64, all: f64) -> Run {
        let sample = |second, app, nodes| Sample { second, app, placeholders: 0, nodes };
        Run { samples: vec![sample(0.0, 2, 1), sample(first, 4, 1), sample(all, 6, 3)] }
    }

    fn measurement(with: Run, without: Run) -> Measurement {
        Measurement { kubernetes: KUBERNETES.to_owned(), node_seconds: 60, without, with }
    }

    #[test]
    fn times_are_those_of_the_first_sample_with_enough_pods() {
        let run = run(0.3, 60.2);
        assert_eq!((run.first_pod().unwrap(), run.all_pods().unwrap()), (0.3, 60.2));
        assert_eq!(run.nodes(), (1, 3));
        assert!(Run { samples: Vec::new() }.all_pods().is_err());
    }

    #[test]
    fn a_measurement_that_shows_something_else_is_refused() {
        measurement(run(0.1, 0.2), run(60.1, 60.2)).check().unwrap();
        assert!(measurement(run(0.1, 60.0), run(60.1, 60.2)).check().is_err());
        assert!(measurement(run(0.1, 0.2), run(0.1, 20.0)).check().is_err());
    }
}
