//! Keeps the values of Secrets out of everything that people and logs read.

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use crate::manifest::objects;
use yaml_edit::{Kind, NodeId, Tree, documents};

/// Members of a Secret whose values are never shown.
const SENSITIVE: [&str; 2] = ["data", "stringData"];

/// Annotation in which `kubectl apply` keeps a copy of the whole object, values included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What stands in for a value: equal values look equal, so that a change is still seen.
pub(crate) fn masked(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let mut shown = String::from("(sensitive, sha256:");
    for byte in digest.iter().take(4) {
        // Writing into a String cannot fail.
        let _ = write!(shown, "{byte:02x}");
    }
    shown + ")"
}

/// Masks the value of a changed field of a Secret, unless the field is one that never holds a secret.
pub(crate) fn mask_field(field: &str, value: Value) -> Value {
    let is_open = ["apiVersion", "kind", "type", "immutable", "metadata.name", "metadata.namespace"]
        .contains(&field)
        || field.starts_with("metadata.labels")
        || field.starts_with("metadata.annotations")
            && !value.to_string().contains(LAST_APPLIED)
            && !field.contains(LAST_APPLIED);
    if is_open { value } else { mask(value) }
}

/// Masks every scalar of a value.
fn mask(value: Value) -> Value {
    match value {
        Value::Object(members) => members.into_iter().map(|(key, member)| (key, mask(member))).collect(),
        Value::Array(items) => items.into_iter().map(mask).collect(),
        Value::String(text) => Value::String(masked(&text)),
        scalar => Value::String(masked(&scalar.to_string())),
    }
}

/// Whether a document holds a Secret, or might hold one that cannot be recognised.
pub(crate) fn may_hold_secret(body: &str) -> bool {
    let tree = yaml_edit::read(body, Tree::default()).ok();
    let objects = tree.as_ref().and_then(|tree| Some((tree, objects(tree).ok()?)));
    match objects {
        Some((tree, objects)) => objects.iter().any(|id| is_secret(tree, *id)),
        // A kind can be written with escapes or as `!!binary`.
        None => body.contains(['\\', '!']) || body.to_ascii_lowercase().contains("secret"),
    }
}

/// A message about a document that may hold a Secret: what it quotes may come from the document.
pub(crate) fn without_quotations(message: &str) -> String {
    let mut shown = String::new();
    for (index, part) in message.split('`').enumerate() {
        shown.push_str(if index % 2 == 0 { part } else { "(sensitive)" });
    }
    shown
}

/// A stream with every value of its Secrets masked, for reading by people. It need not be valid YAML.
pub(crate) fn masked_stream(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    let mut copied = 0;
    for document in documents(text) {
        let body = text.get(document.clone()).unwrap_or_default();
        for value in sensitive_values(body) {
            let range = document.start + value.start..document.start + value.end;
            output.push_str(text.get(copied..range.start).unwrap_or_default());
            output.push_str(&masked(text.get(range.clone()).unwrap_or_default()));
            copied = range.end;
        }
    }
    output.push_str(text.get(copied..).unwrap_or_default());
    output
}

/// Where the values of the Secrets of a document are, in order. All of it if it cannot be read.
fn sensitive_values(body: &str) -> Vec<Range<usize>> {
    if !may_hold_secret(body) {
        return Vec::new();
    }
    let Ok(tree) = yaml_edit::read(body, Tree::default()) else {
        return std::iter::once(0..body.len()).collect();
    };
    let mut found = BTreeSet::new();
    for object in objects(&tree).unwrap_or_default().into_iter().filter(|id| is_secret(&tree, *id)) {
        for member in SENSITIVE {
            if let Some(values) = tree.get(object, member) {
                collect(&tree, values, 0, &mut found);
            }
        }
        if let Some(copy) = tree.at(object, &["metadata", "annotations", LAST_APPLIED]) {
            collect(&tree, copy, 0, &mut found);
        }
    }
    found.into_iter().map(|(start, end)| start as usize..end as usize).collect()
}

/// The spans of the scalars below a node, through aliases and merge keys.
fn collect(tree: &Tree<'_>, id: NodeId, depth: usize, found: &mut BTreeSet<(u32, u32)>) {
    let id = tree.follow(id);
    let node = tree.node(id);
    match node.kind {
        Kind::Scalar if node.start < node.end => {
            found.insert((node.start, node.end));
        }
        _ if depth > yaml_edit::DEPTH_LIMIT => {}
        _ => tree.children(id).for_each(|child| collect(tree, child, depth + 1, found)),
    }
}

/// Whether an object is a Secret. A group is not asked for: other groups' Secrets hold secrets too.
fn is_secret(tree: &Tree<'_>, id: NodeId) -> bool {
    tree.string_at(id, "kind").is_some_and(|kind| kind == "Secret")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_masked_in_every_style() {
        for secret in [
            "kind: Secret\ndata:\n  a: Y2FuYXJ5\n",
            "kind: \"Secre\\x74\"\nstringData: {a: canary, b: 'canary'}\n",
            "kind:\n  Secret\nstringData:\n  a: |\n    canary\n    canary\n  b: >-\n    canary\n",
            "{\"kind\": \"Secret\", \"stringData\": {\"a\": \"canary\"}}",
            "kind: Secret\nmetadata: {x: &v canary}\nstringData: {a: *v}\n",
            "x: &m {a: canary}\nkind: Secret\nstringData:\n  <<: *m\n",
            "kind: List\nitems:\n- kind: Secret\n  data: {a: canary}\n",
            "kind: Secret\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: 'canary'\n",
        ] {
            let masked = masked_stream(secret);
            assert!(!masked.contains("canary") && !masked.contains("Y2FuYXJ5"), "{masked}");
            assert!(masked.contains("(sensitive, sha256:"), "{masked}");
        }
    }

    #[test]
    fn other_documents_stay() {
        let stream = "kind: ConfigMap\ndata: {a: b}\n---\nkind: Secret\nmetadata: {name: s}\ntype: Opaque\n";
        assert_eq!(masked_stream(stream), stream);
    }

    #[test]
    fn a_document_that_cannot_be_read_may_hold_a_secret() {
        assert!(may_hold_secret("kind:\n  Secret\ndata: {a: [}\n"));
        assert!(may_hold_secret("kind: \"Secre\\x74\"\ndata: {a: [}\n"));
        assert!(!may_hold_secret("kind: Deployment\nspec: [\n"));
    }

    #[test]
    fn changed_fields_of_a_secret_show_metadata_only() {
        assert_eq!(mask_field("metadata.labels.team", json!("a")), json!("a"));
        let masked = mask_field("data", json!({"a": "canary", "b": [1]})).to_string();
        assert!(!masked.contains("canary") && masked.contains("\"a\""), "{masked}");
    }

    #[test]
    fn quotations_are_left_out_of_messages() {
        assert_eq!(
            without_quotations("the anchor `pa55` is not known"),
            "the anchor (sensitive) is not known"
        );
    }
}
