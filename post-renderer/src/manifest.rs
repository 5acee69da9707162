//! The Kubernetes objects of a document.

use yaml_edit::{Kind, NodeId, Scalar, Tree};

/// Annotation that marks a Helm hook.
pub(crate) const HOOK: &str = "helm.sh/hook";

/// The objects of a document: the root, or the items of a `List`.
pub(crate) fn objects(tree: &Tree<'_>) -> Result<Vec<NodeId>, (NodeId, &'static str)> {
    let mut found = Vec::new();
    // kubectl and Helm skip a document `null`.
    if matches!(tree.scalar(tree.root()), Some(Scalar::Null)) {
        return Ok(found);
    }
    collect(tree, tree.root(), &mut found, 0)?;
    Ok(found)
}

fn collect(
    tree: &Tree<'_>,
    id: NodeId,
    found: &mut Vec<NodeId>,
    depth: usize,
) -> Result<(), (NodeId, &'static str)> {
    if tree.node(tree.follow(id)).kind != Kind::Mapping {
        return Err((id, "the document is no mapping, so it is no Kubernetes object"));
    }
    let kind = tree.string_at(id, "kind").filter(|kind| !kind.is_empty());
    let Some(kind) = kind else { return Err((id, "the object has no `kind`")) };
    if kind.ends_with("List")
        && depth < 8
        && let Some(items) = tree.get(id, "items").filter(|items| tree.node(*items).kind == Kind::Sequence)
    {
        for item in tree.children(items) {
            collect(tree, item, found, depth + 1)?;
        }
        return Ok(());
    }
    found.push(id);
    Ok(())
}
