//! One entry of `labels` in a kustomization file.

use crate::configuration::is_default;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One entry of kustomize's `labels`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KustomizeLabels {
    /// Labels for `metadata.labels` of every object.
    #[schemars(extend("x-key" = "label-key", "x-value" = "label-value"))]
    pub pairs: BTreeMap<String, String>,
    /// Whether pod templates and the `jobTemplate` of `CronJob` objects get the labels also.
    #[serde(default, skip_serializing_if = "is_default")]
    pub include_templates: bool,
    /// Whether `volumeClaimTemplates` of `StatefulSet` objects get the labels also. Kubernetes refuses that change in
    /// a `StatefulSet` that is deployed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub include_volume_claim_templates: bool,
    /// Must be false: labels in selectors break upgrades.
    #[serde(default, skip_serializing_if = "is_default")]
    pub include_selectors: bool,
    /// Must be empty: labels are not written to other fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Value>,
}
