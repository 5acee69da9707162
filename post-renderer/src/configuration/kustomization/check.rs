//! What the schema of a kustomization file cannot say. Works on the written form, so that one wrong entry does not
//! hide what is wrong with another.

use super::KustomizePatch;
use super::patch::strategic_merge_settings;
use crate::configuration::{AdvancedSetting, image};
use crate::finding::Finding;
use serde_json::Value;

/// Everything that is wrong with a kustomization beyond its shape and its patches. Fields are relative to it.
pub(in crate::configuration) fn check(value: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for list in ["patches", "patchesJson6902"] {
        for (index, entry) in items(value, list) {
            check_patch(entry, &format!("{list}[{index}]"), &mut findings);
        }
    }
    for (index, entry) in items(value, "labels") {
        check_labels(entry, &format!("labels[{index}]"), &mut findings);
    }
    findings.extend(value.get("images").map(|images| image::check(images, "images")).unwrap_or_default());
    for (index, entry) in items(value, "replacements") {
        check_replacement(entry, &format!("replacements[{index}]"), &mut findings);
    }
    findings
}

fn items<'v>(value: &'v Value, list: &str) -> impl Iterator<Item = (usize, &'v Value)> {
    value.get(list).and_then(Value::as_array).into_iter().flatten().enumerate()
}

fn unread(place: &str) -> Finding {
    Finding::error("kustomization-path", "`path` is read only in a kustomization file")
        .field(format!("{place}.path"))
        .help("write the content of the file in its place")
}

fn check_patch(entry: &Value, place: &str, findings: &mut Vec<Finding>) {
    if entry.get("path").is_some() {
        findings.push(unread(place));
    } else if entry.is_object() && entry.get("patch").is_none() {
        findings.push(
            Finding::error("configuration-missing", "`patch` is missing")
                .field(place)
                .help("write the patch as `patch: |-`, or name its file with `path:`"),
        );
    }
}

fn check_labels(entry: &Value, place: &str, findings: &mut Vec<Finding>) {
    if entry.get("includeSelectors") == Some(&Value::Bool(true)) {
        findings.push(
            Finding::error(
                "kustomization-labels",
                "labels in selectors break upgrades: selectors are immutable",
            )
            .field(format!("{place}.includeSelectors"))
            .help("write `includeTemplates: true`, which labels the pods and leaves selectors unchanged"),
        );
    }
    if entry.get("fields").and_then(Value::as_array).is_some_and(|fields| !fields.is_empty()) {
        findings.push(
            Finding::error("kustomization-labels", "labels are not written to other fields")
                .field(format!("{place}.fields"))
                .help("write the labels of such a field as an entry of `patches`"),
        );
    }
}

fn check_replacement(entry: &Value, place: &str, findings: &mut Vec<Finding>) {
    if entry.get("path").is_some() {
        findings.push(unread(place));
        return;
    }
    if !entry.is_object() {
        return;
    }
    let mut complain = |field: String, message: &str| {
        findings.push(Finding::error("kustomization-replacement", message).field(field));
    };
    if entry.get("source").is_some() == entry.get("sourceValue").is_some() {
        complain(place.to_owned(), "expected exactly one of `source` and `sourceValue`");
    }
    if entry.get("targets").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        complain(place.to_owned(), "`targets` must name at least one target");
    }
    let options = |value: &Value| value.get("options").cloned().unwrap_or_default();
    let source = entry.get("source").cloned().unwrap_or_default();
    if options(&source).get("create").is_some() {
        complain(format!("{place}.source.options.create"), "a source field is read and cannot be created");
    }
    let parts = std::iter::once((format!("{place}.source"), &source))
        .chain(items(entry, "targets").map(|(index, target)| (format!("{place}.targets[{index}]"), target)));
    for (place, part) in parts {
        let options = options(part);
        let is_empty = |member: &str| options.get(member).and_then(Value::as_str).is_none_or(str::is_empty);
        if options.get("index").is_some() && is_empty("delimiter") {
            complain(format!("{place}.options.index"), "`index` needs a `delimiter`");
        }
    }
}

/// The settings that the patches of a kustomization are, with the field of the entry that each comes from. Entries of
/// another shape are left to the check of the shape.
pub(crate) fn patch_settings(value: &Value) -> Vec<(String, AdvancedSetting)> {
    let mut found = Vec::new();
    for (index, entry) in items(value, "patchesStrategicMerge") {
        let settings = entry.as_str().map(strategic_merge_settings).unwrap_or_default();
        found
            .extend(settings.into_iter().map(|setting| (format!("patchesStrategicMerge[{index}]"), setting)));
    }
    for list in ["patches", "patchesJson6902"] {
        for (index, entry) in items(value, list) {
            let patch = serde_json::from_value::<KustomizePatch>(entry.clone()).ok();
            let settings = patch.filter(|patch| patch.patch.is_some()).map(|patch| patch.settings());
            let place = format!("{list}[{index}]");
            found.extend(settings.unwrap_or_default().into_iter().map(|setting| (place.clone(), setting)));
        }
    }
    found
}
