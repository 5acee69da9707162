//! Where in one object pods and their containers are: paths with wildcards, resolved to steps that are followed again
//! for each read and change.

use crate::configuration::PodTemplatePath;
use manifest_patch::{Identity, is_native_workload_group, pod_places};
use std::borrow::Cow;
use std::fmt::Write as _;
use yaml_edit::{Fault, Kind, NodeId, Tree, member_name};

/// Lists of containers in a pod's `spec`.
pub(crate) const CONTAINER_LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// One step from a node to a node below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Member of a mapping.
    Member(Cow<'static, str>),
    /// Element of a list.
    Element(usize),
}

/// A mapping that holds containers.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The way from the object.
    pub(crate) steps: Vec<Step>,
    /// Whether the mapping is the `spec` of a pod, beside the pod's `metadata`.
    pub(crate) is_pod: bool,
}

/// The places of an object that hold containers, by the well-known kinds and by configuration.
pub(crate) fn places(
    tree: &Tree<'_>,
    root: NodeId,
    identity: &Identity,
    configured: &[PodTemplatePath],
) -> Vec<Place> {
    let mut found = Vec::new();
    for path in pod_places(identity) {
        let path: Vec<Cow<'static, str>> = path.iter().map(|step| Cow::Borrowed(*step)).collect();
        resolve(tree, root, &path, identity, &mut Vec::new(), &mut found);
    }
    for configured in configured.iter().filter(|one| one.group == identity.group && one.kind == identity.kind)
    {
        let path: Vec<Cow<'static, str>> = configured.steps().map(Cow::Owned).collect();
        resolve(tree, root, &path, identity, &mut Vec::new(), &mut found);
    }
    found
}

fn resolve(
    tree: &Tree<'_>,
    node: NodeId,
    path: &[Cow<'static, str>],
    identity: &Identity,
    trail: &mut Vec<Step>,
    found: &mut Vec<Place>,
) {
    let node = tree.follow(node);
    let Some((step, rest)) = path.split_first() else {
        let mut add = |steps: Vec<Step>, is_pod| {
            if found.iter().all(|place| place.steps != steps) {
                found.push(Place { steps, is_pod });
            }
        };
        if tree.get(node, "spec").is_some_and(|spec| tree.node(tree.follow(spec)).kind == Kind::Mapping) {
            let spec = Step::Member(Cow::Borrowed("spec"));
            add(trail.iter().cloned().chain([spec]).collect(), true);
        }
        // A template that is a mapping of containers itself, such as those of Argo Workflows.
        if !is_native_workload_group(&identity.group) && tree.node(node).kind == Kind::Mapping {
            add(trail.clone(), false);
        }
        return;
    };
    let mut go = |below: NodeId, step: Step| {
        trail.push(step);
        resolve(tree, below, rest, identity, trail, found);
        trail.pop();
    };
    match (step.as_ref(), tree.node(node).kind) {
        ("[]", Kind::Sequence) => {
            tree.children(node).enumerate().for_each(|(index, item)| go(item, Step::Element(index)));
        }
        ("*", Kind::Mapping) => {
            for key in member_keys(tree, node) {
                if let Some(member) = tree.get(node, &key) {
                    go(member, Step::Member(Cow::Owned(key)));
                }
            }
        }
        ("[]" | "*", _) => {}
        (key, _) => {
            if let Some(member) = tree.get(node, key) {
                go(member, Step::Member(step.clone()));
            }
        }
    }
}

/// The keys of a mapping, with those that arrive through merge keys.
fn member_keys(tree: &Tree<'_>, mapping: NodeId) -> Vec<String> {
    let mut keys = Vec::new();
    for child in tree.children(mapping) {
        if tree.is_merge(child) {
            let source = tree.follow(child);
            match tree.node(source).kind {
                Kind::Sequence => {
                    tree.children(source).for_each(|one| keys.extend(member_keys(tree, tree.follow(one))));
                }
                Kind::Mapping => keys.extend(member_keys(tree, source)),
                Kind::Scalar | Kind::Alias => {}
            }
        } else {
            keys.push(tree.key(child).into_owned());
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Follows steps for reading.
pub(crate) fn follow(tree: &Tree<'_>, from: NodeId, steps: &[Step]) -> Option<NodeId> {
    let node = steps.iter().try_fold(from, |node, step| match step {
        Step::Member(key) => tree.get(node, key),
        Step::Element(index) => tree.children(tree.follow(node)).nth(*index),
    })?;
    Some(tree.follow(node))
}

/// Follows steps for changing: what aliases and merge keys stand for is written out on the way.
pub(crate) fn follow_for_change(tree: &mut Tree<'_>, from: NodeId, steps: &[Step]) -> Result<NodeId, Fault> {
    let missing = || Fault::new(0, "a container was removed while it was changed");
    let mut node = tree.enter(from)?;
    for step in steps {
        let below = match step {
            Step::Member(key) => tree.member(node, key)?,
            Step::Element(index) => tree.children(node).nth(*index),
        };
        node = tree.enter(below.ok_or_else(missing)?)?;
    }
    Ok(node)
}

/// The steps as a field for messages: `spec.template.spec`.
pub(crate) fn field(steps: &[Step]) -> String {
    let mut field = String::new();
    for step in steps {
        match step {
            Step::Member(key) => {
                let name = member_name(key);
                let dot = if field.is_empty() || name.starts_with('[') { "" } else { "." };
                field.push_str(dot);
                field.push_str(&name);
            }
            // Writing into a String cannot fail.
            Step::Element(index) => drop(write!(field, "[{index}]")),
        }
    }
    field
}
