//! What a pod may use, and what is refused.

use super::super::standards::StandardsDocument;
use super::*;

fn document() -> StandardsDocument {
    StandardsDocument::from_yaml(
        "apiVersion: ipsy.dev/v1\nkind: Standards\nversion: '7'\n\
         resources:\n  defaults: { requests: { cpu: 100m, memory: 256Mi }, limits: { memory: 256Mi } }\n  \
         maximum: { memory: 1Gi }\n  minimum: { cpu: 50m }\n",
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
