//! The upgrade of a cluster under load, from Terraform to requests: `terraform apply`, `helm install` in each cluster, pods
//! that the stand-in for the AWS Load Balancer Controller registers, and weights that Terraform moves in four applies.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Table;
use super::world::{APP, NEW_TAG, World, chart};
use crate::cluster::{Cluster, Node, has_condition, until};
use crate::helm::Helm;
use crate::load_balancer_controller::{GATES_LABEL, LoadBalancerController, binding};
use crate::rehearsal::load::Load;
use crate::rehearsal::pods::{BROKEN_TAG, Pods};
use crate::rehearsal::stage::Stage;
use crate::rehearsal::step::{Step, Weights};
use crate::rehearsal::upgrade::{self, STEPS};

const NAMESPACE: &str = "traffic";
/// Where the pods of the second cluster have their addresses.
const GREEN_NETWORK: &str = "10.0.128.0/17";
const PER_SECOND: u32 = 50;
/// Requests that are watched after each step.
const REQUESTS: u32 = 200;
/// The image that CI pushed before.
const TAG: &str = "1.0.0";
const WITH: &str = "Terraform, Helm, load";

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let mut stage = upgrade::stage(&world.tools, &world.programs)?;
    let blue = Side::prepare("blue", &world.cluster, world.helm_3()?, &stage)?;
    table.row(WITH, "install in blue: its pods are registered, and healthy targets", || {
        blue.deploy(world, &stage, TAG)?;
        blue.wait_until_healthy(&stage)
    })?;
    let load = stage.load(PER_SECOND);
    let second = Cluster::without_nodes(&world.cluster_tools, GREEN_NETWORK)?;
    second.add_nodes(&[Node::large("green-node", "us-east-1a")])?;
    let helm_4 = Helm::four(&world.tools, &world.programs)?.within(&second);
    let green = Side::prepare("green", &second, helm_4, &stage)?;

    table.row(
        WITH,
        "apply 1, green enters with 0; install in green: healthy targets before requests",
        || {
            step(&mut stage, &load, STEPS[1])?;
            green.deploy(world, &stage, TAG)?;
            green.wait_until_healthy(&stage)
        },
    )?;
    table.row(WITH, "apply 2, 50/50: measured shares within 2 points, no request fails", || {
        step(&mut stage, &load, STEPS[2])
    })?;
    table.row(WITH, "new image in green: pods wait for their readiness gates, no request fails", || {
        green.deploy(world, &stage, NEW_TAG)?;
        green.check_gates()?;
        load.measure(REQUESTS)?;
        ensure_none_failed(&load)
    })?;
    table.row(
        WITH,
        "broken image in green: its pods are never ready, the old ones serve, no request fails",
        || {
            let refused = green.deploy(world, &stage, BROKEN_TAG);
            ensure!(refused.is_err(), "Helm finds pods ready whose targets are unhealthy");
            let group = green.group(&stage)?;
            let states = || stage.aws.targets().states(&group);
            until("an unhealthy target", || Ok(states()?.iter().any(|state| state == "unhealthy")))?;
            load.measure(REQUESTS)?;
            green.helm.run(&["rollback", APP, "--namespace", NAMESPACE, "--wait"])?.ok()?;
            green.wait_until_healthy(&stage)?;
            ensure_none_failed(&load)
        },
    )?;
    table.row(WITH, "apply 3, 0/100: measured shares within 2 points, no request fails", || {
        step(&mut stage, &load, STEPS[3])
    })?;
    table.row(WITH, "uninstall in blue: its targets are deregistered, its binding is deleted", || {
        blue.helm.run(&["uninstall", APP, "--namespace", NAMESPACE, "--wait"])?.ok()?;
        until("no targets in blue", || Ok(blue.targets(&stage)?.is_empty()))
    })?;
    table.row(WITH, "apply 4: blue's target group is deleted, no request fails", || {
        step(&mut stage, &load, STEPS[4])?;
        let left = stage.groups("blue")?;
        ensure!(left.is_empty(), "left in AWS: {left:?}");
        Ok(())
    })?;
    table.row(WITH, "from the first apply to the last no request failed", || ensure_none_failed(&load))
}

fn step(stage: &mut Stage, load: &Load, weights: Weights) -> Result<()> {
    upgrade::set_clusters(&mut stage.terraform, weights);
    Step::apply(stage, load, weights, REQUESTS)?.check()?;
    stage.ensure_weights(weights)
}

