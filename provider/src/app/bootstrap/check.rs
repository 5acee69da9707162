//! What a project can't be made from: its own arguments, and whatever the app that it makes would be refused
//! for, in each of its environments.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::{BootstrapConfig, EnvironmentConfig};
use crate::app::arguments::{AppConfig, AwsConfig};
use crate::app::autoscaling::AutoscalingConfig;
use crate::app::image::{ImageConfig, Reference};
use crate::app::port::PortConfig;
use crate::app::problem::{Place, Problem, Problems};
use crate::app::resolve::resolve;
use crate::app::standards::StandardsDocument;
use crate::app::traffic::{BackendConfig, HealthCheckConfig, LoadBalancerConfig, RangeConfig};

/// What is known of the registry by its host.
pub(super) struct Registry<'a> {
    pub(super) region: &'a str,
}

/// Tells all problems of `config`; `complete` says that nothing in it is unknown.
pub(super) fn check<'a>(
    config: &'a BootstrapConfig,
    standards: &StandardsDocument,
    complete: bool,
    problems: &mut Problems,
) -> Registry<'a> {
    let region = check_registry(config, problems);
    check_words(config, problems);
    check_images(config, problems);
    check_build(config, problems);
    check_environments(config, complete, problems);
    let mut found: Vec<Problem> = Vec::new();
    for (index, environment) in config.environment.iter().enumerate() {
        let mut of_app = Problems::default();
        let app = app(config, index, environment);
        // The app has no exceptions, so no day ends one.
        resolve(&app, standards, complete, Date::MIN, &mut of_app);
        found.extend(of_app.0.into_iter().map(|problem| translated(problem, index)));
    }
    // What is wrong in every environment is told once.
    for problem in found {
        if !problems.0.contains(&problem) {
            problems.0.push(problem);
        }
    }
    Registry { region }
}

/// The app that the project makes in an environment.
fn app(config: &BootstrapConfig, index: usize, environment: &EnvironmentConfig) -> AppConfig {
    let load_balancer = environment.listener_arn.as_ref().map(|listener| LoadBalancerConfig {
        listener_arn: Some(listener.clone()),
        hosts: environment.hosts.clone(),
        priority_range: Some(RangeConfig { from: Some(1000), to: Some(9999) }),
        ..LoadBalancerConfig::default()
    });
    AppConfig {
        name: config.name.clone(),
        environment: environment.name.clone(),
        team: config.team.clone(),
        runtime: config.runtime.clone(),
        labels: config.labels.clone(),
        image: Some(ImageConfig { repository: Some(config.repository(index)), ..ImageConfig::default() }),
        port: BTreeMap::from([("http".to_owned(), PortConfig { port: config.port, protocol: None })]),
        autoscaling: Some(AutoscalingConfig { min: environment.min_replicas, max: environment.max_replicas }),
        health_check: Some(HealthCheckConfig {
            path: config.health_path.clone(),
            ..HealthCheckConfig::default()
        }),
        aws: AwsConfig {
            load_balancer,
            backend: BTreeMap::from([(
                "main".to_owned(),
                BackendConfig {
                    cluster: environment.cluster.clone(),
                    weight: Some(100),
                    ..BackendConfig::default()
                },
            )]),
            ..AwsConfig::default()
        },
        ..AppConfig::default()
    }
}

/// A problem of the app, at the argument of the project that it comes from.
fn translated(problem: Problem, index: usize) -> Problem {
    let name = |step: usize| match problem.place.get(step) {
        Some(Place::Attribute(name)) => name.as_str(),
        _ => "",
    };
    let project = |name: &str| vec![Place::Attribute(name.to_owned())];
    let environment = |name: &str| {
        vec![
            Place::Attribute("environment".to_owned()),
            Place::Index(index),
            Place::Attribute(name.to_owned()),
        ]
    };
    let place = match (name(0), name(1)) {
        ("environment", _) => environment("name"),
        ("port", _) => project("port"),
        ("health_check", _) => project("health_path"),
        ("image", _) => project("name"),
        ("backend", _) => environment("cluster"),
        ("autoscaling", "max") => environment("max_replicas"),
        ("autoscaling", _) => environment("min_replicas"),
        ("load_balancer", "listener_arn") => environment("listener_arn"),
        ("load_balancer", _) => environment("hosts"),
        (argument, _) => project(argument),
    };
    Problem { place, ..problem }
}

