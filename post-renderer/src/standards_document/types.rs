//! The members of a standards document, merged for one environment.

use super::{RuntimeImages, ScanDatabase};
use crate::configuration::{
    Hooks, Kapp, ListKey, Mode, PodTemplatePath, PodTemplates, Resources, Stamp, Standards as Parameters,
    UnknownPodKinds,
};
use crate::quantity::Quantity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The standards of one environment: the document with the overlay of the environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Standards {
    /// Version of the standards; stamped on objects as `ipsy.dev/standards-version`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How strict the rules of the provider are, and `resources` where it names no mode of its own.
    #[serde(skip_serializing_if = "is_default")]
    pub mode: Mode,
    /// Labels that every app sets; `team` is set by the argument of that name. The rule `required-labels`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(length(min = 1)))]
    pub required_labels: Vec<String>,
    /// Anchored regular expression of the names of apps. The rule `name-pattern`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "regex"))]
    pub name_pattern: Option<String>,
    /// The least number of replicas, and the default. The rule `minimum-replicas`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_replicas: Option<u32>,
    /// The autoscaler of apps that set neither `replicas` nor `autoscaling`; without it they have fixed replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_autoscaling: Option<DefaultAutoscaling>,
    /// Log groups.
    #[serde(skip_serializing_if = "is_default")]
    pub logs: LogStandards,
    /// IAM roles of apps.
    #[serde(skip_serializing_if = "is_default")]
    pub iam: IamStandards,
    /// Profiles of runtimes by name: new ones, and changes of those that the provider has.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub runtimes: BTreeMap<String, RuntimeProfile>,
    /// Kind of load balancer that apps are reached through. The rule `exposure`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
    /// Networks that an app may let in, in CIDR notation. The rule `allowed-ingress`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(length(min = 1)))]
    pub allowed_ingress: Vec<String>,
    /// Spot capacity. The rule `spot-maximum`.
    #[serde(skip_serializing_if = "is_default")]
    pub spot: SpotStandards,
    /// Defaults for what an app does not name itself.
    #[serde(skip_serializing_if = "is_default")]
    pub platform: Platform,
    /// Database of vulnerabilities of the pipelines' scanner.
    #[serde(skip_serializing_if = "is_default")]
    pub scan_database: ScanDatabase,
    /// As in a `PostRenderConfig`: which objects are stamped.
    #[serde(skip_serializing_if = "is_default")]
    pub stamp: Stamp,
    /// Labels for every object.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-key" = "label-key", "x-value" = "label-value"))]
    pub labels: BTreeMap<String, String>,
    /// Annotations for every object.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-key" = "label-key"))]
    pub annotations: BTreeMap<String, String>,
    /// What pod templates get too. Changing a pod template restarts its pods.
    #[serde(skip_serializing_if = "is_default")]
    pub pod_templates: PodTemplates,
    /// Requests and limits of containers.
    #[serde(skip_serializing_if = "is_default")]
    pub resources: Resources,
    /// The other standards of the post-renderer.
    #[serde(skip_serializing_if = "is_default")]
    pub standards: Parameters,
    /// Merge keys of lists in custom resources, for strategic merge.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub list_keys: Vec<ListKey>,
    /// Where kinds that the post-renderer does not know hold their pod templates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pod_template_paths: Vec<PodTemplatePath>,
    /// What happens with a custom resource that holds containers in a place that no standard knows.
    #[serde(skip_serializing_if = "is_default")]
    pub unknown_pod_kinds: UnknownPodKinds,
    /// What is done to Helm hooks.
    #[serde(skip_serializing_if = "is_default")]
    pub hooks: Hooks,
    /// What `--deployer kapp` adds.
    #[serde(skip_serializing_if = "is_default")]
    pub kapp: Kapp,
}

impl Standards {
    /// Whether an app may have this name.
    pub fn is_app_name(&self, name: &str) -> bool {
        let pattern = self.name_pattern.as_deref().map(super::read::anchored);
        pattern.is_none_or(|pattern| pattern.is_ok_and(|pattern| pattern.is_match(name)))
    }
}

/// Default autoscaler of apps. It keeps at least `minimumReplicas`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DefaultAutoscaling {
    /// The most replicas.
    #[schemars(range(min = 1))]
    pub max: u32,
    /// CPU utilization that it aims at, in percent of the request.
    #[schemars(range(min = 1))]
    pub target_cpu_utilization: u32,
}

