//! The standard `replicas-owner`: an autoscaler alone sets the number of replicas.

use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use yaml_edit::Fault;

/// The rule.
const RULE: Rule = Rule {
    id: "replicas-owner",
    summary: "An autoscaler alone sets the number of replicas.",
    effect: "Takes `spec.replicas` out where a `HorizontalPodAutoscaler` or `ScaledObject` of the stream owns it.",
    why: "A written number resets what the autoscaler chose at every deploy: pods are killed under load.",
    source: "standards.replicasOwner",
    before: "`spec: {replicas: 3}` with an autoscaler for the workload",
    after: "`spec: {}`",
    exempt: "`standards: {replicasOwner: {mode: off}}`, or an exception for `replicas-owner`.",
    parts: Parts::None,
};

/// The standard `replicas-owner`.
pub(super) struct ReplicasOwner;

impl Standard for ReplicasOwner {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        configuration.standards.replicas_owner.mode
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let mode = context.configuration.standards.replicas_owner.mode;
        if !context.owners.own(object.identity, context.namespace) {
            return Ok(());
        }
        let Some(found) = object.tree.at(object.root, &["spec", "replicas"]) else { return Ok(()) };
        if object.is_waived(context, RULE.id, "") {
            return Ok(());
        }
        if mode == Mode::Warn {
            let help = "leave `spec.replicas` out, so that the autoscaler alone sets it";
            object.breach(RULE.id, mode, found, "spec.replicas", "an autoscaler owns it".to_owned(), help);
            return Ok(());
        }
        let spec = object.tree.mapping(object.root, &["spec"])?;
        if let Some(replicas) = object.tree.member(spec, "replicas")? {
            object.tree.remove(replicas)?;
        }
        Ok(())
    }
}
