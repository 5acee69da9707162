//! One `TargetGroupBinding`: the targets that it wants in its target group, registered, watched and deregistered.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::endpoint::{Endpoint, endpoints};
use crate::aws_bench::{Target, Targets};
use crate::cluster::Api;

/// Where the API server lists the bindings of a namespace.
pub(crate) fn all(namespace: &str) -> String {
    format!("/apis/elbv2.k8s.aws/v1beta1/namespaces/{namespace}/targetgroupbindings")
}

/// Keeps a deleted binding until its targets are deregistered.
const FINALIZER: &str = "elbv2.k8s.aws/resources";
/// How the condition of a readiness gate begins; the name of the binding follows.
const GATE: &str = "target-health.elbv2.k8s.aws/";

/// A binding as the API server has it.
pub(super) struct Binding {
    object: Value,
    namespace: String,
    name: String,
}

impl Binding {
    pub(super) fn of(object: Value) -> Result<Self> {
        let text = |name: &str| object["metadata"][name].as_str().map(ToOwned::to_owned);
        let namespace = text("namespace").context("a binding has a namespace")?;
        let name = text("name").context("a binding has a name")?;
        Ok(Self { object, namespace, name })
    }

    /// Registers, watches and deregisters targets.
    pub(super) fn reconcile(&self, api: &Api, targets: &Targets) -> Result<()> {
        if self.object["metadata"]["deletionTimestamp"].is_string() {
            return self.clean_up(api, targets);
        }
        if !self.finalizers().contains(&FINALIZER) {
            let finalizers = [self.finalizers(), vec![FINALIZER]].concat();
            api.patch(&self.path(), &json!({ "metadata": { "finalizers": finalizers } }))?;
        }
        let group = self.group(targets)?;
        let wanted = endpoints(api, &self.namespace, &self.object["spec"]["serviceRef"], &self.gate())?;
        let registered = registered(targets, &group)?;
        for target in registered.iter().filter(|target| !wanted.iter().any(|pod| pod.is(target))) {
            targets.deregister(&group, &target.id, target.port)?;
        }
        for pod in &wanted {
            let target = registered.iter().find(|target| pod.is(target));
            if target.is_none() {
                targets.register(&group, &pod.address, pod.port)?;
            }
            self.set_gate(api, pod, target)?;
        }
        let generation = &self.object["metadata"]["generation"];
        if self.object["status"]["observedGeneration"] != *generation {
            let status = json!({ "status": { "observedGeneration": generation } });
            api.patch(&format!("{}/status", self.path()), &status)?;
        }
        Ok(())
    }

    /// Deregisters all targets, as the controller does for a group that it does not share with another cluster.
    fn clean_up(&self, api: &Api, targets: &Targets) -> Result<()> {
        // A group that was deleted before its binding has no targets.
        if let Ok(group) = self.group(targets) {
            for target in registered(targets, &group)? {
                targets.deregister(&group, &target.id, target.port)?;
            }
        }
        let others: Vec<&str> = self.finalizers().into_iter().filter(|name| *name != FINALIZER).collect();
        api.patch(&self.path(), &json!({ "metadata": { "finalizers": others } }))
    }

    fn group(&self, targets: &Targets) -> Result<String> {
        let spec = &self.object["spec"];
        match (spec["targetGroupARN"].as_str(), spec["targetGroupName"].as_str()) {
            (Some(arn), _) => Ok(arn.to_owned()),
            (None, Some(name)) => targets.group(name),
            (None, None) => anyhow::bail!("it names no target group"),
        }
    }

    fn gate(&self) -> String {
        format!("{GATE}{}", self.name)
    }

    /// Reports the health of a pod's target in the pod's readiness gate, if it has one.
    fn set_gate(&self, api: &Api, pod: &Endpoint, target: Option<&Target>) -> Result<()> {
        let gate = self.gate();
        if !pod.has_gate(&gate) {
            return Ok(());
        }
        let is_healthy = target.is_some_and(|target| target.state == "healthy");
        let status = if is_healthy { "True" } else { "False" };
        let known = pod.condition(&gate);
        if known.is_some_and(|known| known["status"] == status) {
            return Ok(());
        }
        let reason =
            target.and_then(|target| target.reason.as_deref()).unwrap_or("Elb.RegistrationInProgress");
        let reason = if is_healthy { "" } else { reason };
        let condition = json!({ "type": gate, "status": status, "reason": reason });
        let path = format!("/api/v1/namespaces/{}/pods/{}/status", self.namespace, pod.name);
        api.patch_lists(&path, &json!({ "status": { "conditions": [condition] } }))
    }

    fn finalizers(&self) -> Vec<&str> {
        let list = self.object["metadata"]["finalizers"].as_array();
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn path(&self) -> String {
        format!("{}/{}", all(&self.namespace), self.name)
    }
}

/// The targets of a group that are not on their way out.
fn registered(targets: &Targets, group: &str) -> Result<Vec<Target>> {
    Ok(targets.of(group)?.into_iter().filter(|target| target.state != "draining").collect())
}
