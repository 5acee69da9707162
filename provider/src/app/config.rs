//! The configuration of an app as it is written in HCL: the shape of `ipsy_app` and `data.ipsy_values`,
//! before any default or standard. Unknown values read as absent, so that what is known can be checked
//! while a plan still waits for the rest.

mod load_balancer;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;
use tf_provider::{Diagnostic, Schema, Step, Value};

use super::chart::translate;
use super::overrides;

pub(crate) use load_balancer::{
    AuthenticateCognitoConfig, AuthenticateOidcConfig, LoadBalancerConfig, RangeConfig, SessionConfig,
    ValuesConfig,
};

/// All arguments of an app.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AppConfig {
    pub(crate) name: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) namespace: Option<String>,
    pub(crate) team: Option<String>,
    pub(crate) runtime: Option<String>,
    pub(crate) labels: Option<BTreeMap<String, String>>,
    pub(crate) annotations: Option<BTreeMap<String, String>>,
    pub(crate) tags: Option<BTreeMap<String, String>>,
    pub(crate) command: Option<Vec<String>>,
    pub(crate) args: Option<Vec<String>>,
    pub(crate) env: Option<BTreeMap<String, String>>,
    pub(crate) replicas: Option<i64>,
    pub(crate) image: Option<ImageConfig>,
    pub(crate) port: BTreeMap<String, PortConfig>,
    pub(crate) secret: BTreeMap<String, SecretConfig>,
    pub(crate) resources: Option<ResourcesConfig>,
    pub(crate) autoscaling: Option<AutoscalingConfig>,
    pub(crate) health_check: Option<HealthCheckConfig>,
    pub(crate) migration: Option<MigrationConfig>,
    pub(crate) iam: Option<IamConfig>,
    pub(crate) logs: Option<LogsConfig>,
    pub(crate) load_balancer: Option<LoadBalancerConfig>,
    pub(crate) backend: BTreeMap<String, BackendConfig>,
    pub(crate) rollout: Option<RolloutConfig>,
    pub(crate) timeouts: Option<TimeoutsConfig>,
    pub(crate) retain: Option<BTreeSet<String>>,
    pub(crate) adopt: Option<bool>,
    pub(crate) dns: BTreeMap<String, DnsConfig>,
    pub(crate) alarm: BTreeMap<String, AlarmConfig>,
    pub(crate) extra_values: Option<String>,
    pub(crate) advanced_setting: Vec<AdvancedSettingConfig>,
    pub(crate) exception: BTreeMap<String, ExceptionConfig>,
    /// The defaults of the platform that a state or plan has recorded, as JSON.
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

impl AppConfig {
    /// Reads the arguments of an app out of a value that has them as `schema` does.
    pub(crate) fn read(schema: &Schema, value: &Value) -> Result<Self, Diagnostic> {
        let keyed = schema.keyed(value);
        let merged = overrides::merged(&keyed);
        // Terraform has checked what is written, but not what was merged.
        let missing = if merged == keyed { Vec::new() } else { schema.missing(&merged) };
        let missing = missing.iter().map(ToString::to_string).collect();
        let keyed = merged;
        let config: Self = keyed.decode()?;
        let arguments = keyed.to_json();
        let unknown = overrides::unknown_paths(value);
        let unknown = unknown.iter().filter_map(|path| match path.steps().first() {
            Some(Step::Attribute(name)) => Some(name.clone()),
            _ => None,
        });
        Ok(Self { chart: translate(&arguments), unknown: unknown.collect(), missing, arguments, ..config })
    }

    /// Whether the argument or block `name`, or something inside, is unknown.
    pub(crate) fn is_unknown(&self, name: &str) -> bool {
        self.unknown.contains(name)
    }

    /// The configuration of arguments in JSON, with named blocks by name.
    #[cfg(test)]
    pub(crate) fn of_arguments(arguments: &Json) -> serde_json::Result<Self> {
        let config: Self = serde_json::from_value(arguments.clone())?;
        Ok(Self { chart: translate(arguments), arguments: arguments.clone(), ..config })
    }
}

/// `image { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ImageConfig {
    pub(crate) repository: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) initial: Option<String>,
    pub(crate) parameter: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) digest: Option<String>,
    pub(crate) pull_policy: Option<String>,
    pub(crate) scan_on_push: Option<bool>,
    pub(crate) immutable_tags: Option<bool>,
    pub(crate) mutable_tags: Option<BTreeSet<String>>,
    pub(crate) encryption: Option<String>,
    pub(crate) kms_key_arn: Option<String>,
    pub(crate) keep_images: Option<i64>,
    pub(crate) untagged_days: Option<i64>,
    pub(crate) lifecycle_policy_json: Option<String>,
    pub(crate) pull_account_ids: Option<BTreeSet<String>>,
    pub(crate) repository_policy_json: Option<String>,
    pub(crate) force_delete: Option<bool>,
}

