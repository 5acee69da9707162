//! Values of labels and annotations are text to Kubernetes. What YAML reads as a number or boolean there keeps the text
//! that the user wrote: `version: 1.10` means `"1.10"`, not `1.1`.

use crate::pointer::Pointer;
use crate::problem::Problem;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use yaml_edit::{NodeId, Scalar, Tree, member_name};

/// Gives labels and annotations in a patch the text that they were written with. `value` is what the tree holds at
/// `patch`: a mapping to merge or a list of JSON 6902 operations.
pub fn keep_written_text(tree: &Tree<'_>, patch: NodeId, value: &mut Value) {
    let Value::Array(operations) = value else { return keep(tree, patch, value, &mut Vec::new()) };
    for (node, operation) in tree.children(tree.follow(patch)).zip(operations) {
        let written = operation.get("path").and_then(Value::as_str);
        let Some(pointer) = written.and_then(|text| Pointer::parse(text, true).ok()) else { continue };
        if let (Some(node), Some(value)) = (tree.get(node, "value"), operation.get_mut("value")) {
            keep(tree, node, value, &mut pointer.parts.clone());
        }
    }
}

/// The value of a node as it is written at a path of the object.
pub(crate) fn value_at(tree: &Tree<'_>, id: NodeId, path: &Pointer, mut value: Value) -> Value {
    keep(tree, id, &mut value, &mut path.parts.clone());
    value
}

fn keep(tree: &Tree<'_>, id: NodeId, value: &mut Value, path: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let own: BTreeMap<Cow<'_, str>, NodeId> =
                tree.children(tree.follow(id)).map(|child| (tree.key(child), child)).collect();
            for (key, member) in members.iter_mut() {
                // What is not among its own members came by a merge key.
                let Some(child) = own.get(key.as_str()).copied().or_else(|| tree.get(id, key)) else {
                    continue;
                };
                path.push(key.clone());
                keep(tree, child, member, path);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (child, item) in tree.children(tree.follow(id)).zip(items) {
                keep(tree, child, item, path);
            }
        }
        scalar if is_text(path) => {
            if let Some(text) = written(tree, id) {
                *scalar = Value::String(text);
            }
        }
        _ => {}
    }
}

/// The text of a scalar that is neither a string nor null.
fn written(tree: &Tree<'_>, id: NodeId) -> Option<String> {
    match tree.scalar(id)? {
        Scalar::Null | Scalar::String(_) => None,
        Scalar::Bool(_) | Scalar::Number(_) | Scalar::NotFinite => {
            let id = tree.follow(id);
            // A rule may have given the node another value than the text has.
            Some(match tree.values.get(tree.node(id).payload as usize) {
                Some(value) if !value.is_string() => value.to_string(),
                _ => tree.source_text(id).into_owned(),
            })
        }
    }
}

/// What a null means in a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Null {
    /// In a merge patch it deletes.
    Deletes,
    /// In a JSON 6902 operation it is a value.
    IsValue,
}

/// Makes scalars text where Kubernetes wants text, in a value for the given path of the object, and collects what
/// cannot be text. `field` is the value's place in the patch.
pub(crate) fn require_text(
    value: &mut Value,
    null: Null,
    path: &mut Vec<String>,
    field: &str,
    problems: &mut Vec<Problem>,
) {
    let is_missing = value.is_null() && null == Null::Deletes;
    let is_label = path.split_last().is_some_and(|(_, above)| holds_metadata_text(above));
    if holds_metadata_text(path) && !value.is_object() && !is_missing {
        return problems.push(not_a_mapping(path, value, field));
    }
    if is_text(path) && !path.last().is_some_and(|key| key.starts_with('$')) {
        match value {
            Value::Bool(_) | Value::Number(_) => *value = Value::String(value.to_string()),
            Value::Array(_) | Value::Object(_) | Value::Null if is_label && !is_missing => {
                return problems.push(not_text(path, value, field));
            }
            _ => {}
        }
    }
    match value {
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                path.push(key.clone());
                require_text(member, null, path, &format!("{field}{}", step(key)), problems);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                require_text(item, null, path, &format!("{field}[{index}]"), problems);
            }
        }
        _ => {}
    }
}

