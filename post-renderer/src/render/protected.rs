//! What no patch may change: who an object is, and by what Helm and kapp find it again.

use crate::finding::Finding;
use crate::manifest::TEMPLATE;
use yaml_edit::{NodeId, Tree};

/// Paths that stay as they are.
const PROTECTED: &[&[&str]] = &[
    &["apiVersion"],
    &["kind"],
    &["metadata", "name"],
    &["metadata", "generateName"],
    &["metadata", "namespace"],
    &["metadata", "annotations", "meta.helm.sh/release-name"],
    &["metadata", "annotations", "meta.helm.sh/release-namespace"],
    &["metadata", "annotations", TEMPLATE],
    MANAGED_BY,
];

/// Helm refuses to upgrade an object whose label is no longer `Helm`. Other tools' values may change.
const MANAGED_BY: &[&str] = &["metadata", "labels", "app.kubernetes.io/managed-by"];

/// The protected values of an object, taken before its patches.
pub(super) struct Protected {
    values: Vec<Option<String>>,
}

impl Protected {
    pub(super) fn of(tree: &Tree<'_>, id: NodeId) -> Self {
        let value = |path: &&[&str]| {
            tree.at(id, path).and_then(|node| tree.string(node)).map(std::borrow::Cow::into_owned)
        };
        Self { values: PROTECTED.iter().map(value).collect() }
    }

    /// Protected fields that were changed, with their places in the document.
    pub(super) fn check(&self, tree: &Tree<'_>, id: NodeId) -> Vec<(Finding, Option<usize>)> {
        let after = Self::of(tree, id);
        let changed =
            PROTECTED.iter().zip(self.values.iter().zip(&after.values)).filter(|(path, (before, after))| {
                before != after && (**path != MANAGED_BY || before.as_deref() == Some("Helm"))
            });
        changed
            .map(|(path, (before, after))| {
                let show = |value: &Option<String>| {
                    value.as_ref().map_or("nothing".to_owned(), |value| format!("`{value}`"))
                };
                let message = format!("a patch would change this from {} to {}", show(before), show(after));
                let finding = Finding::error("protected-field", message)
                    .field(path.join("."))
                    .help("Helm and kapp find their objects by it; change it where the object is made");
                (finding, nearest_place(tree, id, path))
            })
            .collect()
    }
}

/// The place of a field, or of the nearest mapping above it that is there.
fn nearest_place(tree: &Tree<'_>, id: NodeId, path: &[&str]) -> Option<usize> {
    let nodes = path.iter().scan(id, |node, key| {
        *node = tree.get(*node, key)?;
        Some(*node)
    });
    tree.place(nodes.last().unwrap_or(id))
}