/// The region of the registry, which must be ECR's: the pipelines log in there.
fn check_registry<'a>(config: &'a BootstrapConfig, problems: &mut Problems) -> &'a str {
    let Some(registry) = config.registry.as_deref() else { return "" };
    let parts: Vec<&str> = registry.splitn(5, '.').collect();
    match parts.as_slice() {
        [account, "dkr", "ecr", region, host]
            if account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && is_region(region)
                && ["amazonaws.com", "amazonaws.com.cn"].contains(host) =>
        {
            region
        }
        _ => {
            problems.error(
                "registry",
                format!("`{registry}` is no registry of ECR"),
                "It reads `ACCOUNT.dkr.ecr.REGION.amazonaws.com`, without a repository.",
            );
            ""
        }
    }
}

/// What stands unquoted in shell scripts and pipelines must be a plain word.
fn check_words(config: &BootstrapConfig, problems: &mut Problems) {
    if let Some(region) = config.region.as_ref().filter(|region| !is_region(region)) {
        problems.error("region", format!("`{region}` is no region"), "It reads like `eu-west-1`.");
    }
    let bucket = |name: &str| {
        (3..=63).contains(&name.len())
            && name.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.'
            })
    };
    if let Some(name) = config.state_bucket.as_ref().filter(|name| !bucket(name)) {
        problems.error(
            "state_bucket",
            format!("`{name}` is no name of a bucket"),
            "S3 takes 3 to 63 lower-case letters, digits, `-` and `.`.",
        );
    }
    for (place, text) in
        [("chart", &config.chart), ("team", &config.team), ("health_path", &config.health_path)]
    {
        if text.as_ref().is_some_and(|text| text.is_empty() || text.contains(char::is_control)) {
            problems.error(place, "It is empty or holds a control character", "Write it in one line.");
        }
    }
}

/// With a base image that moves, two builds of one commit differ.
fn check_images(config: &BootstrapConfig, problems: &mut Problems) {
    for (place, given) in [("build_image", &config.build_image), ("runtime_image", &config.runtime_image)] {
        let Some(image) = given else { continue };
        let read = Reference::parse(image).ok().filter(|image| !image.repository.is_empty());
        let pinned = read.is_some_and(|image| !image.digest.is_empty());
        // The Dockerfile's own syntax ends a word at a space.
        if !pinned || image.contains(char::is_whitespace) {
            problems.error(
                place,
                format!("The base image `{image}` has no digest"),
                "A tag can be moved. Add the digest, as in `debian:13-slim@sha256:…`.",
            );
        }
    }
}

/// The build tool, and the exception for a Dockerfile of the team.
fn check_build(config: &BootstrapConfig, problems: &mut Problems) {
    if let Some(tool) =
        config.build_tool.as_ref().filter(|tool| !["gradle", "maven"].contains(&tool.as_str()))
    {
        problems.error(
            "build_tool",
            format!("`{tool}` is not a build tool"),
            "Use `maven` or `gradle`, or leave it out for runtimes other than Java.",
        );
    }
    let Some(custom) = &config.custom_dockerfile else { return };
    let is_path = |path: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
        !path.is_empty()
            && !path.starts_with('/')
            && path.bytes().all(plain)
            && !path.split('/').any(|part| part == "..")
    };
    if let Some(path) = custom.path.as_ref().filter(|path| !is_path(path)) {
        problems.error(
            "custom_dockerfile.path",
            format!("`{path}` is not a path in the repository"),
            "Write it from the root of the repository, as in `docker/Dockerfile`.",
        );
    }
    for (argument, text) in [("reason", &custom.reason), ("owner", &custom.owner)] {
        if text.as_ref().is_some_and(|text| text.trim().is_empty() || text.contains(char::is_control)) {
            problems.error(
                &format!("custom_dockerfile.{argument}"),
                format!("`{argument}` is empty or has a line break"),
                "A Dockerfile of your own is an exception: write in one line why, and who keeps it up to date.",
            );
        }
    }
}

fn check_environments(config: &BootstrapConfig, complete: bool, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (index, environment) in config.environment.iter().enumerate() {
        if let Some(name) = environment.name.as_ref().filter(|name| !seen.insert(name.as_str())) {
            problems.error(
                &format!("environment[{index}].name"),
                format!("Two environments are called `{name}`"),
                "Each is deployed to once.",
            );
        }
        if complete && config.has_load_balancer() && environment.listener_arn.is_none() {
            problems.error(
                &format!("environment[{index}].listener_arn"),
                "An environment without a listener",
                "Another one has a listener, and all share one configuration: give this one its own, or none to any.",
            );
        }
        if environment.hosts.is_some() && environment.listener_arn.is_none() && complete {
            problems.error(
                &format!("environment[{index}].hosts"),
                "Host names without a listener",
                "A rule of a listener leads them to the app: set `listener_arn`, or remove `hosts`.",
            );
        }
    }
}

fn is_region(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.split('-').count() >= 3 && text.bytes().all(word)
}
