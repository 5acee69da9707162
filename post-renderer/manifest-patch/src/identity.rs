//! Who a Kubernetes object is.

use std::borrow::Cow;
use yaml_edit::{NodeId, Tree};

/// Who an object is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// API group; empty for the core group.
    pub group: String,
    /// API version.
    pub version: String,
    /// Kind.
    pub kind: String,
    /// Namespace; empty where the object names none.
    pub namespace: String,
    /// Name, or `generateName`.
    pub name: String,
}

impl Identity {
    /// Reads the identity of the object at a node.
    pub fn of(tree: &Tree<'_>, id: NodeId) -> Self {
        let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned).unwrap_or_default();
        let api_version = tree.string_at(id, "apiVersion").unwrap_or_default();
        let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
        let metadata = tree.get(id, "metadata");
        let within = |key| owned(metadata.and_then(|metadata| tree.string_at(metadata, key)));
        let name = within("name");
        Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: owned(tree.string_at(id, "kind")),
            namespace: within("namespace"),
            name: if name.is_empty() { within("generateName") } else { name },
        }
    }

    /// `apps/v1` or, in the core group, `v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `Deployment/web` or, with a namespace, `Deployment/shop/web`.
    pub fn label(&self) -> String {
        if self.namespace.is_empty() {
            format!("{}/{}", self.kind, self.name)
        } else {
            format!("{}/{}/{}", self.kind, self.namespace, self.name)
        }
    }

    /// Whether the group is one of Kubernetes' own.
    pub fn is_native(&self) -> bool {
        !self.group.contains('.') || self.group.ends_with(".k8s.io")
    }
}
