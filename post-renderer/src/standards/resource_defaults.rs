//! The standard `resource-defaults`: containers have requests and limits.

use super::resources::{Owner, is_stated_by_pod, stated};
use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, Mode, ResourceDefaults as Defaults};
use crate::object::{Container, Context, Object, Role};
use crate::quantity::Quantity;
use yaml_edit::Fault;

/// The rule.
const RULE: Rule = Rule {
    id: "resource-defaults",
    summary: "Containers have requests and limits.",
    effect: "Fills in requests and limits where a container has none (a limit of 0 is none), in containers, init containers and sidecars. Where the pod states the resource for all its containers (`spec.resources`), nothing is filled in.",
    why: "Pods without requests are placed blindly and evicted first; containers without a memory limit can take a node down.",
    source: "resources.defaults",
    before: "`- name: web`",
    after: "`- name: web` with `resources: {requests: {cpu: 100m}, limits: {memory: 256Mi}}`",
    exempt: "An exception for `resource-defaults` or `resource-defaults/memory`.",
    parts: Parts::Named("a resource, such as `memory`"),
};

/// The standard `resource-defaults`.
pub(super) struct ResourceDefaults;

impl Standard for ResourceDefaults {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        if configuration.resources.defaults == Defaults::default() {
            Mode::Off
        } else {
            configuration.resources.mode
        }
    }

    fn reads_containers(&self) -> bool {
        true
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        for container in object.containers() {
            // Kubernetes allows ephemeral containers no resources.
            if container.role != Role::Ephemeral {
                fill(object, context, &container)?;
            }
        }
        Ok(())
    }
}

fn fill(object: &mut Object<'_, '_>, context: &Context<'_>, container: &Container) -> Result<(), Fault> {
    let Defaults { requests, limits } = &context.configuration.resources.defaults;
    let owner = Owner::Container(container);
    let pod = object.pod_of(container);
    let mut due: Vec<(&str, &str, Quantity)> = Vec::new();
    let mut names: Vec<&String> = limits.keys().chain(requests.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        // The containers share what the pod states for all of them; a default could exceed it.
        if pod.is_some_and(|pod| is_stated_by_pod(object, &pod, name)) {
            continue;
        }
        let limit = stated(object, context, owner, RULE.id, "limits", name);
        let request = stated(object, context, owner, RULE.id, "requests", name);
        let limit_default = limits.get(name).filter(|_| limit.is_absent());
        // In Kubernetes an absent request equals the limit; a smaller one would change its meaning.
        let request_default = requests.get(name).filter(|_| request.is_absent() && limit.is_absent());
        if limit_default.is_none() && request_default.is_none() || object.is_waived(context, RULE.id, name) {
            continue;
        }
        // A limit below its request, or a request above its limit, is refused by Kubernetes.
        if let Some(default) = limit_default {
            due.push((
                "limits",
                name,
                request.amount().map_or(default, |request| request.max(default)).clone(),
            ));
        }
        if let Some(default) = request_default {
            due.push(("requests", name, limit_default.map_or(default, |limit| limit.min(default)).clone()));
        }
    }
    due.sort_by_key(|(part, ..)| *part);
    for (part, name, value) in due {
        if context.configuration.resources.mode == Mode::Warn {
            let field = owner.field(object, part, name);
            let message = format!("is missing; the default would be `{value}`");
            let id = format!("{}/{name}", RULE.id);
            object.breach(&id, Mode::Warn, container.node, &field, message, "");
        } else {
            owner.write(object, part, name, &value)?;
        }
    }
    Ok(())
}
