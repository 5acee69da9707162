//! The arguments of an app as they are written in HCL, before any default or standard. Unknown values read as absent, so
//! that what is known can be checked while a plan still waits for the rest.

use std::collections::{BTreeMap, BTreeSet};

use provider_framework::{Arguments, Diagnostic, Schema, Step, Value};
use serde::Deserialize;
use serde_json::Value as Json;

use super::advanced_setting::AdvancedSettingConfig;
use super::autoscaling::AutoscalingConfig;
use super::chart;
use super::exceptions::ExceptionConfig;
use super::iam::IamConfig;
use super::image::ImageConfig;
use super::json::{is_json_object, same_json};
use super::logs::LogsConfig;
use super::migration::MigrationConfig;
use super::overrides;
use super::port::PortConfig;
use super::resources::ResourcesConfig;
use super::rollout::RolloutConfig;
use super::secret::SecretConfig;
use super::timeouts::TimeoutsConfig;
use super::traffic::{AlarmConfig, BackendConfig, DnsConfig, HealthCheckConfig, LoadBalancerConfig};

/// The arguments of an app.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct AppConfig {
    /// Name of the app, a DNS label. Kubernetes objects, target groups and the IAM role are named after it. Changing
    /// it makes a new app.
    #[argument(required, example = "\"checkout\"", requires_replace)]
    pub(crate) name: Option<String>,
    /// Environment that this is the app of, a DNS label. Together with `name` it is the app's identity. Changing it
    /// makes a new app.
    #[argument(required, example = "\"prod\"", requires_replace)]
    pub(crate) environment: Option<String>,
    /// Kubernetes namespace of the app. Default: its name.
    #[argument(example = "\"shop\"")]
    pub(crate) namespace: Option<String>,
    /// Team that answers for the app; becomes the label `ipsy.dev/team`.
    #[argument(example = "\"payments\"")]
    pub(crate) team: Option<String>,
    /// Language runtime, whose profile sets memory, start-up time and environment variables that the app does
    /// not set: `dotnet`, `generic`, `go`, `java`, `node`, `python`, `ruby`, `rust` or `static`, or one of `runtimes` in
    /// the standards. Default: `generic`.
    #[argument(example = "\"java\"")]
    pub(crate) runtime: Option<String>,
    /// Labels for every object of the app. They never reach selectors.
    #[argument(example = "{ cost-center = \"cc-42\" }")]
    pub(crate) labels: Option<BTreeMap<String, String>>,
    /// Annotations for every object of the app.
    pub(crate) annotations: Option<BTreeMap<String, String>>,
    /// Entrypoint of the container, instead of the image's.
    pub(crate) command: Option<Vec<String>>,
    /// Arguments of the entrypoint, instead of the image's.
    pub(crate) args: Option<Vec<String>>,
    /// Environment variables. No secrets: they belong into `secret` blocks.
    #[argument(example = "{ LOG_LEVEL = \"info\" }")]
    pub(crate) env: Option<BTreeMap<String, String>>,
    /// Number of pods without an `autoscaling` block. Default: the standards', or 2.
    pub(crate) replicas: Option<i64>,
    pub(crate) image: Option<ImageConfig>,
    pub(crate) port: BTreeMap<String, PortConfig>,
    pub(crate) secret: BTreeMap<String, SecretConfig>,
    pub(crate) resources: Option<ResourcesConfig>,
    pub(crate) autoscaling: Option<AutoscalingConfig>,
    pub(crate) health_check: Option<HealthCheckConfig>,
    pub(crate) migration: Option<MigrationConfig>,
    /// Helm values as a JSON object, merged over all others of every backend: objects member by member, everything
    /// else as a whole; null removes what the chart has by default. For fields of a later version of the chart.
    /// Checked at plan against the chart's schema. No secrets: `values` shows it.
    #[argument(
        example = "jsonencode({ service = { type = \"NodePort\" } })", check = is_json_object, equal_when = same_json
    )]
    pub(crate) extra_values: Option<String>,
    pub(crate) advanced_setting: Vec<AdvancedSettingConfig>,
    pub(crate) exception: BTreeMap<String, ExceptionConfig>,
    #[serde(skip)]
    pub(crate) aws: AwsConfig,
    /// The defaults of the platform that a state or plan has recorded, as JSON.
    #[serde(skip)]
    pub(crate) platform: Option<String>,
    /// Arguments and blocks that are unknown, or have something unknown inside.
    #[serde(skip)]
    pub(crate) unknown: BTreeSet<String>,
    /// Required arguments that blocks of overrides do not set.
    #[serde(skip)]
    pub(crate) missing: Vec<String>,
    /// All arguments as JSON, with named blocks by name.
    #[serde(skip)]
    pub(crate) arguments: Json,
    /// Values of the chart that the other arguments set, by the table of `chart`.
    #[serde(skip)]
    pub(crate) chart: Json,
}

