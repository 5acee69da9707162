//! The standard `resource-maximum`: no request or limit is above the maximum.

use super::resources::{
    Owner, Stated, bound, is_stated_by_pod, is_unbounded_without_limit, refuse_empty, stated,
};
use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::object::{Container, Context, Object, Pod, Role};
use crate::quantity::Quantity;
use std::cmp::Ordering;
use yaml_edit::Fault;

/// The rule.
const RULE: Rule = Rule {
    id: "resource-maximum",
    summary: "No request or limit is above the maximum, and no container is without a limit.",
    effect: "Brings requests and limits of containers and pods above the configured maximum down to it. A container without a limit for cpu, memory or ephemeral storage (a limit of 0 is none) gets `resources.defaults.limits` or else the maximum; without a request as well, it is an error.",
    why: "A single container must not be able to ask for a whole node, or for more than any node has.",
    source: "resources.maximum",
    before: "`limits: {memory: 32Gi}`",
    after: "`limits: {memory: 8Gi}` with `maximum: {memory: 8Gi}`",
    exempt: "An exception for `resource-maximum` or `resource-maximum/memory`.",
    parts: Parts::Named("a resource, such as `memory`"),
};

/// The standard `resource-maximum`.
pub(super) struct ResourceMaximum;

impl Standard for ResourceMaximum {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        if configuration.resources.maximum.is_empty() { Mode::Off } else { configuration.resources.mode }
    }

    fn reads_containers(&self) -> bool {
        true
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let maximum = &context.configuration.resources.maximum;
        for container in object.containers() {
            bound(object, context, Owner::Container(&container), RULE.id, maximum, Ordering::Greater)?;
            let pod = object.pod_of(&container);
            for (name, most) in maximum {
                // The limit of the pod, if it states one, holds for the container as well.
                if !pod.is_some_and(|pod| is_stated_by_pod(object, &pod, name)) {
                    limit(object, context, &container, name, most)?;
                }
            }
        }
        for pod in object.pods() {
            bound(object, context, Owner::Pod(&pod), RULE.id, maximum, Ordering::Greater)?;
            for (name, most) in maximum {
                if is_stated_by_pod(object, &pod, name) {
                    limit_pod(object, context, &pod, name, most)?;
                }
            }
            refuse_empty(object, context, Owner::Pod(&pod), RULE.id, "limits", maximum);
        }
        for container in object.containers() {
            refuse_empty(object, context, Owner::Container(&container), RULE.id, "limits", maximum);
        }
        Ok(())
    }
}

/// Gives a container without a limit the maximum as its limit.
fn limit(
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
    container: &Container,
    name: &str,
    most: &Quantity,
) -> Result<(), Fault> {
    let owner = Owner::Container(container);
    let is_unbounded = is_unbounded_without_limit(name)
        && stated(object, context, owner, RULE.id, "limits", name).is_absent();
    if !is_unbounded || object.is_waived(context, RULE.id, name) {
        return Ok(());
    }
    let mode = context.configuration.resources.mode;
    let request = stated(object, context, owner, RULE.id, "requests", name);
    let problem = match request {
        _ if container.role == Role::Ephemeral => {
            Some("Kubernetes allows no limit here; remove the ephemeral container: `kubectl debug` adds one")
        }
        Stated::Absent | Stated::Empty(_) => {
            Some("set a request: without one, Kubernetes would request the whole limit")
        }
        Stated::Invalid => return Ok(()),
        Stated::Amount(..) => None,
    };
    let id = format!("{}/{name}", RULE.id);
    let field = owner.field(object, "limits", name);
    if let Some(help) = problem {
        let message = format!("without a limit, the container is above the maximum of `{most}`");
        object.breach(&id, mode, container.node, &field, message, help);
        return Ok(());
    }
    if mode != Mode::Enforce {
        let message = format!("without a limit, the container is above the maximum of `{most}`");
        let help = "set a limit in the chart's values, or a default in `resources.defaults.limits`";
        object.breach(&id, mode, container.node, &field, message, help);
        return Ok(());
    }
    // A limit that is too far above its request would have the ratio raise the request.
    let ratio = context.configuration.resources.limit_request_ratio.get(name);
    let value = request
        .amount()
        .zip(ratio)
        .map(|(request, ratio)| request.multiplied(ratio))
        .filter(|value| !value.is_zero() && value < most)
        .unwrap_or_else(|| most.clone());
    let message = format!("without a limit, the container is above the maximum; its limit is now `{value}`");
    object.mended(&id, container.node, &field, message);
    owner.write(object, "limits", name, &value)
}

/// Gives a pod that states the resource the maximum as its limit, if neither the pod nor all its containers have one,
/// and checks that the requests of its containers fit.
fn limit_pod(
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
    pod: &Pod,
    name: &str,
    most: &Quantity,
) -> Result<(), Fault> {
    let owner = Owner::Pod(pod);
    let mode = context.configuration.resources.mode;
    let id = format!("{}/{name}", RULE.id);
    let containers = object.containers_of(pod);
    let mut lacks_limit = |owner| stated(object, context, owner, RULE.id, "limits", name).is_absent();
    let is_unbounded = is_unbounded_without_limit(name)
        && lacks_limit(owner)
        && containers.iter().any(|container| lacks_limit(Owner::Container(container)));
    if is_unbounded && !object.is_waived(context, RULE.id, name) {
        let field = owner.field(object, "limits", name);
        if mode == Mode::Enforce {
            let message = format!("without a limit, the pod is above the maximum; its limit is now `{most}`");
            object.mended(&id, pod.spec, &field, message);
            owner.write(object, "limits", name, most)?;
        } else {
            let message = format!("without a limit, the pod is above the maximum of `{most}`");
            object.breach(&id, mode, pod.spec, &field, message, "set a limit in the chart's values");
        }
    }
    let mut together = 0_i128;
    for container in &containers {
        if matches!(container.role, Role::Main | Role::Sidecar) {
            let owner = Owner::Container(container);
            let request = stated(object, context, owner, RULE.id, "requests", name);
            together += request.amount().map_or(0, Quantity::nano);
        }
    }
    if together > most.nano() && !object.is_waived(context, RULE.id, name) {
        let field = owner.field(object, "requests", name);
        let message = format!("the containers together request more than the pod's maximum of `{most}`");
        let help = "lower the requests of the containers in the chart's values, or ask for an exception";
        object.breach(&id, mode, pod.spec, &field, message, help);
    }
    Ok(())
}
