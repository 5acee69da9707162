//! The Kubernetes objects of a document. Like kubectl and Helm (`unstructured` of apimachinery), anything with `items`
//! is a list, whatever its kind: its elements reach the cluster, and the object around them does not.

use yaml_edit::{DEPTH_LIMIT, Fault, Kind, NodeId, Scalar, Tree};

/// Annotation that marks a Helm hook.
pub(crate) const HOOK: &str = "helm.sh/hook";

/// Annotation in which Helm 4 names the template of an object while a post-renderer runs. Helm removes it afterwards.
pub(crate) const TEMPLATE: &str = "postrenderer.helm.sh/postrender-filename";

/// Why a node is not a Kubernetes object.
pub(crate) type NotAnObject = (NodeId, &'static str);

/// The objects of a document: the root or, of a list, the elements, which may be lists themselves.
pub(crate) fn objects(tree: &Tree<'_>) -> Result<Vec<NodeId>, NotAnObject> {
    let mut found = Vec::new();
    // kubectl and Helm skip a document `null`.
    if matches!(tree.scalar(tree.root()), Some(Scalar::Null)) {
        return Ok(found);
    }
    collect(tree, tree.root(), &mut found, 0)?;
    Ok(found)
}

/// Writes out `items` that arrive through an alias or a merge key, so that a change of an element changes this list and
/// not the place that the alias stands for.
pub(crate) fn write_out_items(tree: &mut Tree<'_>) -> Result<(), Fault> {
    if !tree.aliased {
        return Ok(());
    }
    let mut pending = vec![tree.root()];
    while let Some(object) = pending.pop() {
        let Some(items) = tree.get(object, "items") else { continue };
        let is_written_here = tree.follow(object) == object
            && tree.follow(items) == items
            && tree.own(object, "items") == Some(items);
        let items = if is_written_here { Some(items) } else { tree.member(object, "items")? };
        pending.extend(items.into_iter().flat_map(|items| tree.children(items)));
    }
    Ok(())
}

fn collect(tree: &Tree<'_>, id: NodeId, found: &mut Vec<NodeId>, depth: usize) -> Result<(), NotAnObject> {
    if tree.node(tree.follow(id)).kind != Kind::Mapping {
        return Err((id, "not a Kubernetes object: expected a mapping"));
    }
    if tree.string_at(id, "kind").is_none_or(|kind| kind.is_empty()) {
        let message = if depth == 0 {
            "not a Kubernetes object: `kind` is missing"
        } else {
            "`kind` is missing in an element of a list: write it, because readers disagree about its default"
        };
        return Err((id, message));
    }
    let Some(items) = tree.get(id, "items") else {
        found.push(id);
        return Ok(());
    };
    match tree.node(tree.follow(items)).kind {
        Kind::Sequence if depth >= DEPTH_LIMIT => Err((id, "lists are nested too deeply")),
        Kind::Sequence => {
            for item in tree.children(tree.follow(items)) {
                collect(tree, item, found, depth + 1)?;
            }
            Ok(())
        }
        // In an element, Kubernetes takes only a sequence for a list; at the top, anything.
        _ if depth > 0 => {
            found.push(id);
            Ok(())
        }
        _ if tree.scalar(items) == Some(Scalar::Null) => Ok(()),
        _ => Err((items, "`items` must be a list: Kubernetes reads every object with `items` as a list")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the objects, or the reason for their absence.
    fn check(text: &str, expected: Result<&[&str], &str>) {
        let mut tree = yaml_edit::read(text, Tree::default()).unwrap();
        write_out_items(&mut tree).unwrap();
        let found = objects(&tree).map_err(|(_, message)| message);
        let name =
            |id: &NodeId| tree.string_at(tree.get(*id, "metadata").unwrap(), "name").unwrap().into_owned();
        match expected {
            Ok(names) => {
                assert_eq!(found.unwrap().iter().map(name).collect::<Vec<_>>(), names, "{text}");
            }
            Err(part) => assert!(found.is_err_and(|message| message.contains(part)), "{text}"),
        }
    }

    #[test]
    fn anything_with_items_is_a_list() {
        check("{kind: ConfigMap, metadata: {name: a}}", Ok(&["a"]));
        check("{kind: ConfigMap, items: [{kind: Pod, metadata: {name: a}}]}", Ok(&["a"]));
        check("{items: [{kind: Pod, metadata: {name: a}}], kind: Config}", Ok(&["a"]));
        check("{kind: Pod, items: [{kind: A, items: [{kind: B, metadata: {name: b}}]}]}", Ok(&["b"]));
        check("{kind: List, items: []}", Ok(&[]));
        check("{kind: List, Items: [], metadata: {name: a}}", Ok(&["a"]));
    }

    #[test]
    fn items_that_are_not_a_list_are_read_as_kubernetes_reads_them() {
        check("{kind: ConfigMap, items: null}", Ok(&[]));
        check("{kind: ConfigMap, items: {}}", Err("must be a list"));
        check("{kind: ConfigMap, items: text}", Err("must be a list"));
        check("{kind: List, items: [{kind: A, metadata: {name: a}, items: {}}]}", Ok(&["a"]));
        check("{kind: List, items: [{kind: A, metadata: {name: a}, items: null}]}", Ok(&["a"]));
    }

    #[test]
    fn elements_must_be_objects_of_a_written_kind() {
        check("{kind: List, items: [null]}", Err("expected a mapping"));
        check("{kind: List, items: [1]}", Err("expected a mapping"));
        check("{kind: PodList, items: [{metadata: {name: a}}]}", Err("element of a list"));
    }

    #[test]
    fn items_arrive_through_aliases_and_merge_keys() {
        check("{x: &x [{kind: A, metadata: {name: a}}], kind: List, items: *x}", Ok(&["a"]));
        check("{x: &x {items: [{kind: A, metadata: {name: a}}]}, kind: List, <<: *x}", Ok(&["a"]));
        check("{kind: List, items: [&x {kind: A, metadata: {name: a}}, *x]}", Ok(&["a", "a"]));
        check(
            "{x: &x {kind: A, items: [{kind: B, metadata: {name: b}}]}, kind: List, items: [*x]}",
            Ok(&["b"]),
        );
    }
}
