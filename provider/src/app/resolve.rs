//! From configuration to app: defaults, the runtime's profile and the standards are applied, everything is
//! checked, and all problems are told at once.

use std::collections::BTreeMap;

use ipsy_post_renderer::AdvancedSetting;
use ipsy_post_renderer::standards_document::{NAME_PATTERN, Platform, REQUIRED_LABELS, member};
use serde_json::{Value as Json, json};
use time::Date;

use super::advanced_setting::resolve_settings;
use super::arguments::AppConfig;
use super::autoscaling::Scaling;
use super::conflicts;
use super::controller;
use super::deletion::Deletion;
use super::exceptions::Exceptions;
use super::explain::{Explanations, Source};
use super::exposure;
use super::fit;
use super::iam::Iam;
use super::image::Image;
use super::logs::Logs;
use super::migration::{Account, Migration};
use super::names::{Identity, is_app_name, is_dns_label, suggest_dns_label};
use super::overrides;
use super::platform;
use super::port::{Port, resolve_ports};
use super::problem::Problems;
use super::profile::Profile;
use super::release;
use super::resources::Resources;
use super::rollout::Rollout;
use super::secret::{Secret, resolve_secrets};
use super::spot;
use super::standards::{AppStandards, Breach, Standards, StandardsDocument};
use super::timeouts::Timeouts;
use super::traffic::{Traffic, check_scaling};
use super::values::startup_failures;
use super::workload_standards;

/// An app, whole: nothing in it is optional that something else depends on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct App {
    pub(crate) identity: Identity,
    pub(crate) namespace: String,
    pub(crate) team: Option<String>,
    pub(crate) runtime: Box<Profile>,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: BTreeMap<String, String>,
    /// AWS tags beside those of ownership.
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) image: Image,
    pub(crate) ports: BTreeMap<String, Port>,
    pub(crate) command: Vec<String>,
    pub(crate) args: Vec<String>,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) secrets: BTreeMap<String, Secret>,
    pub(crate) resources: Resources,
    pub(crate) scaling: Scaling,
    pub(crate) migration: Option<Migration>,
    pub(crate) iam: Iam,
    pub(crate) logs: Logs,
    pub(crate) traffic: Traffic,
    /// How weights change.
    pub(crate) rollout: Rollout,
    pub(crate) timeouts: Timeouts,
    pub(crate) deletion: Deletion,
    /// Whether a create adopts whatever has the right names.
    pub(crate) adopt: bool,
    pub(crate) settings: Vec<AdvancedSetting>,
    /// The arguments as JSON, with named blocks by name.
    pub(crate) arguments: Box<Json>,
    /// Values of the chart that arguments set one to one.
    pub(crate) chart: Box<Json>,
    /// `extra_values`, over all other values.
    pub(crate) extra_values: Box<Json>,
    pub(crate) exceptions: Exceptions,
    pub(crate) explanations: Explanations,
    /// The defaults of the platform that it uses.
    pub(crate) platform: Box<Platform>,
    /// The standards of its environment.
    pub(crate) standards: Box<Standards>,
}

impl App {
    /// The Kubernetes service accounts whose pods get the app's role.
    pub(crate) fn service_accounts(&self) -> Vec<String> {
        let migration = self.migration.iter().filter_map(|migration| match &migration.account {
            Account::Own(name) => Some(name.clone()),
            Account::Existing(_) => None,
        });
        std::iter::once(self.service_account().to_owned()).chain(migration).collect()
    }

    /// The service account of the app's own pods.
    pub(crate) fn service_account(&self) -> &str {
        let named = self.chart["serviceAccount"]["name"].as_str().filter(|name| !name.is_empty());
        named.unwrap_or(&self.identity.app)
    }
}

