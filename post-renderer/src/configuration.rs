//! What to change in manifests: the types of `PostRenderConfig` v1. Reading, merging and writing them live in
//! the modules below; what they mean is in `standards` and `settings`.

mod check;
mod kustomization;
mod merge;
mod read;
mod schema;
mod validate;

use crate::quantity::Quantity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub use check::check_setting;
pub use read::Layer;
pub use schema::schema;
pub(crate) use validate::is_date;

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
    /// Version of the platform's standards; stamped as `ipsy.dev/standards-version`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standards_version: Option<String>,
    /// Which objects get the annotations `ipsy.dev/standards-version` and `ipsy.dev/config-hash`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stamp: Stamp,
    /// Labels for `metadata.labels` of every object. They never reach a selector.
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
    /// Patches for chosen objects, applied in order after the standards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advanced_settings: Vec<AdvancedSetting>,
    /// Merge keys of lists in custom resources, for strategic merge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list_keys: Vec<ListKey>,
    /// Who may break which standard, why and until when.
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
    /// None.
    Never,
}

/// How strict a standard is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// How strict `minimum`, `maximum` and `limitRequestRatio` are. With `warn`, defaults are only reported, too.
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

/// The standards that have no section of their own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Standards {
    /// `labels`: how strict; with `default`, a label that is there already keeps its value.
    #[serde(skip_serializing_if = "is_default")]
    pub labels: ModeOnly,
    /// `annotations`: how strict; with `default`, an annotation that is there already keeps its value.
    #[serde(skip_serializing_if = "is_default")]
    pub annotations: ModeOnly,
    /// `replicas_owner`: drops `spec.replicas` where an autoscaler in the stream owns it.
    #[serde(skip_serializing_if = "is_default")]
    pub replicas_owner: ModeOnly,
    /// `image_pinning`: no floating tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_pinning: Option<ImagePinning>,
    /// `security_context`: defaults for pods and containers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_context: Option<SecurityContext>,
    /// `probes_present`: containers of long-running pods have probes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probes_present: Option<ProbesPresent>,
    /// `spread`: default topology spread of replicated workloads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
    /// `grace_period`: how long pods may take to stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_period: Option<GracePeriod>,
    /// `duplicate_keys`: an environment name or a port twice, which server-side apply refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_keys: Option<ModeOnly>,
}

/// A standard without parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModeOnly {
    /// How strict.
    pub mode: Mode,
}

/// Parameters of `image_pinning`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ImagePinning {
    /// How strict.
    pub mode: Mode,
    /// Whether an image must be named by digest.
    #[serde(skip_serializing_if = "is_default")]
    pub require_digest: bool,
    /// Tags that float and are refused; `latest` (written or implied) if none are given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub floating_tags: Vec<String>,
    /// Anchored regular expressions of images that are let pass.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-items" = "regex"))]
    pub allow: Vec<String>,
    /// Replaces images by name, as kustomize's `images`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
}

/// One entry of kustomize's `images`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Image {
    /// The image's name, without tag and digest.
    pub name: String,
    /// Its new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_name: Option<String>,
    /// Its new tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_tag: Option<String>,
    /// Its new digest (`sha256:…`), which replaces the tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// Parameters of `security_context`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SecurityContext {
    /// How strict; `enforce` overrides what the author wrote.
    pub mode: Mode,
    /// Fields of `spec.securityContext` of pods, such as `runAsNonRoot: true`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pod: BTreeMap<String, Value>,
    /// Fields of `securityContext` of containers, such as `allowPrivilegeEscalation: false`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub container: BTreeMap<String, Value>,
}

/// Parameters of `probes_present`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProbesPresent {
    /// How strict. A probe cannot be invented, so `enforce` means an error.
    pub mode: Mode,
    /// Which probes are demanded.
    pub probes: Vec<Probe>,
}

impl Default for ProbesPresent {
    fn default() -> Self {
        Self { mode: Mode::Enforce, probes: vec![Probe::Readiness] }
    }
}

/// A probe of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Probe {
    /// `readinessProbe`
    Readiness,
    /// `livenessProbe`
    Liveness,
    /// `startupProbe`
    Startup,
}

/// Parameters of `spread`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Spread {
    /// How strict.
    pub mode: Mode,
    /// Node labels to spread over.
    pub topology_keys: Vec<String>,
    /// How uneven the spread may be.
    #[schemars(range(min = 1))]
    pub max_skew: u32,
    /// What happens when it cannot be kept.
    pub when_unsatisfiable: WhenUnsatisfiable,
}

impl Default for Spread {
    fn default() -> Self {
        Self {
            mode: Mode::Default,
            topology_keys: vec!["topology.kubernetes.io/zone".to_owned()],
            max_skew: 1,
            when_unsatisfiable: WhenUnsatisfiable::ScheduleAnyway,
        }
    }
}

/// What the scheduler does when a spread cannot be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum WhenUnsatisfiable {
    /// The pod is scheduled all the same.
    #[default]
    ScheduleAnyway,
    /// The pod waits.
    DoNotSchedule,
}

impl WhenUnsatisfiable {
    /// The word of Kubernetes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ScheduleAnyway => "ScheduleAnyway",
            Self::DoNotSchedule => "DoNotSchedule",
        }
    }
}

/// Parameters of `grace_period`, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GracePeriod {
    /// How strict.
    pub mode: Mode,
    /// Written where a pod has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<u32>,
    /// The least that is allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<u32>,
    /// The most that is allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<u32>,
}

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
    /// A mapping is a merge patch, a sequence is JSON 6902; either may also be given as a YAML text.
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

/// A standard that is waived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Id of the standard, such as `resource_maximum`, or narrower `resource_maximum/memory`.
    #[schemars(extend("format" = "standard"))]
    pub rule: String,
    /// Why; stamped on the object.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day, as `2027-01-31`.
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
    /// Whether ConfigMaps and Secrets are versioned.
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
            standards_version: None,
            stamp: Stamp::default(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            pod_templates: PodTemplates::default(),
            resources: Resources::default(),
            standards: Standards::default(),
            advanced_settings: Vec::new(),
            list_keys: Vec::new(),
            exceptions: Vec::new(),
            hooks: Hooks::default(),
            kapp: Kapp::default(),
        }
    }
}

impl Configuration {
    /// The configuration as JSON with sorted keys and nothing that is at its default: equal configurations give
    /// equal texts.
    pub fn to_canonical_json(&self) -> String {
        let value = serde_json::to_value(self).expect("string keys and finite numbers always serialize");
        let mut text = String::new();
        write_sorted(&value, &mut text);
        text
    }

    /// First 16 hexadecimal digits of the SHA-256 of the canonical JSON: what `ipsy.dev/config-hash` holds.
    pub fn hash(&self) -> String {
        let digest = Sha256::digest(self.to_canonical_json().as_bytes());
        digest.iter().take(8).fold(String::new(), |mut text, byte| {
            // Writing into a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
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
