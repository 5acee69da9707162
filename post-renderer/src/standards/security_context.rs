//! The standard `security-context`: pods and containers have secure defaults.

use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use serde_json::Value;
use yaml_edit::{Fault, NodeId};

const SECTION: &str = "securityContext";

/// The rule.
const RULE: Rule = Rule {
    id: "security-context",
    summary: "Pods and containers have secure defaults.",
    effect: "Fills in fields of the pods' and containers' security contexts.",
    why: "What no one sets is open: root users, privilege escalation, all capabilities, no seccomp profile.",
    source: "standards.securityContext",
    before: "`securityContext: {}`",
    after: "`securityContext: {allowPrivilegeEscalation: false}`",
    exempt: "An exception for `security-context` or `security-context/runAsNonRoot`.",
    parts: Parts::Named("a field, such as `runAsNonRoot`"),
};

/// The standard `security-context`.
pub(super) struct SecurityContext;

impl Standard for SecurityContext {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        configuration.standards.security_context.as_ref().map_or(Mode::Off, |context| context.mode)
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let Some(wanted) = &context.configuration.standards.security_context else { return Ok(()) };
        for (pod, (key, value)) in
            object.pods().iter().flat_map(|pod| wanted.pod.iter().map(move |field| (pod, field)))
        {
            if is_due(object, context, pod.spec, key, value, wanted.mode) {
                let spec = object.spec_for_change(pod)?;
                let target = object.tree.mapping(spec, &[SECTION])?;
                object.tree.set(target, key, value)?;
            }
        }
        for container in object.containers() {
            for (key, value) in &wanted.container {
                if is_due(object, context, container.node, key, value, wanted.mode) {
                    let node = object.for_change(&container)?;
                    let target = object.tree.mapping(node, &[SECTION])?;
                    object.tree.set(target, key, value)?;
                }
            }
        }
        Ok(())
    }
}

/// Whether the field has to be written; what is only reported is reported here.
fn is_due(
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
    owner: NodeId,
    key: &str,
    value: &Value,
    mode: Mode,
) -> bool {
    let found = object.tree.at(owner, &[SECTION, key]);
    if found.is_some_and(|found| object.tree.is(found, value)) || object.is_waived(context, RULE.id, key) {
        return false;
    }
    if mode == Mode::Enforce || (mode == Mode::Default && found.is_none()) {
        return true;
    }
    let field = format!("{}.{SECTION}.{key}", object.tree.field(owner));
    object.breach(RULE.id, mode, found.unwrap_or(owner), &field, format!("should be `{value}`"), "");
    false
}
