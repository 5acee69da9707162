//! What replicas an app gets, and which are refused.

use serde_json::json;

use super::super::standards::StandardsDocument;
use super::*;

fn document() -> StandardsDocument {
    StandardsDocument::from_yaml(
        "apiVersion: ipsy.dev/v1\nkind: Standards\nversion: '7'\n\
         environments: { dev: {}, prod: { minimumReplicas: 3 }, scaled: { defaultAutoscaling: { max: 5 } } }\n",
        "standards.yaml",
    )
    .unwrap()
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
    let metric = json!({ "cpu": { "target_utilization": 65 } });
    let config = AppConfig::from_json(
        &json!({ "replicas": 4, "autoscaling": { "min": 5, "max": 2, "metric": metric } }),
    );
    let config = config.unwrap();
    let (_, problems) = scaling(&config);
    assert_eq!(problems, ["Replicas belong to the autoscaler", "2 is below the minimum of 5"]);
}

#[test]
fn every_app_keeps_the_minimum_of_its_environment() {
    let few = |environment: &str| AppConfig {
        environment: Some(environment.into()),
        replicas: Some(1),
        ..AppConfig::default()
    };
    assert_eq!(scaling(&few("prod")).1, ["Too few replicas: 1"]);
    assert!(scaling(&few("dev")).1.is_empty());
}

#[test]
fn targets_are_those_of_the_metrics() {
    let metrics = |metrics: serde_json::Value| {
        let config =
            AppConfig::from_json(&json!({ "autoscaling": { "min": 0, "metric": metrics } })).unwrap();
        match scaling(&config) {
            (Scaling::Automatic { metrics, .. }, problems) => (metrics, problems),
            (fixed, _) => panic!("{fixed:?}"),
        }
    };
    let (of_queue, problems) = metrics(json!({ "queue": { "sqs_queue_url": "https://q" }, "cpu": {} }));
    assert_eq!((of_queue, problems), (BTreeMap::from([("cpu".to_owned(), Metric::Utilization(70))]), vec![]));
    let (_, problems) = metrics(json!({ "memory": { "target_average_value": "1Gi" } }));
    assert_eq!(problems, ["0 replicas"]);
    let (_, problems) = metrics(json!({ "queue": { "target_utilization": 5 } }));
    assert_eq!(problems, ["`queue` is not a metric of pods"]);
}
