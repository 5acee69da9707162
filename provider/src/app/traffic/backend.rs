//! What serves an app: something with a target group.

use provider_framework::{Arguments, Problem, Value};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::json::is_json_object;
use super::super::names::{Identity, is_dns_label};
use super::super::problem::Problems;
use super::backend_values::{self, BackendAutoscalingConfig, PlacementConfig};

/// Something that serves the app: a Kubernetes cluster, for which a target group is made, or a target group that
/// exists, such as that of the EC2 instances that the app comes from.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
#[arguments(key(name = "Name of the backend, such as `blue`."))]
pub(crate) struct BackendConfig {
    /// ARN of a target group that exists. It is forwarded to, and otherwise left alone.
    pub(crate) target_group_arn: Option<String>,
    /// Name of the target group that is made for the `cluster`, at most 32 characters. Default: a name that follows
    /// from the app, the backend and the port.
    pub(crate) target_group_name: Option<String>,
    /// Name of the EKS cluster. Its pods get the app's role and a target group.
    #[argument(example = "\"eks-blue\"")]
    pub(crate) cluster: Option<String>,
    /// ARN of the cluster's OpenID Connect provider in IAM. With it pods get the role by their cluster's tokens
    /// (IRSA), for clusters without the agent of EKS Pod Identity.
    pub(crate) oidc_provider_arn: Option<String>,
    /// Number of pods in this cluster. Default: that of the app. Needs `cluster`.
    pub(crate) replicas: Option<i64>,
    pub(crate) autoscaling: Option<BackendAutoscalingConfig>,
    /// Nodes for the pods in this cluster. What it does not set is that of the app.
    pub(crate) placement: Option<PlacementConfig>,
    /// Values of the standard chart for this cluster alone, as JSON, merged last. For fields of a later version of the
    /// chart. Needs `cluster`.
    #[argument(check = is_json_object)]
    pub(crate) extra_values: Option<String>,
    /// Share of the requests, relative to the other backends', 0 to 999. Default: 0.
    #[argument(example = "10", check = whole_number)]
    pub(crate) weight: Option<i64>,
}

/// A backend: something with a target group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Backend {
    pub(crate) weight: i64,
    pub(crate) place: BackendPlace,
    /// Values of the chart that the arguments of the backend set, over those of the app.
    pub(crate) values: Box<Json>,
    /// Values of the chart for this cluster alone, over all others.
    pub(crate) extra_values: Box<Json>,
}

/// Where a backend runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BackendPlace {
    /// An existing target group, which ipsy forwards to and otherwise leaves alone.
    Existing { target_group_arn: String },
    /// A Kubernetes cluster; the target group is ours.
    Cluster {
        cluster: String,
        target_group_name: String,
        /// The cluster's `OpenID` Connect provider in IAM, where pods get their role by the cluster's tokens.
        oidc_provider_arn: Option<String>,
    },
}

impl Backend {
    /// Resolves `backend { … }`. `settings` are those that AWS can't change of a target group. Each cluster has a target
    /// group of its own: the controllers of two clusters would remove each other's targets.
    pub(super) fn resolve(
        name: &str,
        config: &BackendConfig,
        identity: &Identity,
        settings: &str,
        complete: bool,
        problems: &mut Problems,
    ) -> Self {
        if !is_dns_label(name) {
            problems.error(
                &format!("backend[{name:?}]"),
                format!("`{name}` is not a valid backend name"),
                "It becomes part of a target group's name: use lower-case letters, digits and `-`.",
            );
        }
        let weight = config.weight.unwrap_or(0);
        if !(0..=999).contains(&weight) {
            problems.error(
                &format!("backend[{name:?}].weight"),
                format!("A weight of {weight}"),
                "AWS takes 0 to 999. Weights are relative: 90 and 10 send a tenth to the second.",
            );
        }
        backend_values::check_installed(name, config, problems);
        // A check of the argument reports what is not a JSON object.
        let extra_values =
            config.extra_values.as_deref().and_then(|text| serde_json::from_str::<Json>(text).ok());
        let extra_values = Box::new(extra_values.filter(Json::is_object).unwrap_or_else(|| json!({})));
        let place = BackendPlace::resolve(name, config, identity, settings, complete, problems);
        Self { weight, place, values: Box::new(backend_values::values(config)), extra_values }
    }
}

impl BackendPlace {
    fn resolve(
        name: &str,
        config: &BackendConfig,
        identity: &Identity,
        settings: &str,
        complete: bool,
        problems: &mut Problems,
    ) -> Self {
        match (&config.target_group_arn, &config.cluster) {
            (Some(_), Some(_)) => {
                problems.error(
                    &format!("backend[{name:?}]"),
                    "Two places for one backend",
                    "Set `target_group_arn` for what exists, or `cluster` for a Kubernetes cluster.",
                );
                Self::Existing { target_group_arn: String::new() }
            }
            (Some(arn), None) => {
                if !arn.contains(":targetgroup/") {
                    problems.error(
                        &format!("backend[{name:?}].target_group_arn"),
                        format!("`{arn}` is not the ARN of a target group"),
                        "Its ARN reads `arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID`.",
                    );
                }
                Self::Existing { target_group_arn: arn.clone() }
            }
            (None, cluster) => {
                if cluster.is_none() && complete {
                    problems.error(
                        &format!("backend[{name:?}]"),
                        "A backend without a place",
                        "Set `cluster` for a Kubernetes cluster, or `target_group_arn` for what exists.",
                    );
                }
                check_cluster(name, config, problems);
                Self::Cluster {
                    cluster: cluster.clone().unwrap_or_default(),
                    target_group_name: config.target_group_name.clone().unwrap_or_else(|| {
                        let cluster = cluster.as_deref().unwrap_or_default();
                        identity.target_group_name(name, &format!("{settings}\n{cluster}"))
                    }),
                    oidc_provider_arn: config.oidc_provider_arn.clone(),
                }
            }
        }
    }
}

fn check_cluster(name: &str, config: &BackendConfig, problems: &mut Problems) {
    let is_name = |name: &str| {
        (1..=32).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !name.starts_with('-')
            && !name.ends_with('-')
    };
    if let Some(group) = config.target_group_name.as_ref().filter(|group| !is_name(group)) {
        problems.error(
            &format!("backend[{name:?}].target_group_name"),
            format!("`{group}` is not a valid target group name"),
            "AWS takes 1 to 32 letters, digits and dashes, with no dash at either end.",
        );
    }
    if let Some(arn) = config.oidc_provider_arn.as_ref().filter(|arn| !arn.contains(":oidc-provider/")) {
        problems.error(
            &format!("backend[{name:?}].oidc_provider_arn"),
            format!("`{arn}` is not the ARN of an OpenID Connect provider"),
            "Its ARN reads `arn:aws:iam::ACCOUNT:oidc-provider/oidc.eks.REGION.amazonaws.com/id/ID`.",
        );
    }
}

fn whole_number(value: &Value) -> Result<(), Problem> {
    if value.as_i64().is_some() {
        return Ok(());
    }
    Err(Problem::new("A weight is a whole number", "AWS takes 0 to 999, without a fraction."))
}
