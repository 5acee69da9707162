//! The standard `probes-present`: containers of long-running pods have probes.

use super::{Rule, Standard};
use crate::configuration::{Configuration, Mode, Probe};
use crate::object::{Context, Object, Role};
use yaml_edit::Fault;

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
};

/// The standard `probes-present`.
pub(super) struct ProbesPresent;

impl Standard for ProbesPresent {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn is_on(&self, configuration: &Configuration) -> bool {
        configuration.standards.probes_present.as_ref().is_some_and(|probes| probes.mode != Mode::Off)
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let Some(wanted) = &context.configuration.standards.probes_present else { return Ok(()) };
        let runs_long = matches!(
            object.identity.kind.as_str(),
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Rollout"
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
                let missing = object.tree.get(container.node, key).is_none();
                if missing && !object.is_waived(context, RULE.id, name) {
                    let field = format!("{}.{key}", object.field_of(&container));
                    let help = "add the probe in the chart's values or by an advanced setting";
                    object.breach(
                        RULE.id,
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
