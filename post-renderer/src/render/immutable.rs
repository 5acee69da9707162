//! What Kubernetes lets no one change in an object that is there. A setting may write it, since a new object takes
//! it, but the next upgrade of an installed release would be refused: that is worth a warning.

use crate::finding::Finding;
use manifest_patch::Identity;
use serde_json::Value;
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
}

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
        members: Members::These(&["selector", "template", "completionMode", "podFailurePolicy"]),
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

/// Of a `ConfigMap` or `Secret` that says `immutable: true`.
const DATA: Members = Members::These(&["data", "binaryData", "stringData"]);

/// The immutable members of an object as they are before a setting.
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
        if self.members.is_none() {
            return Vec::new();
        }
        let now = self.hold(tree, root);
        let stays = |held: &Held| {
            now.iter().any(|other| other.node == held.node)
                && match &held.value {
                    Some(value) => tree.is(held.node, value),
                    None => !tree.node(held.node).dirty,
                }
        };
        let is_new = |held: &&Held| !self.held.iter().any(|other| other.name == held.name);
        let changed = self.held.iter().filter(|held| !stays(held)).chain(now.iter().filter(is_new));
        let findings = changed
            .map(|held| {
                let path: Vec<&str> = self.within.iter().copied().chain([held.name.as_str()]).collect();
                let message = format!(
                    "{source}: Kubernetes lets no one change this in an object that is there, so the upgrade of an \
                     installed release would be refused"
                );
                let finding = Finding::warning("immutable-field", message)
                    .field(path.join("."))
                    .help("where the object is new, nothing is wrong; else delete it before the upgrade");
                (finding, tree.place(held.node))
            })
            .collect();
        self.held = now;
        findings
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
            Members::AllBut(names) => tree
                .children(tree.follow(place))
                .filter(|child| !names.contains(&tree.key(*child).as_ref()))
                .map(|child| held(&tree.key(child), child))
                .collect(),
        }
    }
}

fn is_sealed(tree: &Tree<'_>, root: NodeId, identity: &Identity) -> bool {
    identity.group.is_empty()
        && matches!(identity.kind.as_str(), "ConfigMap" | "Secret")
        && tree.get(root, "immutable").is_some_and(|immutable| tree.is(immutable, &Value::Bool(true)))
}
