//! What a project can't be made from: its own arguments, and whatever the app that it makes would be refused
//! for, in each of its environments.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::BootstrapConfig;
use super::project::{Environment, Project};
use crate::app::arguments::{AppConfig, AwsConfig};
use crate::app::autoscaling::AutoscalingConfig;
use crate::app::image::{ImageConfig, Reference};
use crate::app::port::PortConfig;
use crate::app::problem::{Place, Problem, Problems, parse_place};
use crate::app::resolve::resolve;
use crate::app::standards::StandardsDocument;
use crate::app::traffic::{BackendConfig, HealthCheckConfig, LoadBalancerConfig, RangeConfig};

/// What is known of the registry by its host.
pub(super) struct Registry<'a> {
    pub(super) region: &'a str,
}

/// Reports all problems of `project`; `complete` means that nothing in it is unknown.
pub(super) fn check<'p>(
    project: &'p Project<'_>,
    standards: &StandardsDocument,
    complete: bool,
    problems: &mut Problems,
) -> Registry<'p> {
    let region = check_registry(project, problems);
    check_words(project.config, problems);
    check_images(project.config, problems);
    check_build(project.config, problems);
    check_environments(project, complete, problems);
    // The standards have defaults for what is missing, and Terraform validates before they are read.
    if complete && !standards.is_unread() {
        check_missing(project, problems);
    }
    let mut found: Vec<Problem> = Vec::new();
    for (index, environment) in project.environments.iter().enumerate() {
        let mut of_app = Problems::default();
        let app = app(project, index, environment);
        let complete = complete && environment.cluster.is_some();
        // The app has no exceptions, so no day ends one.
        resolve(&app, standards, complete, Date::MIN, &mut of_app);
        found.extend(of_app.0.into_iter().map(|problem| translated(problem, project, index)));
    }
    // A problem of every environment is reported once.
    for problem in found {
        if !problems.0.contains(&problem) {
            problems.0.push(problem);
        }
    }
    Registry { region }
}

/// Reports what neither the arguments nor the standards have.
fn check_missing(project: &Project<'_>, problems: &mut Problems) {
    let mut missing = |place: &str, what: &str, member: &str| {
        let detail = format!("Set `{place}`, or `{member}` in the standards.");
        problems.error(place, format!("The {what} is missing"), detail);
    };
    if project.registry.is_none() {
        missing("registry", "registry of the image", "platform.registry");
    }
    if project.environments.is_empty() {
        missing("environment", "list of environments", "platform.deploymentOrder");
    }
    if project.environments.iter().any(|environment| environment.chart.is_none()) {
        missing("chart", "standard chart", "platform.chart.repository");
    }
    for (index, environment) in project.environments.iter().enumerate() {
        if environment.cluster.is_some() {
            continue;
        }
        let summary = format!("The cluster of the environment `{}` is missing", environment.name);
        let detail = if environment.choices.is_empty() {
            "Set `cluster` in its `environment` block, or `platform.clusters` in the standards.".to_owned()
        } else {
            format!(
                "The standards have several: set `cluster` in its `environment` block to one of {}.",
                environment.choices.join(", ")
            )
        };
        problems.error(&place_in(project, index, "cluster"), summary, detail);
    }
}

/// The place of an argument of an environment, if the configuration has the block.
fn place_in(project: &Project<'_>, index: usize, argument: &str) -> String {
    if project.config.environment.is_empty() {
        "environment".to_owned()
    } else {
        format!("environment[{index}].{argument}")
    }
}

/// The app that the project makes in an environment.
fn app(project: &Project<'_>, index: usize, environment: &Environment) -> AppConfig {
    let config = project.config;
    let has_own_priority = environment.ec2.as_ref().is_some_and(|ec2| ec2.priority.is_some());
    let chooses_priority = !project.has_priorities && !has_own_priority;
    let load_balancer = environment.listener_arn.as_ref().map(|listener| LoadBalancerConfig {
        listener_arn: Some(listener.clone()),
        hosts: environment.hosts.clone(),
        priority: environment.ec2.as_ref().and_then(|ec2| ec2.priority),
        priority_range: chooses_priority.then_some(RangeConfig { from: Some(1000), to: Some(9999) }),
        ..LoadBalancerConfig::default()
    });
    AppConfig {
        name: config.name.clone(),
        environment: Some(environment.name.clone()),
        team: config.team.clone(),
        runtime: config.runtime.clone(),
        labels: config.labels.clone(),
        image: Some(ImageConfig { repository: Some(project.repository(index)), ..ImageConfig::default() }),
        port: BTreeMap::from([("http".to_owned(), PortConfig { port: config.port, protocol: None })]),
        autoscaling: Some(AutoscalingConfig { min: environment.min_replicas, max: environment.max_replicas }),
        health_check: Some(HealthCheckConfig {
            path: config.health_path.clone(),
            ..HealthCheckConfig::default()
        }),
        aws: AwsConfig {
            load_balancer,
            iam: super::ec2::iam(config),
            backend: backends(environment),
            ..AwsConfig::default()
        },
        ..AppConfig::default()
    }
}

