//! Warnings about fields of patches that Kubernetes does not know. They are never errors: the API server decides, and a
//! newer one may know the field.

use super::compile;
use crate::configuration::AdvancedSetting;
use crate::finding::{Finding, Severity};
use crate::target::Matcher;
use manifest_patch::Patch;

/// Warnings about the fields of a setting's patch that none of the built-in kinds has that its target can match. Custom
/// resources are not checked. Fields are relative to the setting
/// (`patch.spec.template.spec.dnsPolcy`, `patch[0].path`). A setting with errors has no warnings.
pub fn unknown_fields(setting: &AdvancedSetting) -> Vec<Finding> {
    let Ok(patch) = compile(setting) else { return Vec::new() };
    let matcher = match &setting.target {
        Some(target) => Matcher::compile(target).ok(),
        None => Some(Matcher::exactly(&patch.named_object())),
    };
    matcher.map(|matcher| unknown_fields_of(&patch, &matcher)).unwrap_or_default()
}

/// Like [`unknown_fields`], for a compiled setting.
pub(crate) fn unknown_fields_of(patch: &Patch, matcher: &Matcher) -> Vec<Finding> {
    if patch.is_empty() {
        return Vec::new();
    }
    let problems = patch.unknown_fields(&matcher.possible_kinds());
    let warnings = problems.into_iter().map(|problem| {
        let mut warning = Finding { severity: Severity::Warning, ..Finding::from(problem) };
        if matcher.is_for_any_group() {
            let help = warning.help.unwrap_or_default();
            warning.help = Some(format!("{help} (for a custom resource, set `group` in the target)"));
        }
        warning
    });
    warnings.collect()
}