/// The arguments of an app that are about AWS alone.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct AwsConfig {
    /// AWS tags for everything that is made for the app, over the provider's `default_tags`.
    pub(crate) tags: Option<BTreeMap<String, String>>,
    pub(crate) iam: Option<IamConfig>,
    pub(crate) logs: Option<LogsConfig>,
    pub(crate) load_balancer: Option<LoadBalancerConfig>,
    pub(crate) backend: BTreeMap<String, BackendConfig>,
    pub(crate) rollout: Option<RolloutConfig>,
    pub(crate) timeouts: Option<TimeoutsConfig>,
    /// Objects that stay when the app is destroyed or replaced, or when it gets another object of the kind:
    /// `image_parameter`, `log_group`, `repository`, `role`. Terraform passes no configuration to a destroy: apply
    /// this first.
    #[argument(example = "[\"repository\", \"log_group\"]")]
    pub(crate) retain: Option<BTreeSet<String>>,
    /// Whether a create takes over objects that are there already and that no other resource of this state holds:
    /// those of another state, or those that were made by hand under the same names. The plan names them. Without it
    /// only what an interrupted create has left is adopted. Default: false.
    pub(crate) adopt: Option<bool>,
    pub(crate) dns: BTreeMap<String, DnsConfig>,
    pub(crate) alarm: BTreeMap<String, AlarmConfig>,
}

impl AppConfig {
    /// Adds the arguments that `data.ipsy_values` and `ipsy_app` have.
    pub(crate) fn describe(schema: Schema) -> Schema {
        chart::add(schema.arguments::<Self>())
    }

    /// Adds the arguments of `ipsy_app`.
    pub(crate) fn describe_with_aws(schema: Schema) -> Schema {
        chart::add(schema.arguments::<AwsConfig>().arguments::<Self>())
    }

    /// Reads the arguments of an app out of a value that has them as `schema` does.
    pub(crate) fn read(schema: &Schema, value: &Value) -> Result<Self, Diagnostic> {
        let written = schema.keyed(value);
        let merged = overrides::merged(&written);
        // Terraform has checked what is written, but not what was merged.
        let missing = merged.as_ref().map(|merged| schema.missing(merged)).unwrap_or_default();
        let keyed = merged.unwrap_or(written);
        let unknown = overrides::unknown_paths(value);
        let unknown = unknown.iter().filter_map(|path| match path.steps().first() {
            Some(Step::Attribute(name)) => Some(name.clone()),
            _ => None,
        });
        Ok(Self {
            unknown: unknown.collect(),
            missing: missing.iter().map(ToString::to_string).collect(),
            ..Self::of_keyed(keyed.decode()?, keyed.decode()?, keyed.to_json())
        })
    }

    fn of_keyed(config: Self, aws: AwsConfig, arguments: Json) -> Self {
        let platform = arguments["platform"].as_str().map(ToOwned::to_owned);
        Self { aws, chart: chart::translate(&arguments), platform, arguments, ..config }
    }

    /// Whether the argument or block `name`, or something inside, is unknown.
    pub(crate) fn is_unknown(&self, name: &str) -> bool {
        self.unknown.contains(name)
    }

    /// The same for arguments as JSON, with named blocks in objects by name.
    pub(crate) fn from_json(arguments: &Json) -> Result<Self, serde_json::Error> {
        let (config, aws) = (Self::deserialize(arguments)?, AwsConfig::deserialize(arguments)?);
        Ok(Self::of_keyed(config, aws, arguments.clone()))
    }
}