fn ensure_none_failed(load: &Load) -> Result<()> {
    load.answers().ensure_none_failed()
}

/// One of the two clusters, with all that runs in it.
struct Side<'a> {
    name: &'static str,
    cluster: &'a Cluster,
    helm: Helm,
    controller: LoadBalancerController,
    _pods: Pods,
}

impl<'a> Side<'a> {
    fn prepare(name: &'static str, cluster: &'a Cluster, helm: Helm, stage: &Stage) -> Result<Self> {
        cluster.namespace(NAMESPACE, &[GATES_LABEL])?;
        let controller = LoadBalancerController::start(cluster, &stage.aws, NAMESPACE)?;
        let pods = Pods::run(&cluster.api, stage.aws.targets(), NAMESPACE, name);
        Ok(Self { name, cluster, helm, controller, _pods: pods })
    }

    /// Installs the app with the values that Terraform gives for this cluster, or upgrades it.
    fn deploy(&self, world: &World, stage: &Stage, tag: &str) -> Result<()> {
        let values =
            world.write(&format!("{}.json", self.name), &upgrade::values(&stage.terraform, self.name)?)?;
        let (chart, values, config) =
            (chart("ipsy-app"), values.to_string_lossy(), world.config.to_string_lossy());
        // A release whose pods never get ready fails after this time.
        let limit = if tag == BROKEN_TAG { "10s" } else { "90s" };
        let mut all = vec!["upgrade", APP, &chart, "--install", "--wait", "--timeout", limit];
        all.extend(["--namespace", NAMESPACE, "--values", &values]);
        let image = format!("image.tag={tag}");
        all.extend(["--set", &image]);
        all.extend(self.helm.post_renderer_flags(&["--config", &config]));
        let outcome = self.helm.run(&all)?;
        outcome
            .ok()
            .with_context(|| format!("the controller reports {:?}", self.controller.problems()))
            .map(drop)
    }

    /// Waits until the pods of the release, and no others, are healthy targets of the cluster's group.
    fn wait_until_healthy(&self, stage: &Stage) -> Result<()> {
        let reached = until("healthy targets", || {
            let (mut targets, mut pods) = (self.targets(stage)?, self.pods()?);
            targets.sort();
            pods.sort();
            Ok(!pods.is_empty() && targets == pods)
        });
        reached.with_context(|| {
            format!(
                "pods {:?}, healthy targets {:?}, problems of the controller {:?}",
                self.pods(),
                self.targets(stage),
                self.controller.problems()
            )
        })
    }

    fn group(&self, stage: &Stage) -> Result<String> {
        Ok(stage.groups(self.name)?.pop().context("the cluster has a target group")?.arn)
    }

    /// Addresses of the healthy targets of the cluster's group.
    fn targets(&self, stage: &Stage) -> Result<Vec<String>> {
        let targets = stage.aws.targets().of(&self.group(stage)?)?;
        Ok(targets.into_iter().filter(|target| target.state == "healthy").map(|target| target.id).collect())
    }

    /// Addresses of the pods.
    fn pods(&self) -> Result<Vec<String>> {
        let pods = self.live_pods()?;
        Ok(pods.iter().filter_map(|pod| pod["status"]["podIP"].as_str().map(ToOwned::to_owned)).collect())
    }

    fn live_pods(&self) -> Result<Vec<Value>> {
        let mut pods = self.cluster.api.list(&format!("/api/v1/namespaces/{NAMESPACE}/pods"))?;
        pods.retain(|pod| pod["metadata"]["deletionTimestamp"].is_null());
        Ok(pods)
    }

    /// Every pod has a readiness gate for its target group, which has passed.
    fn check_gates(&self) -> Result<()> {
        let bindings = self.cluster.api.list(&binding::all(NAMESPACE))?;
        let name = bindings.first().and_then(|binding| binding["metadata"]["name"].as_str());
        let gate = format!("target-health.elbv2.k8s.aws/{}", name.context("the release has a binding")?);
        for pod in self.live_pods()? {
            let gates = &pod["spec"]["readinessGates"];
            ensure!(gates[0]["conditionType"] == gate.as_str(), "{gate} is missing, there are {gates}");
            let conditions = &pod["status"]["conditions"];
            ensure!(has_condition(&pod, &gate), "the gate has not passed: {conditions}");
        }
        Ok(())
    }
}
