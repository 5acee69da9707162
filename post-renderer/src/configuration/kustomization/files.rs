//! Files that a kustomization file names. This crate's engine reads no files: the caller gives their texts, and their
//! content takes the place of their path.

use crate::finding::Finding;
use serde_json::{Map, Value};

/// Returns the text of the file at a path beside the kustomization file, or why it cannot be read.
pub type ReadFile<'f> = dyn Fn(&str) -> Result<String, String> + 'f;

/// For configurations that are not files.
pub(crate) fn no_files(path: &str) -> Result<String, String> {
    Err(format!("`{path}` cannot be read, because the configuration is not a file"))
}

/// Replaces every path in a kustomization file by the content of its file.
pub(super) fn inline(members: &mut Map<String, Value>, read: &ReadFile<'_>, findings: &mut Vec<Finding>) {
    for list in ["patches", "patchesJson6902"] {
        for (index, entry) in items(members, list) {
            inline_patch(entry, &format!("{list}[{index}]"), read, findings);
        }
    }
    for (index, entry) in items(members, "patchesStrategicMerge") {
        // A patch has a mapping, so its text has a colon; kustomize also tries the text as a path first.
        let Some(path) = entry.as_str().filter(|text| !text.contains(':')).map(ToOwned::to_owned) else {
            continue;
        };
        if let Some(text) = text_of(&path, &format!("patchesStrategicMerge[{index}]"), read, findings) {
            *entry = Value::from(text);
        } else {
            // Neither a path nor a patch any more, and reported.
            *entry = Value::Null;
        }
    }
    if let Some(entries) = members.get_mut("replacements").and_then(Value::as_array_mut) {
        let old = std::mem::take(entries);
        for (index, entry) in old.into_iter().enumerate() {
            entries.extend(replacements(entry, &format!("replacements[{index}]"), read, findings));
        }
    }
}

fn items<'m>(
    members: &'m mut Map<String, Value>,
    list: &str,
) -> impl Iterator<Item = (usize, &'m mut Value)> {
    members.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten().enumerate()
}

fn text_of(path: &str, field: &str, read: &ReadFile<'_>, findings: &mut Vec<Finding>) -> Option<String> {
    read(path)
        .map_err(|reason| {
            findings.push(Finding::error("kustomization-path", reason).field(field).help(
                "put the file beside the kustomization file or below it, or write its content in its place",
            ));
        })
        .ok()
}

fn inline_patch(entry: &mut Value, place: &str, read: &ReadFile<'_>, findings: &mut Vec<Finding>) {
    let Some(members) = entry.as_object_mut() else { return };
    let Some(path) = members.get("path").and_then(Value::as_str).map(ToOwned::to_owned) else { return };
    let field = format!("{place}.path");
    if members.get("patch").is_some() {
        findings.push(
            Finding::error("kustomization-path", "both `patch` and `path` are given")
                .field(field)
                .help("keep one of them"),
        );
        return;
    }
    if let Some(text) = text_of(&path, &field, read, findings) {
        members.remove("path");
        members.insert("patch".to_owned(), Value::from(text));
    }
}

/// The replacements of an entry: its own, or those of the file that it names, which holds one or a list of them.
fn replacements(entry: Value, place: &str, read: &ReadFile<'_>, findings: &mut Vec<Finding>) -> Vec<Value> {
    let Some(path) = entry.get("path").and_then(Value::as_str) else { return vec![entry] };
    let field = format!("{place}.path");
    if entry.as_object().is_some_and(|members| members.len() > 1) {
        findings.push(
            Finding::error("kustomization-path", "`path` stands beside other members")
                .field(field)
                .help("keep `path` alone, or write the replacement itself"),
        );
        return vec![entry];
    }
    let Some(text) = text_of(path, &field, read, findings) else { return vec![entry] };
    let value = yaml_edit::read(&text, yaml_edit::Tree::default())
        .map_err(|fault| fault.message)
        .and_then(|tree| tree.value(tree.root()).map_err(|_| "its aliases expand too far".to_owned()));
    match value {
        Ok(Value::Array(entries)) => entries,
        Ok(entry @ Value::Object(_)) => vec![entry],
        Ok(_) => {
            let message = format!("`{path}` must hold a replacement or a list of replacements");
            findings.push(Finding::error("kustomization-path", message).field(field));
            Vec::new()
        }
        Err(reason) => {
            let message = format!("`{path}` is not valid YAML: {reason}");
            findings.push(Finding::error("kustomization-path", message).field(field));
            Vec::new()
        }
    }
}
