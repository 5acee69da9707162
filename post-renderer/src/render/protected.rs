//! What no patch may change: who an object is, and by what Helm and kapp find it again.

use crate::finding::Finding;
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
    &["metadata", "annotations", "postrenderer.helm.sh/postrender-filename"],
];

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

    /// What was changed all the same.
    pub(super) fn check(&self, tree: &Tree<'_>, id: NodeId) -> Vec<Finding> {
        let after = Self::of(tree, id);
        let changed = PROTECTED
            .iter()
            .zip(self.values.iter().zip(&after.values))
            .filter(|(_, (before, after))| before != after);
        changed
            .map(|(path, (before, after))| {
                let show = |value: &Option<String>| {
                    value.as_ref().map_or("nothing".to_owned(), |value| format!("`{value}`"))
                };
                let message = format!("a patch would change this from {} to {}", show(before), show(after));
                Finding::error("protected-field", message)
                    .field(path.join("."))
                    .help("Helm and kapp find their objects by it; change it where the object is made")
            })
            .collect()
    }
}