/// Resolves `config`. `complete` means that nothing in it is unknown; `today` is the date used to evaluate exceptions.
/// Use the app only if no problem was found.
pub(crate) fn resolve(
    config: &AppConfig,
    standards: &StandardsDocument,
    complete: bool,
    today: Date,
    problems: &mut Problems,
) -> App {
    let standards = AppStandards::of(standards, config.environment.as_deref(), problems);
    overrides::check(&config.arguments, &standards.environments(), problems);
    for place in &config.missing {
        problems.error(place, "Missing argument", format!("`{place}` is required, and no block sets it."));
    }
    let identity = resolve_identity(config, problems);
    let runtime = Profile::resolve(config.runtime.as_deref(), &standards, problems);
    let mut explanations = Explanations::default();
    let (config, platform) = platform::fill(config, &standards, &mut explanations);
    let config = &config;
    let exceptions = Exceptions::resolve(&config.exception, today, problems);
    let resources = Resources::resolve(
        config.resources.as_ref(),
        &runtime,
        &standards,
        &exceptions,
        &mut explanations,
        problems,
    );
    exceptions.explain(&mut explanations);
    // The app's own word wins over its runtime's profile.
    let mut env = runtime.env(resources.memory_bytes());
    for (name, value) in &env {
        explanations.note(
            &format!("env[{name:?}]"),
            value.as_str(),
            &runtime.source(&format!("env.{name}"), &standards),
        );
    }
    for (name, value) in config.env.iter().flatten() {
        explanations.note(&format!("env[{name:?}]"), value.as_str(), &Source::Argument);
        env.insert(name.clone(), value.clone());
    }
    note_metadata(config, &standards, &mut explanations);
    if config.chart["probes"]["startup"]["failureThreshold"].is_null() {
        explanations.note(
            "probes.startup.failure_threshold",
            startup_failures(&runtime),
            &runtime.source("startupSeconds", &standards),
        );
    }
    conflicts::check(config, problems);
    check_name(config, &standards, &exceptions, problems);
    check_required_labels(config, &standards, complete, &exceptions, problems);
    let image = Image::resolve(config.image.as_ref(), &identity, problems);
    image.check_standards(config.image.as_ref(), &standards, &exceptions, problems);
    let extra_values = extra_values(config);
    let mut chart = config.chart.clone();
    let traffic = Traffic::resolve(config, &identity, complete, problems);
    controller::add(config, &traffic.health_check, &mut chart, problems);
    exposure::default_scheme(config, &standards, &mut chart);
    exposure::check(config, &standards, &exceptions, problems);
    spot::default_share(&mut chart, &standards, &mut explanations);
    workload_standards::default_replicas(&mut chart, &standards, &mut explanations);
    let scaling = Scaling::resolve(config, &standards, &exceptions, &mut explanations, problems);
    check_scaling(config, &scaling, problems);
    image.explain(config.image.as_ref(), &mut explanations);
    traffic.explain(config, &platform, &mut explanations);
    let rollout = Rollout::resolve(config, problems);
    let app = App {
        namespace: resolve_namespace(config, &identity, problems),
        team: config.team.clone(),
        runtime: Box::new(runtime),
        labels: config.labels.clone().unwrap_or_default(),
        annotations: config.annotations.clone().unwrap_or_default(),
        tags: config.aws.tags.clone().unwrap_or_default(),
        image,
        ports: resolve_ports(config, problems),
        command: config.command.clone().unwrap_or_default(),
        args: config.args.clone().unwrap_or_default(),
        secrets: resolve_secrets(config, complete, problems),
        env,
        scaling,
        resources,
        migration: config
            .migration
            .as_ref()
            .map(|migration| Migration::resolve(migration, &identity, complete, problems)),
        iam: Iam::resolve(config, &identity, &standards, &exceptions, &mut explanations, problems),
        logs: Logs::resolve(config, &identity, &standards, &mut explanations, problems),
        traffic,
        timeouts: Timeouts::resolve(config.aws.timeouts.as_ref(), &rollout, problems),
        rollout,
        deletion: Deletion::resolve(config, problems),
        adopt: config.aws.adopt.unwrap_or(false),
        settings: resolve_settings(&config.advanced_setting, problems),
        arguments: Box::new(config.arguments.clone()),
        chart: Box::new(chart),
        extra_values: Box::new(extra_values),
        exceptions,
        explanations,
        identity,
        platform: Box::new(platform),
        standards: Box::new(Standards::clone(&standards)),
    };
    release::check(&app, &standards, problems);
    fit::check(&app, config, problems);
    overrides::relocate(&app.arguments, &app.identity.environment, problems);
    app
}

