//! How many replicas an app has, and what each of them may use.

use std::collections::BTreeMap;

use ipsy_post_renderer::Quantity;
use ipsy_post_renderer::configuration::Quantities;
use ipsy_post_renderer::standards_document::{DefaultAutoscaling, MINIMUM_REPLICAS};

use super::config::{AppConfig, AutoscalingConfig, ResourcesConfig};
use super::exceptions::Exceptions;
use super::explain::{Explanations, Source};
use super::problem::Problems;
use super::profile::Profile;
use super::resource_bounds;
use super::standards::{AppStandards, Breach};

/// The replicas of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scaling {
    /// A number that stands in the Deployment.
    Fixed(i64),
    /// The bounds of a `HorizontalPodAutoscaler`; the Deployment then says nothing.
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

/// Requests and limits of the app's container, keyed as Kubernetes keys them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Resources {
    pub(crate) requests: BTreeMap<String, String>,
    pub(crate) limits: BTreeMap<String, String>,
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
            if config.replicas.is_some() {
                problems.error(
                    "replicas",
                    "Replicas belong to the autoscaler",
                    "With an `autoscaling` block the HorizontalPodAutoscaler owns the number of replicas, and a \
                     fixed one would fight it. Remove `replicas`, or set `min` and `max` alike.",
                );
            }
            return resolve_autoscaling(autoscaling, floor, &source, explanations, problems);
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

/// An environment may ask for a number of replicas that no app goes below.
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

fn resolve_autoscaling(
    config: &AutoscalingConfig,
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
    let resource_metric = |name: &str| ["cpu", "memory"].contains(&name);
    // KEDA can start the first pod; CPU and memory are only known of pods that run.
    let least = i64::from(config.metric.keys().all(|name| resource_metric(name)));
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
    for (name, metric) in &config.metric {
        let place = format!("autoscaling.metric[{name:?}]");
        if !resource_metric(name) {
            if metric.target_utilization.is_some() || metric.target_average_value.is_some() {
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
        let resolved = match (metric.target_utilization, &metric.target_average_value) {
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
            (None, Some(value)) => Metric::AverageValue(value.clone()),
            // Either is still unknown, or the block is empty: 70 percent is a target that leaves room to start pods.
            (None, None) => Metric::Utilization(70),
        };
        metrics.insert(name.clone(), resolved);
    }
    if config.metric.is_empty() {
        metrics.insert("cpu".to_owned(), Metric::Utilization(70));
        explanations.note("autoscaling.metric[\"cpu\"].target_utilization", 70, &Source::Default);
    }
    Scaling::Automatic { min, max, metrics }
}

/// Default quantities of the standards, the name of their list, and the resource.
type Standard<'s> = (&'s Quantities, &'s str, &'s str);

impl Resources {
    /// Resolves `resources { … }`: the app's word, then the standards', then the runtime's.
    pub(crate) fn resolve(
        config: Option<&ResourcesConfig>,
        runtime: &Profile,
        standards: &AppStandards<'_>,
        exceptions: &Exceptions,
        explanations: &mut Explanations,
        problems: &mut Problems,
    ) -> Self {
        let none = ResourcesConfig::default();
        let config = config.unwrap_or(&none);
        let defaults = &standards.resources.defaults;
        let mut pick =
            |field: &str, own: Option<&String>, standard: Standard<'_>, last: Option<(&str, Source)>| {
                let (quantities, list, name) = standard;
                let (value, source) = match (own, quantities.get(name), last) {
                    (Some(value), _, _) => (value.clone(), Source::Argument),
                    (None, Some(value), _) => {
                        (value.to_string(), standards.field(&format!("resources.defaults.{list}.{name}")))
                    }
                    (None, None, Some((value, source))) => (value.to_owned(), source),
                    (None, None, None) => return None,
                };
                explanations.note(field, value.as_str(), &source);
                Some(value)
            };
        let mut resources = Self::default();
        let cpu = pick(
            "resources.cpu_request",
            config.cpu_request.as_ref(),
            (&defaults.requests, "requests", "cpu"),
            Some(("100m", Source::Default)),
        );
        let cpu_limit =
            pick("resources.cpu_limit", config.cpu_limit.as_ref(), (&defaults.limits, "limits", "cpu"), None);
        let memory = pick(
            "resources.memory",
            config.memory.as_ref(),
            (&defaults.limits, "limits", "memory"),
            Some((&runtime.memory(), runtime.source("memory", standards))),
        );
        // Memory can't be taken back from a process: a request below the limit invites the node to kill it.
        let memory_request = config.memory_request.clone().or_else(|| memory.clone());
        let storage = pick(
            "resources.ephemeral_storage",
            config.ephemeral_storage.as_ref(),
            (&defaults.limits, "limits", "ephemeral-storage"),
            None,
        );
        for (name, request, limit) in [
            ("cpu", cpu, cpu_limit),
            ("memory", memory_request, memory),
            ("ephemeral-storage", storage.clone(), storage),
        ] {
            if let Some(request) = request {
                resources.requests.insert(name.to_owned(), request);
            }
            if let Some(limit) = limit {
                resources.limits.insert(name.to_owned(), limit);
            }
        }
        resources.check_order(problems);
        let argument = |list: &str, name: &str| argument(list, name).to_owned();
        let Self { requests, limits } = &resources;
        resource_bounds::check(requests, limits, &argument, standards, exceptions, problems);
        resources
    }

    /// The memory limit in bytes, where it is a quantity.
    pub(crate) fn memory_bytes(&self) -> Option<u64> {
        let quantity = Quantity::parse(self.limits.get("memory")?).ok()?;
        u64::try_from(quantity.nano() / 1_000_000_000).ok()
    }

    /// Kubernetes refuses a pod whose request is above its limit.
    fn check_order(&self, problems: &mut Problems) {
        for (name, request) in &self.requests {
            let Some(limit) = self.limits.get(name) else { continue };
            let (Ok(request_value), Ok(limit_value)) = (Quantity::parse(request), Quantity::parse(limit))
            else {
                continue;
            };
            if request_value > limit_value {
                problems.error(
                    "resources",
                    format!("The {name} request is above its limit"),
                    format!(
                        "{request} is requested, but the limit is {limit}: Kubernetes refuses such a pod."
                    ),
                );
            }
        }
    }
}

/// The argument that a request or limit is written in.
fn argument(list: &str, name: &str) -> &'static str {
    match (list, name) {
        ("requests", "cpu") => "resources.cpu_request",
        (_, "cpu") => "resources.cpu_limit",
        (_, "memory") => "resources.memory",
        _ => "resources.ephemeral_storage",
    }
}

#[cfg(test)]
mod tests;
