//! How many replicas an app has.

use std::collections::BTreeMap;

use ipsy_post_renderer::standards_document::{DefaultAutoscaling, MINIMUM_REPLICAS};

use provider_framework::Arguments;
use serde::Deserialize;
use serde_json::Value;

use super::arguments::AppConfig;
use super::exceptions::Exceptions;
use super::explain::{Explanations, Source};
use super::problem::Problems;
use super::standards::{AppStandards, Breach};

/// A HorizontalPodAutoscaler, which then owns the number of pods; with a metric other than `cpu` and `memory`, a
/// ScaledObject of KEDA.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct AutoscalingConfig {
    /// Minimum number of pods. Default: the standards', or 2. 0 needs a metric that is known without pods.
    #[argument(example = "3")]
    pub(crate) min: Option<i64>,
    /// Maximum number of pods. Default: ten times `min`.
    #[argument(example = "30")]
    pub(crate) max: Option<i64>,
}

/// The replicas of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scaling {
    /// A number that stands in the Deployment.
    Fixed(i64),
    /// The bounds of a `HorizontalPodAutoscaler`; the Deployment then has no `replicas`.
    Automatic { min: i64, max: i64, metrics: BTreeMap<String, Metric> },
}

/// What a `HorizontalPodAutoscaler` looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Metric {
    /// Percent of the request.
    Utilization(i64),
    /// A quantity per pod.
    AverageValue(String),
}

impl Scaling {
    /// Resolves `replicas` and `autoscaling { … }`.
    pub(crate) fn resolve(
        config: &AppConfig,
        standards: &AppStandards<'_>,
        exceptions: &Exceptions,
        explanations: &mut Explanations,
        problems: &mut Problems,
    ) -> Self {
        check_floor(config, standards, exceptions, problems);
        let (floor, source) = match standards.minimum_replicas {
            Some(replicas) => (i64::from(replicas), standards.field("minimumReplicas")),
            None => (2, Source::Default),
        };
        if let Some(autoscaling) = &config.autoscaling {
            let metrics = &config.chart["autoscaling"]["metrics"];
            if config.replicas.is_some() {
                problems.error(
                    "replicas",
                    "Replicas belong to the autoscaler",
                    "With an `autoscaling` block the HorizontalPodAutoscaler owns the number of replicas, and a \
                     fixed one would fight it. Remove `replicas`, or set `min` and `max` alike.",
                );
            }
            return resolve_autoscaling(autoscaling, metrics, floor, &source, explanations, problems);
        }
        if let (None, Some(automatic)) = (config.replicas, &standards.default_autoscaling) {
            return default_autoscaling(automatic, floor, &source, standards, explanations);
        }
        let replicas = config.replicas.unwrap_or(floor);
        if replicas < 0 {
            problems.error("replicas", format!("{replicas} replicas"), "There can't be fewer than none.");
        }
        let origin = if config.replicas.is_some() { Source::Argument } else { source };
        explanations.note("replicas", replicas, &origin);
        Self::Fixed(replicas)
    }
}

/// Checks the minimum number of replicas that an environment demands of every app.
fn check_floor(
    config: &AppConfig,
    standards: &AppStandards<'_>,
    exceptions: &Exceptions,
    problems: &mut Problems,
) {
    let Some(floor) = standards.minimum_replicas.map(i64::from) else { return };
    let (place, given) = match &config.autoscaling {
        Some(autoscaling) => ("autoscaling.min", autoscaling.min),
        None => ("replicas", config.replicas),
    };
    let Some(given) = given.filter(|given| *given < floor) else { return };
    if exceptions.waives(MINIMUM_REPLICAS.id) {
        return;
    }
    let environment = config.environment.as_deref().unwrap_or_default();
    problems.breach(
        standards.mode,
        Breach {
            rule: MINIMUM_REPLICAS.id,
            place,
            summary: format!("Too few replicas: {given}"),
            wanted: format!("{} ask for {floor} in `{environment}`", standards.source("minimumReplicas")),
            fix: "Raise it".to_owned(),
        },
    );
}

