//! What to change in manifests: the types of `PostRenderConfig` v1, and reading, layering and writing them. The floor
//! of this crate: what the types mean is in `standards` and `settings`, above it.

mod image;
mod image_scan;
mod kustomization;
mod merge;
mod parameters;
mod pod_kinds;
mod read;
mod schema;
mod setting;
mod validate;

use crate::quantity::Quantity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub use image::Image;
pub use image_scan::{ImageScan, ScanSeverity, ScanWaiver};
pub use kustomization::{
    FieldOptions, Kustomization, KustomizeLabels, KustomizePatch, ReadFile, Replacement, ReplacementSource,
    ReplacementTarget, ReplicaCount,
};
pub(crate) use kustomization::{no_files, patch_settings, strategic_merge_settings};
pub(crate) use merge::merge_values;
// All of them, so that a new standard's parameters need no line here.
pub use parameters::*;
pub use pod_kinds::{PodTemplatePath, UnknownPodKinds};
pub use read::Layer;
pub(crate) use read::member_names;
pub use schema::schema;
#[cfg(test)]
pub(crate) use schema::shape;
pub use setting::{AdvancedSetting, ListKey, OnUnmatched, Target};
#[cfg(feature = "cli")]
pub(crate) use validate::is_date;
pub(crate) use validate::{meaning_findings, shape_findings};

/// The `apiVersion` of a configuration.
pub const API_VERSION: &str = "ipsy.dev/v1";
/// The `kind` of a configuration.
pub const KIND: &str = "PostRenderConfig";

/// What the post-renderer changes: standards for every object, then advanced settings for chosen ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "PostRenderConfig")]
pub struct Configuration {
    /// Always `ipsy.dev/v1`.
    pub api_version: ApiVersion,
    /// Always `PostRenderConfig`.
    pub kind: ConfigurationKind,
    /// Name of the configuration, for messages.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// A standards document below this configuration, as `--standards` gives one. Only a file can refer to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standards_document: Option<StandardsReference>,
    /// Version of the platform's standards; stamped as `ipsy.dev/standards-version`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standards_version: Option<String>,
    /// Which objects get the annotations `ipsy.dev/standards-version`, `ipsy.dev/config-hash` and, where a setting
    /// matched, `ipsy.dev/settings-hash`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stamp: Stamp,
    /// Labels for `metadata.labels` of every object. They never reach a selector, and never change what a selector of
    /// the stream selects.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-key" = "label-key", "x-value" = "label-value"))]
    pub labels: BTreeMap<String, String>,
    /// Annotations for `metadata.annotations` of every object.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-key" = "label-key"))]
    pub annotations: BTreeMap<String, String>,
    /// What pod templates get too. Changing a pod template restarts its pods.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pod_templates: PodTemplates,
    /// Requests and limits of containers.
    #[serde(default, skip_serializing_if = "is_default")]
    pub resources: Resources,
    /// The other standards.
    #[serde(default, skip_serializing_if = "is_default")]
    pub standards: Standards,
    /// Contents of kustomization files, applied in order before the standards, as if kustomize had run first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kustomizations: Vec<Kustomization>,
    /// Patches for chosen objects, applied in order after the standards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advanced_settings: Vec<AdvancedSetting>,
    /// Merge keys of lists in custom resources, for strategic merge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list_keys: Vec<ListKey>,
    /// Where kinds that the post-renderer does not know hold their pod templates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pod_template_paths: Vec<PodTemplatePath>,
    /// What happens with a custom resource that holds containers in a place that no standard knows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unknown_pod_kinds: UnknownPodKinds,
    /// Who may break which standard, why and until when. An exception that waives nothing is an error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
    /// What is done to Helm hooks (objects annotated `helm.sh/hook`).
    #[serde(default, skip_serializing_if = "is_default")]
    pub hooks: Hooks,
    /// What `--deployer kapp` adds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kapp: Kapp,
}

/// The one version there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ApiVersion {
    /// `ipsy.dev/v1`
    #[default]
    #[serde(rename = "ipsy.dev/v1")]
    V1,
}

/// The one kind there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ConfigurationKind {
    /// `PostRenderConfig`
    #[default]
    PostRenderConfig,
}

/// Where a standards document is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandardsReference {
    /// Path of the document, from the folder of the configuration.
    pub file: String,
    /// Environment whose overlay of the document counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// Name of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// Any name; the provider writes the app's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

impl Metadata {
    fn is_empty(&self) -> bool {
        self.name.is_empty()
    }
}

/// Which objects are stamped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stamp {
    /// Those that a rule changed, and those that bear a stamp already.
    #[default]
    Changed,
    /// Every object, so that an admission policy can demand it.
    Always,
    /// None. Without stamps, a second rendering applies the settings again, and operations such as `remove` fail then.
    Never,
}

/// How strict a standard is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The manifest is made to comply; what cannot be mended is an error.
    #[default]
    Enforce,
    /// What is missing is filled in; what the author wrote stays, with a warning where it breaks the standard.
    Default,
    /// Nothing is changed; a breach is a warning.
    Warn,
    /// The standard does not apply.
    Off,
}

impl Mode {
    /// Whether a standard of this mode changes manifests.
    pub(crate) fn writes(self) -> bool {
        matches!(self, Self::Enforce | Self::Default)
    }
}

