//! What serves an app: something with a target group.

use super::super::config::BackendConfig;
use super::super::names::{Identity, is_dns_label};
use super::super::problem::Problems;

/// A backend: something with a target group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Backend {
    pub(crate) weight: i64,
    pub(crate) place: BackendPlace,
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
                format!("`{name}` is no name for a backend"),
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
        Self { weight, place: BackendPlace::resolve(name, config, identity, settings, complete, problems) }
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
                        format!("`{arn}` is no target group"),
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
            format!("`{group}` is no name of a target group"),
            "AWS takes 1 to 32 letters, digits and dashes, with no dash at either end.",
        );
    }
    if let Some(arn) = config.oidc_provider_arn.as_ref().filter(|arn| !arn.contains(":oidc-provider/")) {
        problems.error(
            &format!("backend[{name:?}].oidc_provider_arn"),
            format!("`{arn}` is no OpenID Connect provider"),
            "Its ARN reads `arn:aws:iam::ACCOUNT:oidc-provider/oidc.eks.REGION.amazonaws.com/id/ID`.",
        );
    }
}
