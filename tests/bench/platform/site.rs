//! Where apps are deployed: an AWS on loopback whose load balancer works, a server for the EC2 instances, and a Kubernetes.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::aws_bench::AwsBench;
use crate::cluster::{Cluster, until};
use crate::load_balancer_controller::LoadBalancerController;
use crate::rehearsal::backend::Backend;
use crate::rehearsal::load::Load;
use crate::tools::{ClusterTools, Tools};

/// A minute of AWS lasts this long, so that health checks take a test's time.
const MINUTE_SECONDS: u8 = 1;
/// Requests per second of a load.
const PER_SECOND: u32 = 50;
/// Requests that are counted after each step.
const REQUESTS: u32 = 200;
/// What the server for the EC2 instances calls itself.
const EC2: &str = "ec2";

/// The site. Dropping it stops everything.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) aws: AwsBench,
    pub(super) cluster: Cluster,
    _ec2: Backend,
    url: String,
}

/// Answers by who gave them.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) image: usize,
    pub(super) ec2: usize,
    pub(super) failed: usize,
}

impl Answers {
    /// Who answers the next requests of a load.
    pub(super) fn measure(load: &Load) -> Result<Self> {
        let mut answers = Self::default();
        for answer in &load.measure(REQUESTS)?.0 {
            match (answer.status, answer.backend.as_deref()) {
                (Some(200), Some(EC2)) => answers.ec2 += 1,
                (Some(200), None) => answers.image += 1,
                _ => answers.failed += 1,
            }
        }
        Ok(answers)
    }

    /// Fails unless the image gave a percentage of the answers, within ten points, and none has failed.
    pub(super) fn ensure_share(&self, percent: usize) -> Result<()> {
        let share = self.image * 100 / (self.image + self.ec2).max(1);
        let is_near =
            if [0, 100].contains(&percent) { share == percent } else { share.abs_diff(percent) <= 10 };
        ensure!(self.failed == 0 && is_near, "{percent} percent were expected: {self:?}");
        Ok(())
    }
}

impl Site {
    /// Starts everything.
    pub(super) fn start(tools: &Tools, cluster_tools: &ClusterTools) -> Result<Self> {
        let aws = AwsBench::start(tools)?;
        let ec2 = Backend::start(EC2)?;
        for instance in &aws.platform.legacy_instance_ids {
            aws.targets().stand_in(instance, ec2.address)?;
        }
        let mut listeners = aws.start_data_plane(MINUTE_SECONDS)?;
        let url = listeners.remove(&aws.platform.listener_arn).context("the listener has no URL")?;
        let cluster = Cluster::start(cluster_tools)?;
        Ok(Self { aws, cluster, _ec2: ec2, url })
    }

    /// Follows the load balancer's bindings of a namespace.
    pub(super) fn controller(&self, namespace: &str) -> Result<LoadBalancerController> {
        LoadBalancerController::start(&self.cluster, &self.aws, namespace)
    }

    /// The Deployment of an app.
    pub(super) fn deployment(&self, app: &str) -> Result<Value> {
        let path = format!("/apis/apps/v1/namespaces/{app}/deployments/{app}");
        self.cluster.api.get(&path)?.with_context(|| format!("{path} is missing"))
    }

    /// Lets a server answer for all pods of an app, and waits until they are healthy targets.
    pub(super) fn stand_in(&self, app: &str, server: SocketAddr) -> Result<()> {
        until("pods with addresses", || Ok(self.addresses(app)?.len() >= 2))?;
        for address in self.addresses(app)? {
            self.aws.targets().stand_in(&address, server)?;
        }
        let groups = self.aws.resources()?.target_groups;
        let group = groups.values().find(|group| group.tags.get("ipsy:app").is_some_and(|name| name == app));
        let group = group.with_context(|| format!("{app} has no target group"))?;
        until("healthy targets", || {
            let states = self.aws.targets().states(&group.arn)?;
            Ok(states.len() >= 2 && states.iter().all(|state| state == "healthy"))
        })
    }

    fn addresses(&self, app: &str) -> Result<Vec<String>> {
        let pods = self.cluster.api.list(&format!("/api/v1/namespaces/{app}/pods"))?;
        Ok(pods.iter().filter_map(|pod| pod["status"]["podIP"].as_str().map(ToOwned::to_owned)).collect())
    }

    /// Sends requests for a host through the load balancer, until it is dropped.
    pub(super) fn load(&self, host: &str) -> Load {
        Load::start(&format!("{}/healthz", self.url), host, PER_SECOND)
    }

    /// Variables of a pod of an app: those of the container, and those of the `ConfigMaps` that it names.
    pub(super) fn variables(&self, app: &str, container: &Value) -> Result<BTreeMap<String, String>> {
        let mut variables = BTreeMap::new();
        for source in container["envFrom"].as_array().into_iter().flatten() {
            let name = source["configMapRef"]["name"].as_str();
            let name = name.with_context(|| format!("not a ConfigMap: {source}"))?;
            let map = self.cluster.api.get(&format!("/api/v1/namespaces/{app}/configmaps/{name}"))?;
            let map = map.with_context(|| format!("ConfigMap {name} is missing"))?;
            insert(&mut variables, map["data"].as_object().into_iter().flatten())?;
        }
        for variable in container["env"].as_array().into_iter().flatten() {
            ensure!(variable["valueFrom"].is_null(), "only values are supported here: {variable}");
            let name = variable["name"].as_str().context("a variable has a name")?;
            variables.insert(name.to_owned(), variable["value"].as_str().unwrap_or_default().to_owned());
        }
        Ok(variables)
    }
}

fn insert<'a>(
    variables: &mut BTreeMap<String, String>,
    data: impl Iterator<Item = (&'a String, &'a Value)>,
) -> Result<()> {
    for (name, value) in data {
        let value = value.as_str().with_context(|| format!("{name} is not a text"))?;
        variables.insert(name.clone(), value.to_owned());
    }
    Ok(())
}
