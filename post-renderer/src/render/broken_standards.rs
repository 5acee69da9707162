//! What counts is the object that reaches the cluster: after settings, the standards are applied once more. A setting
//! that undid a standard is reported by name.

use super::Change;
use crate::configuration::Mode;
use crate::finding::{Finding, Severity};
use crate::object::Remark;
use manifest_patch::Identity;
use serde_json::Value;

/// A field that a standard had to change again.
pub(super) struct Restored {
    pub(super) rule: &'static str,
    pub(super) mode: Mode,
    pub(super) field: String,
    /// Whether the field was missing.
    pub(super) was_missing: bool,
}

/// The findings of the second application of the standards. `first` are those of the first one, `settings` the changes
/// of settings in between, `offset` the place of
/// the object.
pub(super) fn findings(
    first: &[Remark],
    second: Vec<Remark>,
    restored: &[Restored],
    settings: &[Change],
    identity: &Identity,
    offset: Option<usize>,
) -> Vec<Remark> {
    let was_there = |remark: &Remark| {
        first.iter().any(|known| {
            known.finding.id == remark.finding.id
                && known.finding.location.field == remark.finding.location.field
        })
    };
    let mut findings = Vec::new();
    let mut mended = Vec::new();
    for remark in second {
        match remark.finding.severity {
            // The standard mended the field again, which is among the restored ones.
            Severity::Note => mended.push(remark),
            Severity::Error if !was_there(&remark) => {
                let rule = &remark.finding.id;
                let field = remark.finding.location.field.clone().unwrap_or_default();
                let source = source(settings, &field);
                let message = format!("{source} breaks the standard `{rule}`: {}", remark.finding.message);
                let finding = broken(Severity::Error, message, rule, field, identity);
                findings.push(Remark { finding, ..remark });
            }
            Severity::Error | Severity::Warning => findings.push(remark),
        }
    }
    for Restored { rule, mode, field, was_missing } in restored {
        // The standards apply to what a setting adds, such as a container.
        if *was_missing && !existed(settings, field) {
            continue;
        }
        let source = source(settings, field);
        let of_field = |remark: &&Remark| remark.finding.location.field.as_deref() == Some(field);
        let mended = mended.iter().find(of_field);
        let rule = mended.map_or(*rule, |remark| &remark.finding.id);
        let (severity, end) = match mode {
            Mode::Enforce => (Severity::Error, ""),
            Mode::Default | Mode::Warn | Mode::Off => (Severity::Warning, ", which was applied again"),
        };
        let verb = if *was_missing { "undoes" } else { "breaks" };
        let message = format!("{source} {verb} the standard `{rule}`{end}");
        let finding = broken(severity, message, rule, field.clone(), identity);
        let offset = mended.and_then(|remark| remark.offset).or(offset);
        findings.push(Remark { finding, offset, invalid: false });
    }
    findings
}

fn broken(severity: Severity, message: String, rule: &str, field: String, identity: &Identity) -> Finding {
    let target = format!("{{kind: {}, name: {}}}", identity.kind, identity.name);
    Finding::new("setting-breaks-standard", severity, message).object(identity.label()).field(field).help(format!(
        "change the setting, or add an exception: `{{rule: {rule}, reason: …, owner: …, target: {target}}}`"
    ))
}

/// The setting that last changed the field, or something above or below it; else all that changed the object.
fn source(settings: &[Change], field: &str) -> String {
    let is_related = |change: &&Change| is_within(&change.field, field) || is_within(field, &change.field);
    if let Some(change) = settings.iter().rev().find(is_related) {
        return format!("`{}`", change.source);
    }
    let mut sources: Vec<String> = settings.iter().map(|change| format!("`{}`", change.source)).collect();
    sources.dedup();
    sources.join(", ")
}

/// Whether a field was there before the settings, as far as they changed it or something above or below it.
fn existed(settings: &[Change], field: &str) -> bool {
    settings.iter().filter_map(|change| Some((change, change.before.as_ref()?))).any(|(change, before)| {
        let is_above = is_within(field, &change.field);
        let rest = field.get(change.field.len()..).filter(|_| is_above);
        rest.map_or_else(|| is_within(&change.field, field), |rest| member_at(before, rest).is_some())
    })
}

/// The value at a path such as `.containers[0]["a.b"]`.
fn member_at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    if path.is_empty() {
        return Some(value);
    }
    let (member, rest) =
        if let Some((key, rest)) = path.strip_prefix("[\"").and_then(|path| path.split_once("\"]")) {
            (value.get(key), rest)
        } else if let Some((index, rest)) = path.strip_prefix('[').and_then(|path| path.split_once(']')) {
            (index.parse::<usize>().ok().and_then(|index| value.get(index)), rest)
        } else {
            let path = path.strip_prefix('.').unwrap_or(path);
            let (key, rest) = path.split_at(path.find(['.', '[']).unwrap_or(path.len()));
            (value.get(key), rest)
        };
    member.and_then(|member| member_at(member, rest))
}

/// Whether a field is the other one, or in it.
fn is_within(field: &str, outer: &str) -> bool {
    field.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_member_is_found_by_its_path() {
        let value = json!({"a": [{"b": 1}, {"c.d/e": {"f": 2}}]});
        let at = |path: &str| member_at(&value, path).cloned();
        assert_eq!(at(""), Some(value.clone()));
        assert_eq!(at(".a[0].b"), Some(json!(1)));
        assert_eq!(at(".a[1][\"c.d/e\"].f"), Some(json!(2)));
        assert_eq!(at(".a[2]"), None);
        assert_eq!(at(".a.b"), None);
    }

    #[test]
    fn the_setting_that_changed_the_field_is_named() {
        let change = |source: &str, field: &str| Change {
            document: 1,
            object: "Pod/a".to_owned(),
            field: field.to_owned(),
            rule: "setting".to_owned(),
            source: source.to_owned(),
            before: None,
            after: None,
        };
        let settings = [
            change("first", "spec.containers[0].resources"),
            change("second", "spec.containers[1].image"),
            change("third", "spec.containers"),
            change("fourth", "metadata.labels.team"),
        ];
        assert_eq!(source(&settings[..2], "spec.containers[0].resources.limits.memory"), "`first`");
        assert_eq!(source(&settings, "spec.containers[0].resources.limits.memory"), "`third`");
        assert_eq!(source(&settings, "metadata.labels"), "`fourth`");
        assert_eq!(source(&settings[..2], "spec.containersX"), "`first`, `second`");
    }
}
