//! Which workloads the autoscalers of a stream own.

use crate::manifest::objects;
use manifest_patch::Identity;
use std::collections::BTreeSet;
use yaml_edit::Tree;

/// The workloads whose replicas an autoscaler owns: kind, namespace, name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owners {
    owned: BTreeSet<(String, String, String)>,
}

impl Owners {
    /// Whether the object is owned. A namespace that is not written is the one that is deployed to.
    pub(crate) fn own(&self, identity: &Identity, namespace: Option<&str>) -> bool {
        let written = |text: &str| {
            if text.is_empty() { namespace.unwrap_or_default().to_owned() } else { text.to_owned() }
        };
        self.owned.iter().any(|(kind, within, name)| {
            *kind == identity.kind && *name == identity.name && {
                let (left, right) = (written(within), written(&identity.namespace));
                left == right || left.is_empty() || right.is_empty()
            }
        })
    }

    /// The kinds of what is owned.
    pub(crate) fn kinds(&self) -> BTreeSet<String> {
        self.owned.iter().map(|(kind, _, _)| kind.clone()).collect()
    }
}

/// Adds what the autoscalers of a document own.
pub(crate) fn owners(tree: &Tree<'_>, found: &mut Owners) {
    for id in objects(tree).unwrap_or_default() {
        let identity = Identity::of(tree, id);
        let default = match (identity.kind.as_str(), identity.group.as_str()) {
            ("HorizontalPodAutoscaler", "autoscaling") => None,
            // KEDA takes a Deployment where no kind is given.
            ("ScaledObject", "keda.sh") => Some("Deployment"),
            _ => continue,
        };
        let Some(target) = tree.at(id, &["spec", "scaleTargetRef"]) else { continue };
        let kind = tree
            .string_at(target, "kind")
            .map(std::borrow::Cow::into_owned)
            .or(default.map(ToOwned::to_owned));
        let name = tree.string_at(target, "name").map(std::borrow::Cow::into_owned);
        if let (Some(kind), Some(name)) = (kind, name) {
            found.owned.insert((kind, identity.namespace, name));
        }
    }
}
