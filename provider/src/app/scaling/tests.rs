//! What replicas and resources an app gets, and which are refused.

use super::super::config::{AutoscalingConfig, MetricConfig};
use super::super::standards::StandardsDocument;
use super::*;

fn document() -> StandardsDocument {
    StandardsDocument::from_yaml(
        "apiVersion: ipsy.dev/v1\nkind: Standards\nversion: '7'\n\
         resources:\n  defaults: { requests: { cpu: 100m, memory: 256Mi }, limits: { memory: 256Mi } }\n  \
         maximum: { memory: 1Gi }\n  minimum: { cpu: 50m }\n\
         environments: { dev: {}, prod: { minimumReplicas: 3 }, scaled: { defaultAutoscaling: { max: 5 } } }\n",
        "standards.yaml",
    )
    .unwrap()
}

fn resources(config: &ResourcesConfig, exceptions: &Exceptions) -> (Resources, Vec<String>) {
    let mut problems = Problems::default();
    let document = document();
    let standards = AppStandards::of(&document, None, &mut Problems::default());
    let resources = Resources::resolve(
        Some(config),
        &Profile::resolve(Some("java"), &standards, &mut Problems::default()),
        &standards,
        exceptions,
        &mut Explanations::default(),
        &mut problems,
    );
    (resources, problems.0.into_iter().map(|problem| problem.summary).collect())
}

fn scaling(config: &AppConfig) -> (Scaling, Vec<String>) {
    let mut problems = Problems::default();
    let (exceptions, mut explanations) = (Exceptions::default(), Explanations::default());
    let document = document();
    let standards = AppStandards::of(&document, config.environment.as_deref(), &mut problems);
    let scaling = Scaling::resolve(config, &standards, &exceptions, &mut explanations, &mut problems);
    (scaling, problems.0.into_iter().map(|problem| problem.summary).collect())
}

#[test]
fn the_app_wins_over_the_standards_and_memory_is_reserved_whole() {
    let config = ResourcesConfig { memory: Some("512Mi".into()), ..ResourcesConfig::default() };
    let (resources, problems) = resources(&config, &Exceptions::default());
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(resources.requests["memory"], "512Mi");
    assert_eq!(resources.limits["memory"], "512Mi");
    assert_eq!(resources.requests["cpu"], "100m");
    assert!(!resources.limits.contains_key("cpu"));
    assert_eq!(resources.memory_bytes(), Some(512 * 1024 * 1024));
}

#[test]
fn bounds_are_compared_by_value_and_can_be_waived() {
    let config = ResourcesConfig {
        memory: Some("2147483648".into()),
        cpu_request: Some("0.01".into()),
        ..ResourcesConfig::default()
    };
    let (_, problems) = resources(&config, &Exceptions::default());
    assert_eq!(
        problems,
        [
            "The memory limit of 2147483648 is above what is allowed",
            "The cpu request of 0.01 is below what is allowed",
        ]
    );
    let exception = super::super::exceptions::Exception {
        reason: String::new(),
        owner: String::new(),
        expires: String::new(),
    };
    let waived = Exceptions([("resource-maximum/memory".to_owned(), exception)].into());
    let (_, problems) = resources(&config, &waived);
    assert_eq!(problems, ["The cpu request of 0.01 is below what is allowed"]);
}

#[test]
fn a_request_above_its_limit_is_refused() {
    let config = ResourcesConfig {
        memory: Some("256Mi".into()),
        memory_request: Some("1Gi".into()),
        ..ResourcesConfig::default()
    };
    let (_, problems) = resources(&config, &Exceptions::default());
    assert_eq!(problems, ["The memory request is above its limit"]);
}

#[test]
fn an_environment_sets_the_floor() {
    let config = AppConfig { environment: Some("prod".into()), ..AppConfig::default() };
    assert_eq!(scaling(&config), (Scaling::Fixed(3), vec![]));
    assert_eq!(scaling(&AppConfig::default()), (Scaling::Fixed(2), vec![]));
}

#[test]
fn an_environment_may_scale_apps_that_do_not_say() {
    let app = |replicas| AppConfig { environment: Some("scaled".into()), replicas, ..AppConfig::default() };
    let metrics = BTreeMap::from([("cpu".to_owned(), Metric::Utilization(70))]);
    assert_eq!(scaling(&app(None)), (Scaling::Automatic { min: 2, max: 5, metrics }, vec![]));
    assert_eq!(scaling(&app(Some(4))), (Scaling::Fixed(4), vec![]));
}

#[test]
fn replicas_and_an_autoscaler_do_not_go_together() {
    let metric = MetricConfig { target_utilization: Some(65), ..MetricConfig::default() };
    let config = AppConfig {
        replicas: Some(4),
        autoscaling: Some(AutoscalingConfig {
            min: Some(5),
            max: Some(2),
            metric: [("cpu".to_owned(), metric)].into(),
        }),
        ..AppConfig::default()
    };
    let (_, problems) = scaling(&config);
    assert_eq!(problems, ["Replicas belong to the autoscaler", "2 is below the minimum of 5"]);
}

#[test]
fn no_app_goes_below_the_floor_of_its_environment() {
    let few = |environment: &str| AppConfig {
        environment: Some(environment.into()),
        replicas: Some(1),
        ..AppConfig::default()
    };
    assert_eq!(scaling(&few("prod")).1, ["Too few replicas: 1"]);
    assert!(scaling(&few("dev")).1.is_empty());
}
