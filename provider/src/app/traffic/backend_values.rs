//! Values that a backend has for itself, since clusters differ: how many pods run there, and on which nodes.

use provider_framework::{Argument, Arguments, Block};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::arguments::AppConfig;
use super::super::autoscaling::Scaling;
use super::super::chart;
use super::super::problem::Problems;
use super::BackendConfig;

/// Bounds of the autoscaler in this cluster, if they are not those of the app.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct BackendAutoscalingConfig {
    /// Minimum number of pods in this cluster.
    pub(crate) min: Option<i64>,
    /// Maximum number of pods in this cluster.
    pub(crate) max: Option<i64>,
}

/// The arguments of `placement`, for this cluster.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct PlacementConfig(Json);

impl Argument for PlacementConfig {
    type Form = Block;

    fn form() -> Block {
        chart::block("placement").unwrap_or_else(Block::single)
    }
}

/// The values that the typed arguments of a backend set.
pub(super) fn values(config: &BackendConfig) -> Json {
    let placement = config.placement.as_ref().map(|PlacementConfig(placement)| placement);
    let mut values = chart::translate(&json!({ "placement": placement }));
    if let Some(replicas) = config.replicas {
        values["replicas"] = json!(replicas);
    }
    if let Some(BackendAutoscalingConfig { min, max }) = &config.autoscaling {
        for (name, bound) in [("min", min), ("max", max)] {
            if let Some(bound) = bound {
                values["autoscaling"][name] = json!(bound);
            }
        }
    }
    values
}

/// Reports values of backends in which nothing is installed.
pub(super) fn check_installed(name: &str, config: &BackendConfig, problems: &mut Problems) {
    if config.target_group_arn.is_none() {
        return;
    }
    for (argument, is_set) in [
        ("autoscaling", config.autoscaling.is_some()),
        ("extra_values", config.extra_values.is_some()),
        ("placement", config.placement.is_some()),
        ("replicas", config.replicas.is_some()),
    ] {
        if is_set {
            problems.error(
                &format!("backend[{name:?}].{argument}"),
                "Nothing is installed in this backend",
                format!("A backend with `target_group_arn` has no values. Remove `{argument}`, or name a `cluster`."),
            );
        }
    }
}

/// Reports numbers of pods that do not go with the scaling of the app.
pub(crate) fn check_scaling(config: &AppConfig, scaling: &Scaling, problems: &mut Problems) {
    for (name, backend) in &config.aws.backend {
        let place = |argument: &str| format!("backend[{name:?}].{argument}");
        if let Some(replicas) = backend.replicas.filter(|replicas| *replicas < 0) {
            let detail = "`replicas` must be 0 or more.";
            problems.error(&place("replicas"), format!("{replicas} replicas"), detail);
        }
        match (scaling, &backend.autoscaling) {
            (Scaling::Automatic { .. }, _) if backend.replicas.is_some() => problems.error(
                &place("replicas"),
                "Replicas belong to the autoscaler",
                "The app has an autoscaler, which owns the number of pods in every cluster. Set `min` and `max` of \
                 `autoscaling` in this backend instead.",
            ),
            (Scaling::Fixed(_), Some(_)) => problems.error(
                &place("autoscaling"),
                "The app has no autoscaler",
                "Set `replicas` in this backend, or add an `autoscaling` block to the app.",
            ),
            (Scaling::Automatic { min, max, .. }, Some(own)) => {
                let (min, max) = (own.min.unwrap_or(*min), own.max.unwrap_or(*max));
                if max < min {
                    let argument = if own.max.is_some() { "autoscaling.max" } else { "autoscaling.min" };
                    problems.error(
                        &place(argument),
                        format!("The maximum of {max} is below the minimum of {min}"),
                        "A bound that this backend does not set is that of the app.",
                    );
                }
            }
            _ => {}
        }
    }
}
