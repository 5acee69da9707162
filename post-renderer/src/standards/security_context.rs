//! The standard `security-context`: pods and containers have secure defaults.

use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, Mode, SecurityContext as Wanted};
use crate::object::{Container, Context, Object, Pod};
use crate::refused_fields::Platform;
use serde_json::{Map, Value};
use std::borrow::Cow;
use yaml_edit::{Fault, NodeId, Tree};

const SECTION: &str = "securityContext";
const ESCALATION: &str = "allowPrivilegeEscalation";
const NON_ROOT: &str = "runAsNonRoot";
const DROP: &[&str] = &["capabilities", "drop"];

/// The rule.
const RULE: Rule = Rule {
    id: "security-context",
    summary: "Pods and containers have secure defaults.",
    effect: "Fills in fields of the pods' and containers' security contexts. It reports what Kubernetes would refuse beside other fields, and leaves out what Windows pods and Knative do not take.",
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

    fn reads_containers(&self) -> bool {
        true
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let Some(wanted) = &context.configuration.standards.security_context else { return Ok(()) };
        for pod in object.pods() {
            apply_in(Some(&pod), wanted, object, context)?;
        }
        // Templates of Argo Workflows and the like hold containers without a pod.
        apply_in(None, wanted, object, context)
    }
}

/// Applies the standard to one pod and its containers, or to the containers that have no pod.
fn apply_in(
    pod: Option<&Pod>,
    wanted: &Wanted,
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
) -> Result<(), Fault> {
    let platform = Platform::of(object, pod);
    let in_pod = |key: &str| platform.takes_in_pod_context(key);
    // Knative takes no security context of pods, but most of it in containers.
    let moved = wanted.pod.iter().filter(|(key, _)| !in_pod(key) && !wanted.container.contains_key(*key));
    let moved = moved.filter(|_| platform == Platform::Knative);
    let of_containers: Vec<(&String, &Value)> = wanted
        .container
        .iter()
        .chain(moved)
        .filter(|(key, _)| platform.takes_in_container_context(key))
        .collect();
    let of_pod: Vec<(&String, &Value)> = wanted.pod.iter().filter(|(key, _)| in_pod(key)).collect();
    // Whether these are valid depends on others, so they come after those that may be overwritten.
    let is_dependent = |key: &str| wanted.mode == Mode::Enforce && matches!(key, ESCALATION | NON_ROOT);
    for dependent in [false, true] {
        if let Some(pod) = pod {
            for (key, value) in of_pod.iter().filter(|(key, _)| is_dependent(key) == dependent) {
                apply_to(&Owner::Pod(*pod), key, value, wanted.mode, object, context)?;
            }
        }
        for container in containers_in(pod, object) {
            let owner = Owner::Container(container);
            for (key, value) in of_containers.iter().filter(|(key, _)| is_dependent(key) == dependent) {
                apply_to(&owner, key, value, wanted.mode, object, context)?;
            }
        }
    }
    Ok(())
}

/// The containers of a pod, or those without one.
fn containers_in(pod: Option<&Pod>, object: &Object<'_, '_>) -> Vec<Container> {
    if let Some(pod) = pod {
        return object.containers_of(pod);
    }
    let all = object.containers().into_iter();
    all.filter(|container| object.pod_of(container).is_none()).collect()
}

/// What a security context belongs to.
enum Owner {
    Pod(Pod),
    Container(Container),
}

impl Owner {
    fn node(&self, object: &Object<'_, '_>) -> Option<NodeId> {
        match self {
            Self::Pod(pod) => object.spec_of(pod),
            Self::Container(container) => Some(container.node),
        }
    }

    fn node_for_change(&self, object: &mut Object<'_, '_>) -> Result<NodeId, Fault> {
        match self {
            Self::Pod(pod) => object.spec_for_change(pod),
            Self::Container(container) => object.for_change(container),
        }
    }
}

/// Applies one member of a security context, each of its own members by itself: `capabilities: {drop: [ALL]}` does
/// not affect `add`.
fn apply_to(
    owner: &Owner,
    key: &str,
    value: &Value,
    mode: Mode,
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
) -> Result<(), Fault> {
    // The members of a profile depend on its type.
    let is_whole = matches!(key, "seccompProfile" | "appArmorProfile");
    match value.as_object().filter(|members| !is_whole && !members.is_empty()) {
        Some(members) => members.iter().try_for_each(|(member, value)| {
            apply_field(owner, &[SECTION, key, member], value, mode, object, context)
        }),
        None => apply_field(owner, &[SECTION, key], value, mode, object, context),
    }
}

