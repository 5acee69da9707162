//! A `kustomization.yaml` as part of a configuration: what it may hold. Reading one is in `read`; what it changes in
//! manifests is in `render/kustomization`.

mod check;
mod files;
mod labels;
mod patch;
mod read;
mod refused;
mod replacement;

use super::Image;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(super) use check::check;
pub(crate) use check::patch_settings;
pub use files::ReadFile;
pub(crate) use files::no_files;
pub use labels::KustomizeLabels;
pub use patch::KustomizePatch;
pub(crate) use patch::strategic_merge_settings;
pub(super) use read::{PREFIX, convert, is_kustomization};
pub use replacement::{FieldOptions, Replacement, ReplacementSource, ReplacementTarget};

/// Content of a kustomization file. Its parts apply in kustomize's order, which is the order of the fields here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Kustomization {
    /// Strategic merge patches as texts; in a kustomization file also paths of files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patches_strategic_merge: Vec<String>,
    /// Strategic merge patches and JSON 6902 patches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patches: Vec<KustomizePatch>,
    /// Labels, each entry with its own reach. They never reach selectors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<KustomizeLabels>,
    /// Annotations for every object and pod template.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-key" = "label-key"))]
    pub common_annotations: BTreeMap<String, String>,
    /// JSON 6902 patches that apply after the labels and annotations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patches_json6902: Vec<KustomizePatch>,
    /// Replica counts by name of the workload.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replicas: Vec<ReplicaCount>,
    /// Replaces images by name or registry, in every list of containers of any kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// Copies field values from one object to fields of others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replacements: Vec<Replacement>,
}

/// Replica count of the workloads with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplicaCount {
    /// Name of a `Deployment`, `StatefulSet`, `ReplicaSet` or `ReplicationController`.
    pub name: String,
    /// Number of replicas.
    pub count: u32,
}
