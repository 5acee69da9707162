//! Advanced settings: patches, their targets, and merge keys for lists of custom resources.

use super::is_default;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A patch for chosen objects: strategic merge, JSON 6902 or (for kinds without merge keys) JSON merge.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdvancedSetting {
    /// Name for messages and `explain`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Which objects. Without it, a merge patch applies to the object that it names itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// A mapping is a merge patch, a sequence is JSON 6902; either may also be given as a YAML text. In a list with the
    /// merge key `name`, an element `name: "*"` patches every element. `ifPresent: true` in a `remove`, `replace` or
    /// `test` operation skips an absent path. An empty patch is ignored.
    pub patch: Value,
    /// What happens when no object matches.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_unmatched: OnUnmatched,
    /// Whether a merge patch may create list elements. Otherwise a merge key that matches nothing is an error,
    /// so that a misspelt container name does not make a second container.
    #[serde(default, skip_serializing_if = "is_default")]
    pub create: bool,
    /// Whether patched and new list elements come first, in the order of the patch, as kustomize has it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub prepend: bool,
    /// Whether JSON 6902 may do what kustomize allows beyond the standard: negative indices, `replace` of a
    /// missing member, `add` without a value, a path without its leading slash.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lenient: bool,
    /// kustomize's options of a patch; accepted so that its `patches` can be pasted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, bool>,
}

/// Which objects a setting is for. Expressions are anchored regular expressions; what is absent matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Target {
    /// API group; the core group is the empty one, which `^$` matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "regex"))]
    pub group: Option<String>,
    /// API version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "regex"))]
    pub version: Option<String>,
    /// Kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "regex"))]
    pub kind: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "regex"))]
    pub name: Option<String>,
    /// Namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "regex"))]
    pub namespace: Option<String>,
    /// Label selector, as `kubectl -l` takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "selector"))]
    pub label_selector: Option<String>,
    /// The same over annotations.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "selector"))]
    pub annotation_selector: Option<String>,
}

/// What happens when a setting matches no object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnUnmatched {
    /// The rendering fails.
    #[default]
    Error,
    /// A warning.
    Warn,
    /// Nothing.
    Ignore,
}

/// The merge key of a list in a custom resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListKey {
    /// API group; empty for any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Kind; empty for any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Path of the list, as `spec.triggers`; a list within a list as `spec.jobs[].steps`.
    pub path: String,
    /// Members that together identify an element.
    #[schemars(length(min = 1))]
    pub keys: Vec<String>,
}