/// Notes the labels and annotations that every object of the app gets.
fn note_metadata(config: &AppConfig, standards: &AppStandards<'_>, explanations: &mut Explanations) {
    for (kind, own, general) in [
        ("labels", &config.labels, &standards.labels),
        ("annotations", &config.annotations, &standards.annotations),
    ] {
        for (name, value) in general {
            let field = member(kind, name);
            explanations.note(&format!("{kind}[{name:?}]"), value.as_str(), &standards.field(&field));
        }
        for (name, value) in own.iter().flatten() {
            explanations.note(&format!("{kind}[{name:?}]"), value.as_str(), &Source::Argument);
        }
    }
}

/// Checks the name of the app against the pattern of the standards.
fn check_name(
    config: &AppConfig,
    standards: &AppStandards<'_>,
    exceptions: &Exceptions,
    problems: &mut Problems,
) {
    let (Some(name), Some(pattern)) = (&config.name, &standards.name_pattern) else { return };
    if standards.is_app_name(name) || exceptions.waives(NAME_PATTERN.id) {
        return;
    }
    problems.breach(
        standards.mode,
        Breach {
            rule: NAME_PATTERN.id,
            place: "name",
            summary: format!("`{name}` is not a name that the standards allow"),
            wanted: format!("{} ask for names that match `{pattern}`", standards.source("namePattern")),
            fix: "Rename the app".to_owned(),
        },
    );
}

fn resolve_identity(config: &AppConfig, problems: &mut Problems) -> Identity {
    for (place, name) in [("name", &config.name), ("environment", &config.environment)] {
        if let Some(name) = name.as_ref().filter(|name| !is_app_name(name)) {
            let suggestion = suggest_dns_label(name);
            let instead = if suggestion.is_empty() { String::new() } else { format!(" Try `{suggestion}`.") };
            problems.error(
                place,
                format!("`{name}` can't become a DNS label"),
                format!(
                    "Kubernetes objects, target groups and roles are named after it: at most 63 lower-case \
                     letters, digits and `-`, starting with a letter and not ending with a dash.{instead}"
                ),
            );
        }
    }
    Identity {
        app: config.name.clone().unwrap_or_default(),
        environment: config.environment.clone().unwrap_or_default(),
    }
}

fn resolve_namespace(config: &AppConfig, identity: &Identity, problems: &mut Problems) -> String {
    let namespace = config.namespace.clone().unwrap_or_else(|| identity.app.clone());
    if config.namespace.is_some() && !is_dns_label(&namespace) {
        problems.error(
            "namespace",
            format!("`{namespace}` is not a valid namespace"),
            "Kubernetes takes at most 63 lower-case letters, digits and `-`.",
        );
    }
    namespace
}

/// `extra_values`. A check of the argument reports what is not a JSON object.
fn extra_values(config: &AppConfig) -> Json {
    let given = config.extra_values.as_deref().and_then(|text| serde_json::from_str::<Json>(text).ok());
    given.filter(Json::is_object).unwrap_or_else(|| json!({}))
}

fn check_required_labels(
    config: &AppConfig,
    standards: &AppStandards<'_>,
    complete: bool,
    exceptions: &Exceptions,
    problems: &mut Problems,
) {
    if !complete || exceptions.waives(REQUIRED_LABELS.id) {
        return;
    }
    let given = |label: &String| {
        config.labels.iter().flatten().any(|(name, _)| name == label)
            || standards.labels.contains_key(label)
            || (label == "team" && config.team.is_some())
    };
    for label in standards.required_labels.iter().filter(|label| !given(label)) {
        let is_team = label == "team";
        let fix =
            if is_team { "Set `team`".to_owned() } else { format!("Set `labels = {{ {label} = \"…\" }}`") };
        problems.breach(
            standards.mode,
            Breach {
                rule: REQUIRED_LABELS.id,
                place: if is_team { "team" } else { "labels" },
                summary: format!("The label `{label}` is missing"),
                wanted: format!("{} ask for it", standards.source("requiredLabels")),
                fix,
            },
        );
    }
}