/// The autoscaler of the standards, for an app that sets neither `replicas` nor `autoscaling`.
fn default_autoscaling(
    automatic: &DefaultAutoscaling,
    floor: i64,
    source: &Source,
    standards: &AppStandards<'_>,
    explanations: &mut Explanations,
) -> Scaling {
    let utilization = i64::from(automatic.target_cpu_utilization);
    let max = i64::from(automatic.max).max(floor);
    let place = standards.field("defaultAutoscaling");
    explanations.note("autoscaling.min", floor, source);
    explanations.note("autoscaling.max", max, &place);
    explanations.note("autoscaling.metric[\"cpu\"].target_utilization", utilization, &place);
    let metrics = BTreeMap::from([("cpu".to_owned(), Metric::Utilization(utilization))]);
    Scaling::Automatic { min: floor, max, metrics }
}

/// `given` are the metrics as values of the chart.
fn resolve_autoscaling(
    config: &AutoscalingConfig,
    given: &Value,
    floor: i64,
    source: &Source,
    explanations: &mut Explanations,
    problems: &mut Problems,
) -> Scaling {
    let min = config.min.unwrap_or(floor);
    let max = config.max.unwrap_or_else(|| min.max(1).saturating_mul(10));
    explanations.note("autoscaling.min", min, if config.min.is_some() { &Source::Argument } else { source });
    explanations.note(
        "autoscaling.max",
        max,
        &if config.max.is_some() { Source::Argument } else { Source::Default },
    );
    let given: Vec<(&String, &Value)> = given.as_object().into_iter().flatten().collect();
    let resource_metric = |name: &str| ["cpu", "memory"].contains(&name);
    // KEDA can start the first pod; CPU and memory are only known of pods that run.
    let least = i64::from(given.iter().all(|(name, _)| resource_metric(name)));
    if min < least {
        problems.error(
            "autoscaling.min",
            format!("{min} replicas"),
            "An autoscaler keeps at least one pod, or none with a metric that is known without pods, such as the \
             length of a queue.",
        );
    }
    if max < min {
        problems.error(
            "autoscaling.max",
            format!("{max} is below the minimum of {min}"),
            "A HorizontalPodAutoscaler takes `max` at least as large as `min`.",
        );
    }
    let mut metrics = BTreeMap::new();
    for (name, metric) in &given {
        let utilization = metric["targetUtilization"].as_i64();
        let average_value = metric["targetAverageValue"].as_str();
        let place = format!("autoscaling.metric[{name:?}]");
        if !resource_metric(name) {
            if utilization.is_some() || average_value.is_some() {
                problems.error(
                    &place,
                    format!("`{name}` is not a metric of pods"),
                    "Only \"cpu\" and \"memory\" have `target_utilization` and `target_average_value`. For another \
                     metric set `sqs_queue_url`, `prometheus_query`, `cron_schedule` or `keda`.",
                );
            }
            // Values get it from the arguments themselves.
            continue;
        }
        let resolved = match (utilization, average_value) {
            (Some(_), Some(_)) => {
                problems.error(&place, "Two targets", "Set `target_utilization` or `target_average_value`.");
                continue;
            }
            (Some(percent), None) => {
                if percent < 1 {
                    problems.error(
                        &format!("{place}.target_utilization"),
                        format!("{percent} percent"),
                        "A HorizontalPodAutoscaler takes 1 percent of the request, or more.",
                    );
                }
                Metric::Utilization(percent)
            }
            (None, Some(value)) => Metric::AverageValue(value.to_owned()),
            // Either is still unknown, or the block is empty: 70 percent is a target that leaves room to start pods.
            (None, None) => Metric::Utilization(70),
        };
        metrics.insert((*name).clone(), resolved);
    }
    if given.is_empty() {
        metrics.insert("cpu".to_owned(), Metric::Utilization(70));
        explanations.note("autoscaling.metric[\"cpu\"].target_utilization", 70, &Source::Default);
    }
    Scaling::Automatic { min, max, metrics }
}

#[cfg(test)]
mod tests;