/// The cluster, and the EC2 instances in front of it.
fn backends(environment: &Environment) -> BTreeMap<String, BackendConfig> {
    let weight = if environment.ec2.is_some() { 0 } else { 100 };
    let cluster = BackendConfig {
        cluster: environment.cluster.clone(),
        weight: Some(weight),
        ..BackendConfig::default()
    };
    let ec2 = environment.ec2.iter().map(|ec2| (super::ec2::BACKEND.to_owned(), ec2.backend()));
    ec2.chain([(environment.backend.clone(), cluster)]).collect()
}

/// A problem of the app, at the argument of the project that it comes from.
fn translated(problem: Problem, project: &Project<'_>, index: usize) -> Problem {
    let name = |step: usize| match problem.place.get(step) {
        Some(Place::Attribute(name)) => name.as_str(),
        _ => "",
    };
    let outside = |name: &str| vec![Place::Attribute(name.to_owned())];
    let environment = |name: &str| parse_place(&place_in(project, index, name));
    let place = match (name(0), name(1)) {
        ("environment", _) => environment("name"),
        ("port", _) => outside("port"),
        ("health_check", _) => outside("health_path"),
        ("image", _) => outside("name"),
        ("backend", _) if is_ec2(&problem) => environment("ec2"),
        ("backend", _) => environment("cluster"),
        ("load_balancer", "priority") => environment("ec2"),
        ("iam", "policy") => outside("policies"),
        ("iam", _) => outside("managed_policy_arns"),
        ("autoscaling", "max") => environment("max_replicas"),
        ("autoscaling", _) => environment("min_replicas"),
        ("load_balancer", "listener_arn") => environment("listener_arn"),
        ("load_balancer", _) => environment("hosts"),
        (argument, _) => outside(argument),
    };
    Problem { place, ..problem }
}

fn is_ec2(problem: &Problem) -> bool {
    problem.place.get(1) == Some(&Place::Key(super::ec2::BACKEND.to_owned()))
}

/// The region of the registry, which must be ECR's: the pipelines log in there.
fn check_registry<'p>(project: &'p Project<'_>, problems: &mut Problems) -> &'p str {
    let Some(registry) = project.registry.as_deref() else { return "" };
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
                format!("`{registry}` is not a registry of ECR"),
                "It reads `ACCOUNT.dkr.ecr.REGION.amazonaws.com`, without a repository.",
            );
            ""
        }
    }
}

/// What stands unquoted in shell scripts and pipelines must be a plain word.
fn check_words(config: &BootstrapConfig, problems: &mut Problems) {
    if let Some(region) = config.region.as_ref().filter(|region| !is_region(region)) {
        problems.error("region", format!("`{region}` is not a region"), "It reads like `eu-west-1`.");
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

fn check_environments(project: &Project<'_>, complete: bool, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    let has_own_name = |environment: &&Environment| !environment.name.is_empty();
    for (index, environment) in project.environments.iter().enumerate().filter(|(_, one)| has_own_name(one)) {
        let name = &environment.name;
        if !seen.insert(name) {
            problems.error(
                &place_in(project, index, "name"),
                format!("Two environments are called `{name}`"),
                "Each is deployed to once.",
            );
        }
        check_bucket(project, environment, problems);
        if complete && project.has_load_balancer() && environment.listener_arn.is_none() {
            problems.error(
                &place_in(project, index, "listener_arn"),
                "An environment without a listener",
                "Another one has a listener, and all share one configuration: give this one its own, or none to any.",
            );
        }
        if environment.hosts.is_some() && environment.listener_arn.is_none() && complete {
            problems.error(
                &place_in(project, index, "hosts"),
                "Host names without a listener",
                "A rule of a listener leads them to the app: set `listener_arn`, or remove `hosts`.",
            );
        }
    }
}

/// Reports a bucket that cannot hold states, or that only other environments have.
fn check_bucket(project: &Project<'_>, environment: &Environment, problems: &mut Problems) {
    let is_name = |name: &str| {
        let is_sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
        (3..=63).contains(&name.len()) && name.bytes().all(is_sign)
    };
    let (summary, detail) = match &environment.state_bucket {
        Some(name) if !is_name(name) => (
            format!("`{name}` is not the name of a bucket"),
            "S3 takes 3 to 63 lower-case letters, digits, `-` and `.`.".to_owned(),
        ),
        None if project.has_state_buckets() => (
            format!("The environment `{}` has no bucket for its state", environment.name),
            "Another one has a bucket, and all share one configuration: add `platform.stateBucket` to the standards of \
             this environment, or set `state_bucket` for all."
                .to_owned(),
        ),
        _ => return,
    };
    if !problems.0.iter().any(|known| known.summary == summary) {
        problems.error("state_bucket", summary, detail);
    }
}

fn is_region(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.split('-').count() >= 3 && text.bytes().all(word)
}