impl Default for DefaultAutoscaling {
    fn default() -> Self {
        Self { max: 10, target_cpu_utilization: 70 }
    }
}

/// Log groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LogStandards {
    /// Default number of days for which logs are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub retention_days: Option<u32>,
}

/// IAM roles of apps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct IamStandards {
    /// ARN of the policy that bounds every role. An app that names another breaks the rule `permissions-boundary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub permissions_boundary: Option<String>,
    /// Default path of roles, such as `/apps/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub role_path: Option<String>,
}

/// Profile of a runtime. What it does not set comes from the runtime that it extends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RuntimeProfile {
    /// Runtime of the provider that this one extends. Default: the one of the same name, or `generic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub extends: Option<String>,
    /// Memory of a container where neither the app nor `resources.defaults` has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Quantity>,
    /// Seconds that the process may take to start before it is restarted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub startup_seconds: Option<u32>,
    /// Environment variables.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Base images of the generated Dockerfile.
    #[serde(skip_serializing_if = "is_default")]
    pub images: RuntimeImages,
}

/// Kind of load balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// Only from inside of the network.
    Internal,
    /// From the internet.
    InternetFacing,
}

impl Exposure {
    /// The scheme of such a load balancer, as AWS writes it.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::InternetFacing => "internet-facing",
        }
    }
}

/// Spot capacity of apps and their workers and jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SpotStandards {
    /// Default `placement.spot_percent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 100))]
    pub default_percent: Option<u32>,
    /// The highest `placement.spot_percent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 100))]
    pub maximum_percent: Option<u32>,
}

/// What the platform team runs, as defaults for apps that do not name their own. An app records in its state which of
/// them it uses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Platform {
    /// Clusters of apps without `backend` blocks, by the name of the backend.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub clusters: BTreeMap<String, PlatformCluster>,
    /// ARN of the listener of apps that name none. With `domain`, an app with a port needs no `load_balancer` block.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub listener_arn: Option<String>,
    /// Priorities of listener rules without `priority` and `priority_range`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priorities: Option<PriorityRange>,
    /// Domain of apps whose load balancer names no host: requests for `NAME.DOMAIN` lead to the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub domain: Option<String>,
    /// Route 53 zone in which the host `NAME.DOMAIN` gets an alias record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub hosted_zone_id: Option<String>,
    /// Registry of images without a host, for the data sources `ipsy_bootstrap` and `ipsy_values`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub registry: Option<String>,
    /// The standard chart, for the data source `ipsy_bootstrap`.
    #[serde(skip_serializing_if = "is_default")]
    pub chart: PlatformChart,
    /// S3 bucket for the Terraform states of apps, for the data source `ipsy_bootstrap`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub state_bucket: Option<String>,
    /// Environments of a new app in the order of a deployment, for the data source `ipsy_bootstrap`. It counts outside of
    /// `environments` only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(length(min = 1)))]
    pub deployment_order: Vec<String>,
    /// Shared library that the pipelines of new apps load in Jenkins, with its commit: `ipsy@0123abcd…`. Default: `ipsy`, in
    /// the version that Jenkins is set up with. It counts outside of `environments` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub jenkins_library: Option<String>,
}

/// The standard chart as the platform team publishes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PlatformChart {
    /// Repository that holds the chart, such as `oci://registry.example.com/charts`; or a folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub repository: Option<String>,
    /// Name of the chart in the repository.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Version of the chart. Default: the newest one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub version: Option<String>,
}

impl Default for PlatformChart {
    fn default() -> Self {
        Self { repository: None, name: "ipsy-app".to_owned(), version: None }
    }
}

/// A cluster that serves apps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlatformCluster {
    /// Name of the EKS cluster.
    #[schemars(length(min = 1))]
    pub cluster: String,
    /// ARN of the cluster's OIDC provider in IAM, where pods get their role by the cluster's tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub oidc_provider_arn: Option<String>,
    /// Weight of the cluster in the listener rule.
    #[serde(default = "full_weight")]
    #[schemars(range(max = 999))]
    pub weight: u32,
}

fn full_weight() -> u32 {
    100
}

/// Priorities of listener rules, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriorityRange {
    /// The lowest number, which is tried first.
    #[schemars(range(min = 1, max = 50000))]
    pub from: u32,
    /// The highest number.
    #[schemars(range(min = 1, max = 50000))]
    pub to: u32,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