impl<'de> Deserialize<'de> for Mode {
    /// A plain `off` is the boolean `false` to YAML 1.1, but who writes it here means the word.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Bool(false) => Ok(Self::Off),
            Value::String(word) => match word.as_str() {
                "enforce" => Ok(Self::Enforce),
                "default" => Ok(Self::Default),
                "warn" => Ok(Self::Warn),
                "off" => Ok(Self::Off),
                _ => Err(serde::de::Error::unknown_variant(&word, &["enforce", "default", "warn", "off"])),
            },
            _ => Err(serde::de::Error::custom("a mode is `enforce`, `default`, `warn` or `off`")),
        }
    }
}

/// What pod templates get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PodTemplates {
    /// Whether `labels` are written into pod templates.
    #[serde(skip_serializing_if = "is_default")]
    pub labels: bool,
    /// Whether `annotations` are written into pod templates.
    #[serde(skip_serializing_if = "is_default")]
    pub annotations: bool,
}

/// Quantities by resource name (`cpu`, `memory`, `ephemeral-storage`, …).
pub type Quantities = BTreeMap<String, Quantity>;

/// Requests and limits of containers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Resources {
    /// Filled in where a container has none.
    #[serde(skip_serializing_if = "is_default")]
    pub defaults: ResourceDefaults,
    /// What a request or limit may not be below.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub minimum: Quantities,
    /// What a request or limit may not exceed.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub maximum: Quantities,
    /// How many times its request a limit may be.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub limit_request_ratio: Quantities,
    /// How strict `minimum`, `maximum` and `limitRequestRatio` are. With `warn`, defaults are also only reported.
    #[serde(skip_serializing_if = "is_default")]
    pub mode: Mode,
}

/// Default requests and limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResourceDefaults {
    /// Requests where a container has neither request nor limit for the resource.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub requests: Quantities,
    /// Limits where a container has none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: Quantities,
}

/// A standard that is waived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Id of the standard, such as `resource-maximum`, or narrower `resource-maximum/memory`.
    pub rule: String,
    /// Why; stamped on the object.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day, as `2027-01-31`. After it the exception is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date"))]
    pub expires: Option<String>,
    /// Which objects; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
}

/// What is done to Helm hooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Hooks {
    /// Whether standards apply to hooks.
    pub standards: bool,
    /// Which settings apply to hooks.
    pub settings: HookSettings,
}

impl Default for Hooks {
    fn default() -> Self {
        Self { standards: true, settings: HookSettings::Targeted }
    }
}

/// Which settings apply to hooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HookSettings {
    /// Those whose annotation selector names `helm.sh/hook`.
    #[default]
    Targeted,
    /// All whose target matches.
    All,
    /// None.
    None,
}

/// What `--deployer kapp` adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Kapp {
    /// Whether Helm hooks become change groups and rules.
    pub hooks: bool,
    /// Whether `ConfigMap`s and `Secret`s are versioned.
    pub versioned: bool,
    /// Whether a kapp `Config` is added that keeps live replicas where an autoscaler owns them.
    pub rebase_replicas: bool,
}

impl Default for Kapp {
    fn default() -> Self {
        Self { hooks: true, versioned: false, rebase_replicas: true }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            api_version: ApiVersion::V1,
            kind: ConfigurationKind::PostRenderConfig,
            metadata: Metadata::default(),
            standards_document: None,
            standards_version: None,
            stamp: Stamp::default(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            pod_templates: PodTemplates::default(),
            resources: Resources::default(),
            standards: Standards::default(),
            kustomizations: Vec::new(),
            advanced_settings: Vec::new(),
            list_keys: Vec::new(),
            pod_template_paths: Vec::new(),
            unknown_pod_kinds: UnknownPodKinds::default(),
            exceptions: Vec::new(),
            hooks: Hooks::default(),
            kapp: Kapp::default(),
        }
    }
}

impl Configuration {
    /// The configuration as JSON with sorted keys and nothing that is at its default: equal configurations give
    /// equal texts.
    ///
    /// # Panics
    /// Never: keys are strings and numbers are finite.
    pub fn to_canonical_json(&self) -> String {
        let value = serde_json::to_value(self).expect("string keys and finite numbers always serialize");
        canonical_json(&value)
    }

    /// This configuration with the labels and annotations of others that it does not set itself.
    pub(crate) fn with_added(&self, others: &[Self]) -> Self {
        let mut all = self.clone();
        for other in others {
            for (own, added) in [(&mut all.labels, &other.labels), (&mut all.annotations, &other.annotations)]
            {
                for (key, value) in added {
                    own.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
        }
        all
    }

    /// The hash of the canonical JSON: what `ipsy.dev/config-hash` holds.
    pub fn hash(&self) -> String {
        short_hash(self.to_canonical_json().as_bytes())
    }
}

/// JSON with sorted keys.
pub(crate) fn canonical_json(value: &Value) -> String {
    let mut text = String::new();
    write_sorted(value, &mut text);
    text
}

/// First 16 hexadecimal digits of the SHA-256.
pub(crate) fn short_hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|left, right| left.0.cmp(right.0));
            text.push('{');
            for (index, (key, member)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_sorted(member, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_sorted(item, text);
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests;
