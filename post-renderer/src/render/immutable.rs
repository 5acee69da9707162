//! Fields that Kubernetes does not let anyone change in an existing object. A setting or standard may write them, since
//! a new object takes them, but the next upgrade of an installed release would be refused: that is worth a warning.

use crate::finding::Finding;
use manifest_patch::Identity;
use serde_json::Value;
use std::collections::BTreeSet;
use yaml_edit::{NodeId, Tree};

/// Which members of what are immutable.
struct Rule {
    group: &'static str,
    kinds: &'static [&'static str],
    /// Where the members are.
    within: &'static [&'static str],
    members: Members,
}

enum Members {
    These(&'static [&'static str]),
    AllBut(&'static [&'static str]),
    /// All but a few members of a Pod, and but the images of its containers.
    OfPod,
}

/// What may change in a Pod's `spec`, besides images.
const POD_MUTABLE: &[&str] = &["activeDeadlineSeconds", "schedulingGates", "tolerations"];
/// Lists of containers in a Pod's `spec`.
const POD_CONTAINERS: &[&str] = &["containers", "initContainers"];

/// From the validation of updates in Kubernetes' API server.
const RULES: &[Rule] = &[
    Rule {
        group: "apps",
        kinds: &["Deployment", "DaemonSet", "ReplicaSet"],
        within: &["spec"],
        members: Members::These(&["selector"]),
    },
    Rule {
        group: "apps",
        kinds: &["StatefulSet"],
        within: &["spec"],
        members: Members::AllBut(&[
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
        ]),
    },
    Rule {
        group: "batch",
        kinds: &["Job"],
        within: &["spec"],
        members: Members::These(&[
            "selector",
            "template",
            "completionMode",
            "podFailurePolicy",
            "successPolicy",
            "backoffLimitPerIndex",
            "managedBy",
        ]),
    },
    Rule { group: "", kinds: &["Pod"], within: &["spec"], members: Members::OfPod },
    Rule {
        group: "serving.knative.dev",
        kinds: &["Revision"],
        within: &["spec"],
        members: Members::AllBut(&[]),
    },
    Rule {
        group: "",
        kinds: &["PersistentVolumeClaim"],
        within: &["spec"],
        members: Members::AllBut(&["resources", "volumeAttributesClassName"]),
    },
    Rule {
        group: "",
        kinds: &["Service"],
        within: &["spec"],
        members: Members::These(&["clusterIP", "clusterIPs"]),
    },
    Rule {
        group: "rbac.authorization.k8s.io",
        kinds: &["RoleBinding", "ClusterRoleBinding"],
        within: &[],
        members: Members::These(&["roleRef"]),
    },
    Rule {
        group: "storage.k8s.io",
        kinds: &["StorageClass"],
        within: &[],
        members: Members::These(&["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"]),
    },
    Rule {
        group: "scheduling.k8s.io",
        kinds: &["PriorityClass"],
        within: &[],
        members: Members::These(&["value", "preemptionPolicy"]),
    },
    Rule {
        group: "networking.k8s.io",
        kinds: &["IngressClass"],
        within: &["spec"],
        members: Members::These(&["controller"]),
    },
];

/// Of a `ConfigMap` or `Secret` with `immutable: true`.
const DATA: Members = Members::These(&["data", "binaryData", "stringData"]);

/// The immutable members of an object as they are before a change.
pub(super) struct Immutable {
    within: &'static [&'static str],
    members: Option<&'static Members>,
    held: Vec<Held>,
}

struct Held {
    name: String,
    node: NodeId,
    /// Its value, where the marks of the tree cannot tell whether it changes again.
    value: Option<Value>,
}

impl Immutable {
    pub(super) fn of(tree: &Tree<'_>, root: NodeId, identity: &Identity) -> Self {
        let rule = RULES
            .iter()
            .find(|rule| rule.group == identity.group && rule.kinds.contains(&identity.kind.as_str()));
        let (within, members) = match rule {
            // What gets another name each time is never changed.
            _ if tree.at(root, &["metadata", "name"]).is_none() => (&[] as &[&str], None),
            Some(rule) => (rule.within, Some(&rule.members)),
            None if is_sealed(tree, root, identity) => (&[] as &[&str], Some(&DATA)),
            None => (&[] as &[&str], None),
        };
        let mut found = Self { within, members, held: Vec::new() };
        found.held = found.hold(tree, root);
        found
    }

    /// What changed since the last time, as warnings about the setting named by `source`, with places in the document.
    pub(super) fn check(
        &mut self,
        tree: &Tree<'_>,
        root: NodeId,
        source: &str,
    ) -> Vec<(Finding, Option<usize>)> {
        let changed = self.changed(tree, root).into_iter();
        changed.map(|(field, node)| (warning(field, source), tree.place(node))).collect()
    }

