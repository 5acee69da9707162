//! One entry of `replacements` in a kustomization file.

use crate::configuration::{Target, is_default};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One entry of kustomize's `replacements`: a value, and the fields that get it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Replacement {
    /// Field that has the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<ReplacementSource>,
    /// The value itself, instead of `source`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_value: Option<String>,
    /// Fields that get the value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<ReplacementTarget>,
    /// File with the replacements, only in a kustomization file: relative to it and inside its folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// The field that a value is read from. The words are compared as a whole; what is absent matches all. Exactly one
/// object must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ReplacementSource {
    /// API group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// API version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Path of the field; `metadata.name` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field_path: Option<String>,
    /// Which part of the value.
    #[serde(skip_serializing_if = "is_default")]
    pub options: FieldOptions,
}

/// Fields that get a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplacementTarget {
    /// Objects that have the fields.
    pub select: Target,
    /// Objects that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reject: Vec<Target>,
    /// Paths of the fields, such as `spec.template.spec.containers.[name=web].image`; `metadata.name` if absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub field_paths: Vec<String>,
    /// Which part of the field, and whether a missing field is created.
    #[serde(default, skip_serializing_if = "is_default")]
    pub options: FieldOptions,
}

/// Which part of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FieldOptions {
    /// Splits the text of the field into parts.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub delimiter: String,
    /// Number of the part, from 0. In a target, a negative number puts the value before the first part, and a number
    /// beyond the last part puts it behind.
    #[serde(skip_serializing_if = "is_default")]
    pub index: i64,
    /// Whether a missing target field is created.
    #[serde(skip_serializing_if = "is_default")]
    pub create: bool,
}
