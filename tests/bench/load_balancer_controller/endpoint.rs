//! The pods behind a Service that belong into a target group: from its `EndpointSlice` objects, as the controller reads
//! them.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::aws_bench::Target;
use crate::cluster::{Api, has_condition};

/// A pod that belongs into a target group.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// The pod's name.
    pub(super) name: String,
    /// The pod's address.
    pub(super) address: String,
    /// The port that the Service leads to.
    pub(super) port: u16,
    pod: Value,
}

impl Endpoint {
    /// Whether a target is this pod.
    pub(super) fn is(&self, target: &Target) -> bool {
        self.address == target.id && self.port == target.port
    }

    /// Whether the pod waits for a readiness gate.
    pub(super) fn has_gate(&self, gate: &str) -> bool {
        let gates = self.pod["spec"]["readinessGates"].as_array();
        gates.is_some_and(|gates| gates.iter().any(|one| one["conditionType"] == gate))
    }

    /// A condition of the pod.
    pub(super) fn condition(&self, kind: &str) -> Option<&Value> {
        self.pod["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == kind)
    }
}

/// The pods that belong into a target group: those that are ready, and those that wait only for the gate. `service` is the
/// `serviceRef` of a binding.
pub(super) fn endpoints(api: &Api, namespace: &str, service: &Value, gate: &str) -> Result<Vec<Endpoint>> {
    let name = service["name"].as_str().context("a binding names a Service")?;
    let Some(live) = api.get(&format!("/api/v1/namespaces/{namespace}/services/{name}"))? else {
        return Ok(Vec::new());
    };
    let port = &service["port"];
    let mut ports = live["spec"]["ports"].as_array().into_iter().flatten();
    let port = ports.find(|one| one["name"] == *port || one["port"] == *port);
    let port = port.with_context(|| format!("Service {name} has no port {}", service["port"]))?;
    let slices = api.list(&format!(
        "/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices\
         ?labelSelector=kubernetes.io/service-name%3D{name}"
    ))?;
    let mut found = Vec::new();
    for slice in &slices {
        let mut ports = slice["ports"].as_array().into_iter().flatten();
        // A Service with one port may leave its name out.
        let is_it = |one: &&Value| one["name"].as_str().unwrap_or("") == port["name"].as_str().unwrap_or("");
        let Some(number) = ports.find(is_it).and_then(|one| one["port"].as_u64()) else { continue };
        for endpoint in slice["endpoints"].as_array().into_iter().flatten() {
            let Some(pod) = endpoint["targetRef"]["name"].as_str() else { continue };
            let Some(live) = api.get(&format!("/api/v1/namespaces/{namespace}/pods/{pod}"))? else {
                continue;
            };
            let address = endpoint["addresses"][0].as_str().context("an endpoint has an address")?;
            let candidate = Endpoint {
                name: pod.to_owned(),
                address: address.to_owned(),
                port: u16::try_from(number)?,
                pod: live,
            };
            let waits = candidate.has_gate(gate)
                && has_condition(&candidate.pod, "ContainersReady")
                && candidate.pod["metadata"]["deletionTimestamp"].is_null();
            if endpoint["conditions"]["ready"] == true || waits {
                found.push(candidate);
            }
        }
    }
    Ok(found)
}