    /// The immutable fields that changed since the last time.
    fn changed(&mut self, tree: &Tree<'_>, root: NodeId) -> Vec<(String, NodeId)> {
        if self.members.is_none() {
            return Vec::new();
        }
        let now = self.hold(tree, root);
        let stays = |held: &Held| {
            now.iter().any(|other| {
                other.name == held.name
                    && match &held.value {
                        // An alias that is written out is another node of the same value.
                        Some(value) => tree.is(other.node, value),
                        None => other.node == held.node && !tree.node(held.node).dirty,
                    }
            })
        };
        let is_new = |held: &&Held| !self.held.iter().any(|other| other.name == held.name);
        let changed = self.held.iter().filter(|held| !stays(held)).chain(now.iter().filter(is_new));
        let fields = changed
            .map(|held| {
                let path: Vec<&str> = self.within.iter().copied().chain([held.name.as_str()]).collect();
                (path.join("."), held.node)
            })
            .collect();
        self.held = now;
        fields
    }

    fn hold(&self, tree: &Tree<'_>, root: NodeId) -> Vec<Held> {
        let Some(members) = self.members else { return Vec::new() };
        let Some(place) = tree.at(root, self.within) else { return Vec::new() };
        let held = |name: &str, node: NodeId| Held {
            name: name.to_owned(),
            node,
            value: if tree.aliased || tree.node(node).dirty { tree.value(node).ok() } else { None },
        };
        match members {
            Members::These(names) => {
                names.iter().filter_map(|name| tree.get(place, name).map(|node| held(name, node))).collect()
            }
            Members::AllBut(names) => {
                members_but(names, tree, place, "").map(|(name, node)| held(&name, node)).collect()
            }
            Members::OfPod => {
                let but: Vec<&str> = POD_MUTABLE.iter().chain(POD_CONTAINERS).copied().collect();
                let mut found: Vec<Held> =
                    members_but(&but, tree, place, "").map(|(name, node)| held(&name, node)).collect();
                for list in POD_CONTAINERS {
                    let items = tree.get(place, list).map(|list| tree.follow(list));
                    for (index, item) in items.into_iter().flat_map(|items| tree.children(items)).enumerate()
                    {
                        let prefix = format!("{list}[{index}].");
                        let members = members_but(&["image"], tree, item, &prefix);
                        found.extend(members.map(|(name, node)| held(&name, node)));
                    }
                }
                found
            }
        }
    }
}

/// The members of a mapping that are not among `names`, with a prefix before their names.
fn members_but<'t>(
    names: &'t [&str],
    tree: &'t Tree<'_>,
    mapping: NodeId,
    prefix: &'t str,
) -> impl Iterator<Item = (String, NodeId)> {
    let members = tree.children(tree.follow(mapping)).map(|child| (tree.key(child), child));
    members
        .filter(|(key, _)| !names.contains(&key.as_ref()))
        .map(move |(key, child)| (format!("{prefix}{key}"), child))
}

fn warning(field: String, source: &str) -> Finding {
    let message = format!(
        "{source}: Kubernetes does not allow changing this in an existing object, so the upgrade of an installed release \
         would be refused"
    );
    Finding::warning("immutable-field", message)
        .field(field)
        .help("no action is needed for a new object; otherwise delete the existing object before the upgrade")
}

/// What standards change in the immutable members of an object: one warning, whichever standards did it.
pub(super) struct ImmutableInStandards {
    immutable: Immutable,
    fields: BTreeSet<String>,
    standards: BTreeSet<&'static str>,
}

impl ImmutableInStandards {
    pub(super) fn of(tree: &Tree<'_>, root: NodeId, identity: &Identity) -> Self {
        let immutable = Immutable::of(tree, root, identity);
        Self { immutable, fields: BTreeSet::new(), standards: BTreeSet::new() }
    }

    /// Notes what the standard with this id changed.
    pub(super) fn note(&mut self, tree: &Tree<'_>, root: NodeId, standard: &'static str) {
        let changed = self.immutable.changed(tree, root);
        if !changed.is_empty() {
            self.standards.insert(standard);
        }
        self.fields.extend(changed.into_iter().map(|(field, _)| field));
    }

    /// The warning, if there is anything to warn of.
    pub(super) fn finding(self) -> Option<Finding> {
        let fields: Vec<String> = self.fields.into_iter().collect();
        let standards: Vec<&str> = self.standards.into_iter().collect();
        let word = if standards.len() == 1 { "standard" } else { "standards" };
        let source = format!("{word} `{}`", standards.join("`, `"));
        (!fields.is_empty()).then(|| warning(fields.join(", "), &source))
    }
}

fn is_sealed(tree: &Tree<'_>, root: NodeId, identity: &Identity) -> bool {
    identity.group.is_empty()
        && matches!(identity.kind.as_str(), "ConfigMap" | "Secret")
        && tree.get(root, "immutable").is_some_and(|immutable| tree.is(immutable, &Value::Bool(true)))
}
