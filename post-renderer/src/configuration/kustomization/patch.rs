//! One entry of `patches` or `patchesJson6902` in a kustomization file.

use crate::configuration::{AdvancedSetting, Target};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use yaml_edit::bodies;

/// One entry of kustomize's `patches`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KustomizePatch {
    /// Which objects. Without it, a strategic merge patch applies to the object that it names itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The patch, as a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<String>,
    /// File with the patch, only in a kustomization file: relative to it and inside its folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// kustomize's options of a patch; each must be false.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, bool>,
}

impl KustomizePatch {
    /// The patch as settings, one for each document of its text.
    pub(crate) fn settings(&self) -> Vec<AdvancedSetting> {
        let text = self.patch.as_deref().unwrap_or_default();
        let setting = |body: &str| AdvancedSetting {
            target: self.target.clone(),
            options: self.options.clone(),
            ..merge_like_kustomize(body)
        };
        documents(text).map(setting).collect()
    }
}

/// The strategic merge patches of one entry of `patchesStrategicMerge` as settings.
pub(crate) fn strategic_merge_settings(text: &str) -> Vec<AdvancedSetting> {
    documents(text).map(merge_like_kustomize).collect()
}

/// The documents of a text that are not empty; a text without any is one empty document.
fn documents(text: &str) -> impl Iterator<Item = &str> {
    let is_content = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let mut found: Vec<&str> = bodies(text).filter(|body| body.lines().any(is_content)).collect();
    if found.is_empty() {
        found.push(text);
    }
    found.into_iter()
}

/// kustomize creates list elements that are missing, and puts patched and new ones first.
fn merge_like_kustomize(text: &str) -> AdvancedSetting {
    AdvancedSetting { patch: Value::from(text), create: true, prepend: true, ..AdvancedSetting::default() }
}
