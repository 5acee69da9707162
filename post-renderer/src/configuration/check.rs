//! Checks of an advanced setting that need no manifest: what the provider calls at plan.

use super::AdvancedSetting;
use crate::finding::Finding;
use crate::patch::{self, Body};
use crate::target::Matcher;
use serde_json::Value;

/// Checks what can be known of a setting before any manifest is there: that its patch parses and of which kind
/// it is, and that its target's expressions and selectors are well formed. Fields are relative to the setting
/// (`target.name`, `patch[0].op`).
pub fn check_setting(setting: &AdvancedSetting) -> Vec<Finding> {
    let mut findings = Vec::new();
    let compiled = patch::compile(setting).map_err(|mut found| findings.append(&mut found)).ok();
    if let Some(target) = &setting.target
        && let Err(found) = Matcher::compile(target)
    {
        findings.extend(found.into_iter().map(|finding| {
            let field = format!("target.{}", finding.location.field.as_deref().unwrap_or_default());
            finding.field(field)
        }));
    }
    match (&setting.target, compiled.map(|patch| patch.body)) {
        (None, Some(Body::Operations(_))) => findings.push(
            Finding::error("target-missing", "a JSON 6902 patch does not say which object it is for")
                .field("target")
                .help("add a target, such as `target: {kind: Deployment}`"),
        ),
        (None, Some(Body::Merge(members))) => {
            let named = members.get("kind").is_some_and(Value::is_string)
                && members
                    .get("metadata")
                    .and_then(|metadata| metadata.get("name"))
                    .is_some_and(Value::is_string);
            if !named {
                findings.push(
                    Finding::error(
                        "target-missing",
                        "neither a target nor the patch itself says which object it is for",
                    )
                    .field("target")
                    .help("add a target, or `apiVersion`, `kind` and `metadata.name` to the patch"),
                );
            }
        }
        _ => {}
    }
    for (name, value) in &setting.options {
        let known = matches!(name.as_str(), "allowNameChange" | "allowKindChange");
        if !known || *value {
            let message = if known {
                "names and kinds are never changed: Helm and kapp find their objects by them".to_owned()
            } else {
                format!("`{name}` is no option of a patch")
            };
            findings.push(Finding::error("patch-option", message).field(format!("options.{name}")));
        }
    }
    findings
}