/// `port { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PortConfig {
    pub(crate) port: Option<i64>,
    pub(crate) protocol: Option<String>,
}

/// `secret { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SecretConfig {
    pub(crate) ssm_parameter: Option<String>,
    pub(crate) secrets_manager_secret: Option<String>,
    pub(crate) kubernetes_secret: Option<String>,
    pub(crate) property: Option<String>,
}

/// `resources { … }`; quantities are strings as Kubernetes writes them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ResourcesConfig {
    pub(crate) cpu_request: Option<String>,
    pub(crate) cpu_limit: Option<String>,
    pub(crate) memory: Option<String>,
    pub(crate) memory_request: Option<String>,
    pub(crate) ephemeral_storage: Option<String>,
}

/// `autoscaling { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AutoscalingConfig {
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) metric: BTreeMap<String, MetricConfig>,
}

/// `metric { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MetricConfig {
    pub(crate) target_utilization: Option<i64>,
    pub(crate) target_average_value: Option<String>,
}

/// `health_check { … }`: one description for the probes and for the target groups.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct HealthCheckConfig {
    pub(crate) path: Option<String>,
    pub(crate) port: Option<String>,
    pub(crate) matcher: Option<String>,
    pub(crate) interval_seconds: Option<i64>,
    pub(crate) timeout_seconds: Option<i64>,
    pub(crate) healthy_threshold: Option<i64>,
    pub(crate) unhealthy_threshold: Option<i64>,
}

/// `migration { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MigrationConfig {
    pub(crate) command: Option<Vec<String>>,
    pub(crate) args: Option<Vec<String>>,
    pub(crate) env: Option<BTreeMap<String, String>>,
    pub(crate) service_account: Option<String>,
    pub(crate) backoff_limit: Option<i64>,
    pub(crate) active_deadline_seconds: Option<i64>,
}

/// `iam { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct IamConfig {
    pub(crate) policy_json: Option<String>,
    pub(crate) managed_policy_arns: Option<Vec<String>>,
    pub(crate) permissions_boundary: Option<String>,
    pub(crate) role_name: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) max_session_seconds: Option<i64>,
    pub(crate) policy: BTreeMap<String, PolicyConfig>,
}

/// `policy { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PolicyConfig {
    pub(crate) json: Option<String>,
}

/// `logs { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LogsConfig {
    pub(crate) group_name: Option<String>,
    pub(crate) retention_days: Option<i64>,
    pub(crate) kms_key_arn: Option<String>,
}

/// `backend { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BackendConfig {
    pub(crate) target_group_arn: Option<String>,
    pub(crate) target_group_name: Option<String>,
    pub(crate) cluster: Option<String>,
    pub(crate) oidc_provider_arn: Option<String>,
    pub(crate) weight: Option<i64>,
    pub(crate) extra_values: Option<String>,
}

/// `rollout { … }`; durations are texts such as `5m`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RolloutConfig {
    pub(crate) steps: Option<Vec<i64>>,
    pub(crate) bake: Option<String>,
    pub(crate) interval: Option<String>,
    pub(crate) timeout: Option<String>,
    pub(crate) min_healthy: Option<i64>,
    pub(crate) alarms: Option<Vec<String>>,
    pub(crate) on_failure: Option<String>,
}

/// `timeouts { … }`; durations are texts such as `1h30m`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TimeoutsConfig {
    pub(crate) create: Option<String>,
    pub(crate) update: Option<String>,
    pub(crate) delete: Option<String>,
}

/// `dns { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DnsConfig {
    pub(crate) zone_id: Option<String>,
    pub(crate) weight: Option<i64>,
    pub(crate) set_identifier: Option<String>,
    pub(crate) evaluate_target_health: Option<bool>,
    pub(crate) overwrite: Option<bool>,
    pub(crate) ipv6: Option<bool>,
}

/// `alarm { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AlarmConfig {
    pub(crate) watch: Option<String>,
    pub(crate) threshold: Option<f64>,
    pub(crate) period_seconds: Option<i64>,
    pub(crate) evaluation_periods: Option<i64>,
    pub(crate) actions: Option<Vec<String>>,
}

/// `advanced_setting { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AdvancedSettingConfig {
    pub(crate) name: Option<String>,
    pub(crate) target: Option<TargetConfig>,
    pub(crate) patch: Option<String>,
    pub(crate) on_unmatched: Option<String>,
    pub(crate) create: Option<bool>,
}

/// `target { … }` of an advanced setting: anchored regular expressions and selectors, as kustomize's.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TargetConfig {
    pub(crate) group: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) namespace: Option<String>,
    pub(crate) label_selector: Option<String>,
    pub(crate) annotation_selector: Option<String>,
}

/// `exception { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ExceptionConfig {
    pub(crate) reason: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) expires: Option<String>,
}