fn step(key: &str) -> String {
    let name = member_name(key);
    if name.starts_with('[') { name } else { format!(".{name}") }
}

fn not_a_mapping(path: &[String], value: &Value, field: &str) -> Problem {
    let name = path.last().map_or("labels", String::as_str);
    Problem::new("patch-label-text", format!("`{name}` must be a mapping of texts; got {}", kind(value)))
        .field(field)
}

fn not_text(path: &[String], value: &Value, field: &str) -> Problem {
    let (name, of) = match path {
        [.., of, name] => (name.as_str(), of.as_str()),
        _ => ("", "labels"),
    };
    let problem = Problem::new(
        "patch-label-text",
        format!("values of `{of}` must be texts; `{name}` is {}", kind(value)),
    )
    .field(field);
    match value {
        // `path: /metadata/annotations/-` is how a list grows; a mapping takes the key.
        Value::Object(members) if name == "-" => {
            let key = members.keys().next().map_or("KEY", String::as_str);
            let parts = path.iter().take(path.len() - 1).cloned().chain([key.to_owned()]).collect();
            problem.help(format!(
                "`-` appends to a list; to add to a mapping, write `path: {}`, or use a merge patch",
                Pointer { parts }
            ))
        }
        _ => problem.help("write the value as a quoted text"),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// Whether the value at this path of an object is the value of a label or annotation.
fn is_text(path: &[String]) -> bool {
    path.split_last().is_some_and(|(_, above)| {
        holds_metadata_text(above)
            || above.last().is_some_and(|name| matches!(name.as_str(), "matchLabels" | "nodeSelector"))
    })
}

fn holds_metadata_text(path: &[String]) -> bool {
    matches!(path, [.., above, name] if above == "metadata" && matches!(name.as_str(), "labels" | "annotations"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(patch: &str, expected: &Value) {
        let tree = yaml_edit::read(patch, Tree::default()).unwrap();
        let mut value = tree.value(tree.root()).unwrap();
        keep_written_text(&tree, tree.root(), &mut value);
        assert_eq!(value, *expected, "{patch}");
    }

    #[test]
    fn labels_and_annotations_keep_their_written_text() {
        check(
            "metadata: {labels: {a: 1.10, b: yes, c: 0644, e: null, f: x}}",
            &json!({"metadata": {"labels": {"a": "1.10", "b": "yes", "c": "0644", "e": null, "f": "x"}}}),
        );
        check(
            "spec: {template: {metadata: {annotations: {a: 1_000}}, spec: {priority: 1_000, nodeSelector: {spot: true}}}}",
            &json!({"spec": {"template": {"metadata": {"annotations": {"a": "1_000"}},
                "spec": {"priority": 1000, "nodeSelector": {"spot": "true"}}}}}),
        );
    }

    #[test]
    fn operations_below_labels_keep_their_written_text() {
        check(
            "[{op: add, path: /metadata/labels/a, value: 1.10}, {op: add, path: /spec/a, value: 1.10},
              {op: add, path: /metadata, value: {annotations: {a: 0x1F}}}]",
            &json!([
                {"op": "add", "path": "/metadata/labels/a", "value": "1.10"},
                {"op": "add", "path": "/spec/a", "value": 1.1},
                {"op": "add", "path": "/metadata", "value": {"annotations": {"a": "0x1F"}}},
            ]),
        );
    }

    #[test]
    fn text_survives_merge_keys_and_duplicate_keys() {
        check(
            "metadata: {labels: {<<: &a {x: 1.10}, z: 2.0}, annotations: {k: 1.10, k: text}}",
            &json!({"metadata": {"labels": {"x": "1.10", "z": "2.0"}, "annotations": {"k": "text"}}}),
        );
    }
}