fn apply_field(
    owner: &Owner,
    path: &[&str],
    value: &Value,
    mode: Mode,
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
) -> Result<(), Fault> {
    let Some(node) = owner.node(object) else { return Ok(()) };
    let key = path.get(1).copied().unwrap_or_default();
    let found = object.tree.at(node, path).filter(|found| !is_absent(object.tree, *found));
    if found.is_some_and(|found| meets(object.tree, found, path, value))
        || object.is_waived(context, RULE.id, key)
    {
        return Ok(());
    }
    let field = format!("{}.{}", object.tree.field(node), path.join("."));
    if let Some(reason) = contradiction(object, owner, key, value) {
        let help = format!("change the chart, or add an exception for `{}/{key}`", RULE.id);
        object.breach(RULE.id, mode, found.unwrap_or(node), &field, reason, &help);
        return Ok(());
    }
    if mode != Mode::Enforce && (mode != Mode::Default || found.is_some()) {
        object.breach(RULE.id, mode, found.unwrap_or(node), &field, format!("should be `{value}`"), "");
        return Ok(());
    }
    let value = found.map_or_else(|| value.clone(), |found| beside(object.tree, found, path, value));
    let node = owner.node_for_change(object)?;
    let Some((member, above)) = path.split_last() else { return Ok(()) };
    let target = object.tree.mapping(node, above)?;
    object.tree.set(target, member, &value)?;
    Ok(())
}

/// `null` and `{}` say nothing.
fn is_absent(tree: &Tree<'_>, id: NodeId) -> bool {
    tree.is(id, &Value::Null) || tree.is(id, &Value::Object(Map::new()))
}

/// Whether what is there is at least what is wanted: to drop more capabilities is stricter.
fn meets(tree: &Tree<'_>, found: NodeId, path: &[&str], value: &Value) -> bool {
    let dropped = texts(tree, found);
    tree.is(found, value)
        || path.ends_with(DROP)
            && value.as_array().is_some_and(|wanted| {
                let is_dropped = |wanted: &Value| dropped.iter().any(|dropped| *wanted == **dropped);
                dropped.iter().any(|dropped| dropped == "ALL") || wanted.iter().all(is_dropped)
            })
}

/// What is written over what is there: a capability that is dropped stays so.
fn beside(tree: &Tree<'_>, found: NodeId, path: &[&str], value: &Value) -> Value {
    match value.as_array().filter(|_| path.ends_with(DROP)) {
        Some(wanted) if !wanted.contains(&Value::from("ALL")) => {
            let mut all: Vec<Value> = texts(tree, found).into_iter().map(Value::from).collect();
            let missing: Vec<Value> = wanted.iter().filter(|wanted| !all.contains(wanted)).cloned().collect();
            all.extend(missing);
            Value::Array(all)
        }
        _ => value.clone(),
    }
}

/// Why a value cannot be beside what else is there, if so.
fn contradiction(object: &Object<'_, '_>, owner: &Owner, key: &str, value: &Value) -> Option<String> {
    let node = owner.node(object)?;
    match (key, value) {
        (ESCALATION, Value::Bool(false)) => {
            let reason = escalates(object.tree, node)?;
            Some(format!("`{ESCALATION}: false` is refused by Kubernetes beside {reason}"))
        }
        (NON_ROOT, Value::Bool(true)) if runs_as_root(object, owner) => {
            Some(format!("with `{NON_ROOT}: true`, no container starts that has `runAsUser: 0`"))
        }
        _ => None,
    }
}

/// What lets a container gain privileges in any case.
fn escalates(tree: &Tree<'_>, container: NodeId) -> Option<String> {
    let context = tree.get(container, SECTION)?;
    if tree.get(context, "privileged").is_some_and(|found| tree.is(found, &Value::Bool(true))) {
        return Some("`privileged: true`".to_owned());
    }
    let added = tree.at(context, &["capabilities", "add"])?;
    let added = texts(tree, added);
    let all_powerful = added.iter().find(|added| matches!(added.as_str(), "SYS_ADMIN" | "CAP_SYS_ADMIN"))?;
    Some(format!("the capability `{all_powerful}`"))
}

/// Whether the container, or a container that the pod's setting reaches, runs as root by its own word.
fn runs_as_root(object: &Object<'_, '_>, owner: &Owner) -> bool {
    let tree = &object.tree;
    let is_set_to = |owner: NodeId, key: &str, value: Value| {
        tree.at(owner, &[SECTION, key]).map(|found| tree.is(found, &value))
    };
    let is_root = |owner: NodeId| is_set_to(owner, "runAsUser", Value::from(0));
    let pod = match owner {
        Owner::Pod(pod) => Some(*pod),
        Owner::Container(container) => object.pod_of(container),
    };
    let spec = pod.as_ref().and_then(|pod| object.spec_of(pod));
    let pod_is_root = spec.and_then(is_root).unwrap_or(false);
    let container_is_root = |container: NodeId| is_root(container).unwrap_or(pod_is_root);
    match owner {
        Owner::Container(container) => container_is_root(container.node),
        Owner::Pod(pod) => object.containers_of(pod).iter().any(|container| {
            is_set_to(container.node, NON_ROOT, Value::Bool(false)) != Some(true)
                && container_is_root(container.node)
        }),
    }
}

/// The texts of a list.
fn texts(tree: &Tree<'_>, list: NodeId) -> Vec<String> {
    let items = tree.children(tree.follow(list));
    items.filter_map(|item| tree.string(item)).map(Cow::into_owned).collect()
}
