//! The standard `probes-present`: containers of long-running pods have probes.

use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, Mode, Probe};
use crate::object::{Context, Object, Role};
use yaml_edit::{Fault, Kind, NodeId};

/// The rule.
const RULE: Rule = Rule {
    id: "probes-present",
    summary: "Containers of long-running pods have probes.",
    effect: "Reports containers of long-running pods that lack the demanded probes.",
    why: "Without a readiness probe every rollout sends requests to pods that cannot answer yet.",
    source: "standards.probesPresent",
    before: "`- name: web`",
    after: "The same, and an error or warning: a probe cannot be invented.",
    exempt: "An exception for `probes-present` or `probes-present/liveness`.",
    parts: Parts::Fixed(&["readiness", "liveness", "startup"]),
};

/// The standard `probes-present`.
pub(super) struct ProbesPresent;

impl Standard for ProbesPresent {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        configuration.standards.probes_present.as_ref().map_or(Mode::Off, |probes| probes.mode)
    }

    fn reads_containers(&self) -> bool {
        true
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let Some(wanted) = &context.configuration.standards.probes_present else { return Ok(()) };
        let runs_long = matches!(
            object.identity.kind.as_str(),
            "Deployment"
                | "StatefulSet"
                | "DaemonSet"
                | "ReplicaSet"
                | "ReplicationController"
                | "Rollout"
                | "CloneSet"
                | "DeploymentConfig"
        );
        if !runs_long {
            return Ok(());
        }
        for container in object.containers().into_iter().filter(|container| container.role == Role::Main) {
            for probe in &wanted.probes {
                let (name, key) = match probe {
                    Probe::Readiness => ("readiness", "readinessProbe"),
                    Probe::Liveness => ("liveness", "livenessProbe"),
                    Probe::Startup => ("startup", "startupProbe"),
                };
                if !has_probe(object, container.node, key) && !object.is_waived(context, RULE.id, name) {
                    let field = format!("{}.{key}", object.field_of(&container));
                    let help = "add the probe in the chart's values or by an advanced setting";
                    object.breach(
                        &format!("{}/{name}", RULE.id),
                        wanted.mode,
                        container.node,
                        &field,
                        "is missing".to_owned(),
                        help,
                    );
                }
            }
        }
        Ok(())
    }
}

/// Whether a container has the probe. One without a handler, such as `null` or `{}`, is none.
fn has_probe(object: &Object<'_, '_>, container: NodeId, key: &str) -> bool {
    object.tree.get(container, key).is_some_and(|probe| {
        ["exec", "grpc", "httpGet", "tcpSocket"].iter().any(|handler| {
            let handler = object.tree.get(probe, handler).map(|handler| object.tree.follow(handler));
            handler.is_some_and(|handler| object.tree.node(handler).kind == Kind::Mapping)
        })
    })
}
