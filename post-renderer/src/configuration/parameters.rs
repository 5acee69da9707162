//! The parameters of the standards that have no section of their own.

use super::{Image, ImageScan, Mode, is_default};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The standards that have no section of their own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Standards {
    /// `labels`: how strict.
    #[serde(skip_serializing_if = "is_default")]
    pub labels: Labels,
    /// `annotations`: how strict; with `default`, an annotation that is there already keeps its value.
    #[serde(skip_serializing_if = "is_default")]
    pub annotations: ModeOnly,
    /// `replicas-owner`: drops `spec.replicas` where an autoscaler in the stream owns it.
    #[serde(skip_serializing_if = "is_default")]
    pub replicas_owner: ModeOnly,
    /// `image-pinning`: no floating tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_pinning: Option<ImagePinning>,
    /// `image-registry`: images come from allowed registries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_registry: Option<ImageRegistry>,
    /// `image-scan`: images were scanned and have no severe vulnerabilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_scan: Option<ImageScan>,
    /// `security-context`: defaults for pods and containers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_context: Option<SecurityContext>,
    /// `probes-present`: containers of long-running pods have probes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probes_present: Option<ProbesPresent>,
    /// `spread`: default topology spread of replicated workloads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
    /// `grace-period`: how long pods may take to stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_period: Option<GracePeriod>,
    /// `duplicate-keys`: an environment name or a port twice, which server-side apply refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_keys: Option<ModeOnly>,
}

/// Parameters of `labels`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Labels {
    /// How strict: `default` adds labels and leaves those that are there, because tools outside of the stream select by
    /// them (Argo CD finds its settings by `app.kubernetes.io/part-of: argocd`). `enforce` overwrites them.
    pub mode: Mode,
}

impl Default for Labels {
    fn default() -> Self {
        Self { mode: Mode::Default }
    }
}

/// A standard without parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModeOnly {
    /// How strict.
    pub mode: Mode,
}

/// Parameters of `image-pinning`.
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
    /// Replaces images by name, as kustomize's `images`, or by registry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
}

/// Parameters of `image-registry`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ImageRegistry {
    /// How strict. A registry cannot be chosen for the author, so `default` only warns.
    pub mode: Mode,
    /// Registries, as `registry.example.com`, or repositories below one, as `registry.example.com/shop`. An image
    /// without a registry comes from `docker.io`, one without a folder from `docker.io/library`.
    #[schemars(length(min = 1), inner(length(min = 1)))]
    pub allow: Vec<String>,
}

/// Parameters of `security-context`.
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

/// Parameters of `probes-present`.
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

/// Parameters of `grace-period`, in seconds.
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
