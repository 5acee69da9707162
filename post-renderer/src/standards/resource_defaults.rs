//! The standard `resource-defaults`: containers have requests and limits.

use super::resources::{quantity, write};
use super::{Rule, Standard};
use crate::configuration::{Configuration, Mode, ResourceDefaults as Defaults};
use crate::object::{Context, Object};
use yaml_edit::Fault;

/// The rule.
const RULE: Rule = Rule {
    id: "resource-defaults",
    summary: "Containers have requests and limits.",
    effect: "Fills in requests and limits where a container has none, in containers, init containers and sidecars.",
    why: "Pods without requests are placed blindly and evicted first; containers without a memory limit can take a node down.",
    source: "resources.defaults",
    before: "`- name: web`",
    after: "`- name: web` with `resources: {requests: {cpu: 100m}, limits: {memory: 256Mi}}`",
    exempt: "An exception for `resource-defaults` or `resource-defaults/memory`.",
};

/// The standard `resource-defaults`.
pub(super) struct ResourceDefaults;

impl Standard for ResourceDefaults {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn is_on(&self, configuration: &Configuration) -> bool {
        configuration.resources.defaults != Defaults::default() && configuration.resources.mode != Mode::Off
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let resources = &context.configuration.resources;
        for container in object.containers() {
            for (part, defaults) in
                [("limits", &resources.defaults.limits), ("requests", &resources.defaults.requests)]
            {
                for (name, default) in defaults {
                    let other = if part == "limits" { "requests" } else { "limits" };
                    let present = object.tree.at(container.node, &["resources", part, name]).is_some();
                    let opposite = quantity(object, &container, RULE.id, other, name);
                    // A request that is absent is the limit, says Kubernetes; a smaller one would change its meaning.
                    // Beside a limit that we have just written, the request is a default, too.
                    let implied = part == "requests"
                        && opposite.as_ref().is_some_and(|(node, _)| object.tree.offset_of(*node).is_some());
                    if present || implied {
                        continue;
                    }
                    let opposite = opposite.map(|(_, found)| found);
                    if object.is_waived(context, RULE.id, name) {
                        continue;
                    }
                    let value = match &opposite {
                        // A limit below its request, or a request above its limit, is refused by Kubernetes.
                        Some(request) if part == "limits" && request > default => request.clone(),
                        Some(limit) if part == "requests" && limit < default => limit.clone(),
                        _ => default.clone(),
                    };
                    if resources.mode == Mode::Warn {
                        let field = format!("{}.resources.{part}.{name}", object.field_of(&container));
                        let message = format!("is missing; the default would be `{value}`");
                        object.breach(RULE.id, Mode::Warn, container.node, &field, message, "");
                        continue;
                    }
                    write(object, &container, part, name, &value)?;
                }
            }
        }
        Ok(())
    }
}
