//! Checks the patches, targets and field paths of kustomizations before any manifest is there.

use super::{below, check_setting, check_target};
use crate::configuration::{Target, patch_settings};
use crate::field_path::parse;
use crate::finding::Finding;
use manifest_patch::Problem;
use serde_json::Value;

/// Everything that is wrong with the written kustomizations of a configuration.
pub(super) fn check_kustomizations(kustomizations: &[Value]) -> Vec<Finding> {
    let check = |(index, one)| below(format!("kustomizations[{index}]"), check_kustomization(one));
    kustomizations.iter().enumerate().flat_map(check).collect()
}

fn check_kustomization(value: &Value) -> Vec<Finding> {
    let settings = patch_settings(value).into_iter();
    let mut findings: Vec<Finding> =
        settings.flat_map(|(place, setting)| below(place, check_setting(&setting))).collect();
    for (index, replacement) in items(value, "replacements") {
        findings.extend(below(format!("replacements[{index}]"), check_replacement(replacement)));
    }
    findings
}

fn check_replacement(replacement: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(path) = replacement.pointer("/source/fieldPath") {
        findings.extend(check_path(path, "source.fieldPath".to_owned()));
    }
    for (index, target) in items(replacement, "targets") {
        let mut found = Vec::new();
        for (index, path) in items(target, "fieldPaths") {
            found.extend(check_path(path, format!("fieldPaths[{index}]")));
        }
        found.extend(target.get("select").into_iter().flat_map(|one| check_selector(one, "select")));
        for (index, one) in items(target, "reject") {
            found.extend(check_selector(one, &format!("reject[{index}]")));
        }
        findings.extend(below(format!("targets[{index}]"), found));
    }
    findings
}

fn items<'v>(value: &'v Value, list: &str) -> impl Iterator<Item = (usize, &'v Value)> {
    value.get(list).and_then(Value::as_array).into_iter().flatten().enumerate()
}

/// What is not a text or not a target is left to the check of the shape.
fn check_path(path: &Value, field: String) -> Option<Finding> {
    let path = path.as_str()?;
    let reason = parse(path).err()?;
    Some(wrong_path(path, &reason).field(field).into())
}

fn check_selector(selector: &Value, field: &str) -> Vec<Finding> {
    let target = serde_json::from_value::<Target>(selector.clone()).ok();
    let prefixed = check_target(target.as_ref());
    prefixed
        .map(|finding| {
            let inner = finding.location.field.as_deref().and_then(|field| field.strip_prefix("target."));
            let field = format!("{field}.{}", inner.unwrap_or_default());
            finding.field(field)
        })
        .collect()
}

/// The problem of a path that cannot be read.
pub(crate) fn wrong_path(path: &str, reason: &str) -> Problem {
    Problem::new("kustomization-replacement", format!("`{path}` is not a field path: {reason}")).help(
        "write it as `spec.template.spec.containers.[name=web].image` or `metadata.annotations.[a.b/c]`",
    )
}
