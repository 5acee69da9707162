//! The standard `spread`: replicated workloads are spread over zones.

use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use crate::refused_fields::Platform;
use serde_json::{Value, json};
use yaml_edit::{Fault, Scalar};

const KEY: &str = "topologySpreadConstraints";

/// The rule.
const RULE: Rule = Rule {
    id: "spread",
    summary: "Replicated workloads are spread over zones.",
    effect: "Adds topology spread constraints to replicated workloads that have none.",
    why: "Without them the scheduler may put all replicas into one zone, which then takes the app down with it.",
    source: "standards.spread",
    before: "`spec: {replicas: 3, template: {spec: {containers: […]}}}`",
    after: "The pod gets `topologySpreadConstraints` over the zone with the selector of the workload.",
    exempt: "An exception for `spread`.",
    parts: Parts::None,
};

/// The standard `spread`.
pub(super) struct Spread;

impl Standard for Spread {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        configuration.standards.spread.as_ref().map_or(Mode::Off, |spread| spread.mode)
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let Some(wanted) = &context.configuration.standards.spread else { return Ok(()) };
        let replicated =
            matches!(object.identity.kind.as_str(), "Deployment" | "StatefulSet" | "ReplicaSet" | "Rollout");
        let Some(pod) = object.pods().into_iter().next().filter(|_| replicated) else { return Ok(()) };
        if !Platform::of(object, Some(&pod)).takes_in_pod(KEY) {
            return Ok(());
        }
        let spec = pod.spec;
        let replicas = object.tree.at(object.root, &["spec", "replicas"]).and_then(|found| {
            match object.tree.scalar(found) {
                Some(Scalar::Number(number)) => number.as_i64(),
                _ => None,
            }
        });
        let present = object
            .tree
            .get(spec, KEY)
            .is_some_and(|found| object.tree.children(object.tree.follow(found)).next().is_some());
        // One replica cannot be spread; an autoscaled workload has no number.
        if present || replicas.is_some_and(|replicas| replicas < 2) {
            return Ok(());
        }
        let Some(selector) = object.tree.at(object.root, &["spec", "selector"]) else { return Ok(()) };
        let Ok(selector) = object.tree.value(selector) else { return Ok(()) };
        if object.is_waived(context, RULE.id, "") {
            return Ok(());
        }
        if wanted.mode == Mode::Warn {
            object.breach(
                RULE.id,
                Mode::Warn,
                spec,
                KEY,
                "is missing".to_owned(),
                "spread the replicas over zones",
            );
            return Ok(());
        }
        let constraints = wanted.topology_keys.iter().map(|key| {
            json!({
                "maxSkew": wanted.max_skew,
                "topologyKey": key,
                "whenUnsatisfiable": wanted.when_unsatisfiable.as_str(),
                "labelSelector": selector,
            })
        });
        let constraints = Value::Array(constraints.collect());
        let spec = object.spec_for_change(&pod)?;
        object.tree.set(spec, KEY, &constraints)?;
        Ok(())
    }
}
