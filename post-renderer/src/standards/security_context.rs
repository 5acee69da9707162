//! # What it does
//! Fills in fields of the pods' and containers' security contexts.
//! # Why
//! What no one sets is open: root users, privilege escalation, all capabilities, no seccomp profile.
//! # Before
//! `securityContext: {}`
//! # After
//! `securityContext: {allowPrivilegeEscalation: false}`
//! # How to opt out
//! An exception for `security_context` or `security_context/runAsNonRoot`.

use super::Standard;
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use crate::yaml::{Fault, NodeId};
use serde_json::Value;

const SECTION: &str = "securityContext";

/// The standard `security_context`.
pub(super) struct SecurityContext;

impl Standard for SecurityContext {
    fn id(&self) -> &'static str {
        "security_context"
    }

    fn summary(&self) -> &'static str {
        "Pods and containers have secure defaults."
    }

    fn why(&self) -> &'static str {
        "What no one sets is open: root users, privilege escalation, all capabilities, no seccomp profile."
    }

    fn source(&self) -> &'static str {
        "standards.securityContext"
    }

    fn is_on(&self, configuration: &Configuration) -> bool {
        configuration.standards.security_context.as_ref().is_some_and(|context| context.mode != Mode::Off)
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let Some(wanted) = &context.configuration.standards.security_context else { return Ok(()) };
        let Some(spec) = object.pod_spec() else { return Ok(()) };
        for (key, value) in &wanted.pod {
            if self.is_due(object, context, spec, key, value, wanted.mode) {
                let Some(spec) = object.pod_spec_for_change()? else { continue };
                let target = object.tree.mapping(spec, &[SECTION])?;
                object.tree.set(target, key, value)?;
            }
        }
        for container in object.containers() {
            for (key, value) in &wanted.container {
                if self.is_due(object, context, container.node, key, value, wanted.mode) {
                    let node = object.for_change(&container)?;
                    let target = object.tree.mapping(node, &[SECTION])?;
                    object.tree.set(target, key, value)?;
                }
            }
        }
        Ok(())
    }
}

impl SecurityContext {
    /// Whether the field has to be written; what is only reported is reported here.
    fn is_due(
        &self,
        object: &mut Object<'_, '_>,
        context: &Context<'_>,
        owner: NodeId,
        key: &str,
        value: &Value,
        mode: Mode,
    ) -> bool {
        let found = object.tree.at(owner, &[SECTION, key]);
        if found.is_some_and(|found| object.tree.is(found, value))
            || object.is_waived(context, self.id(), key)
        {
            return false;
        }
        if mode == Mode::Enforce || (mode == Mode::Default && found.is_none()) {
            return true;
        }
        let field = format!("{}.{SECTION}.{key}", object.tree.field(owner));
        object.breach(self.id(), mode, found.unwrap_or(owner), &field, format!("should be `{value}`"), "");
        false
    }
}
