//! The Helm values of an app: canonical JSON with sorted keys, so that the same app gives the same bytes and
//! Terraform shows a structural diff. They hold references to secrets, never secrets.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::autoscaling::{Metric, Scaling};
use super::chart::merge;
use super::image::Reference;
use super::layers::Layers;
use super::migration::{Account, Migration};
use super::profile::Profile;
use super::resolve::App;
use super::traffic::Previous;

/// Field of the chart that binds target groups.
const TARGET_GROUPS: &str = "targetGroups";
/// Version of the contract between these values and the standard chart.
const SCHEMA_VERSION: i64 = 1;
/// Seconds between the end of a pod's `preStop` hook and the moment it is killed.
const DRAIN_SECONDS: i64 = 30;
/// Longest key of a target group that the chart takes.
const LONGEST_BINDING: usize = 32;
/// Seconds between the two probes of a pod that starts.
const STARTUP_PERIOD_SECONDS: i64 = 5;

/// The values of `app` for the cluster that is the backend called `backend`. An app with at most one cluster has the
/// same values without a `backend`; one with several has none then (see [`several_clusters`]).
pub(crate) fn values(app: &App, image: &Reference, role_arn: Option<&str>, backend: Option<&str>) -> Value {
    let mut values = json!({
        "app": {
            "annotations": app.annotations,
            "environment": app.identity.environment,
            "labels": app.labels,
            "name": app.identity.app,
            "runtime": app.runtime.name(),
            "standardsVersion": app.standards.version.clone().unwrap_or_default(),
            "team": app.team.clone().unwrap_or_default(),
        },
        "env": app.env,
        "image": {
            "digest": image.digest,
            "pullPolicy": app.image.pull_policy,
            "repository": image.repository,
            "tag": image.tag,
        },
        "lifecycle": { "drainSeconds": DRAIN_SECONDS, "preStopSeconds": pre_stop_seconds(app) },
        "pdb": { "maxUnavailable": 1 },
        "ports": ports(app),
        "probes": probes(app),
        "resources": { "limits": app.resources.limits, "requests": app.resources.requests },
        "schemaVersion": SCHEMA_VERSION,
        "secrets": secrets(app),
        "serviceAccount": { "annotations": identity_annotations(app, role_arn, backend), "name": app.service_account() },
        "targetGroups": target_groups(app, backend),
    });
    let Some(object) = values.as_object_mut() else { return values };
    if !app.command.is_empty() {
        object.insert("command".to_owned(), json!(app.command));
    }
    if !app.args.is_empty() {
        object.insert("args".to_owned(), json!(app.args));
    }
    if let Some(migration) = &app.migration {
        let annotations = identity_annotations(app, role_arn, backend);
        object.insert("migration".to_owned(), self::migration(migration, &annotations));
    }
    match &app.scaling {
        Scaling::Fixed(replicas) => {
            object.insert("replicas".to_owned(), json!(replicas));
        }
        Scaling::Automatic { min, max, metrics } => {
            object.insert("replicas".to_owned(), Value::Null);
            object.insert(
                "autoscaling".to_owned(),
                json!({ "max": max, "metrics": self::metrics(metrics), "min": min }),
            );
        }
    }
    merge(&mut values, one_to_one(app));
    for over in Layers::of(app, backend).values() {
        merge(&mut values, over.clone());
    }
    sorted(values)
}

/// Values that arguments set one to one. Bindings are by backend, and go into those of each target group.
fn one_to_one(app: &App) -> Value {
    let mut chart = (*app.chart).clone();
    if let Some(members) = chart.as_object_mut() {
        members.remove(TARGET_GROUPS);
    }
    chart
}

/// What stands in for the values of an app with several clusters, each of which has target groups of its own. A release
/// that used values without target groups would unbind the cluster that serves. The standard chart refuses this
/// document, because it is closed, and Helm prints the key that the chart does not know: the key is the message.
pub(crate) fn several_clusters(backends: &[&str]) -> Value {
    let message = format!(
        "use values_by_backend of ipsy_app instead of values: the app has several clusters ({})",
        backends.join(", ")
    );
    json!({ message: true })
}

/// The same value with the keys of every object in order.
pub(crate) fn sorted(mut value: Value) -> Value {
    value.sort_all_objects();
    value
}

/// The key of a target group, after which the chart calls its binding: the backend and the hash that the group's
/// name ends with. A binding can't be pointed at another group, so another group gets another binding.
fn binding(backend: &str, group: &str) -> String {
    let hash = group.rsplit('-').next().unwrap_or_default();
    let start: String = backend.chars().take(LONGEST_BINDING.saturating_sub(hash.len() + 1)).collect();
    format!("{}-{hash}", start.trim_end_matches('-'))
}

/// A pod stays a target for as long as the load balancer still sends it requests.
fn pre_stop_seconds(app: &App) -> i64 {
    let has_route = ["ingress", "httpRoute"].iter().any(|name| app.chart[*name]["enabled"] == true);
    if app.traffic.load_balancer.is_some() || has_route { 15 } else { 5 }
}

fn ports(app: &App) -> Value {
    let ports: BTreeMap<&String, Value> = app
        .ports
        .iter()
        .map(|(name, port)| (name, json!({ "port": port.number, "protocol": port.protocol })))
        .collect();
    json!(ports)
}

fn probes(app: &App) -> Value {
    let health = &app.traffic.health_check;
    if health.port.is_empty() {
        return json!({});
    }
    let check = match &health.path {
        Some(path) => json!({ "http": { "path": path, "port": health.port } }),
        None => json!({ "tcp": { "port": health.port } }),
    };
    let with = |extra: &[(&str, i64)]| {
        let mut probe = check.clone();
        for (name, number) in extra {
            probe[*name] = json!(number);
        }
        probe
    };
    let failures = startup_failures(&app.runtime);
    json!({
        "liveness": with(&[]),
        "readiness": with(&[]),
        "startup": with(&[("failureThreshold", failures), ("periodSeconds", STARTUP_PERIOD_SECONDS)]),
    })
}

/// Probes that may fail before a pod that starts is restarted.
pub(crate) fn startup_failures(runtime: &Profile) -> i64 {
    (runtime.startup_seconds() + STARTUP_PERIOD_SECONDS - 1) / STARTUP_PERIOD_SECONDS
}

fn secrets(app: &App) -> Value {
    let secrets: BTreeMap<&String, Value> = app
        .secrets
        .iter()
        .map(|(name, secret)| {
            let mut reference = json!({ "key": secret.key, "provider": secret.provider });
            if let Some(property) = &secret.property {
                reference["property"] = json!(property);
            }
            (name, reference)
        })
        .collect();
    json!(secrets)
}

/// `annotations` are those of the migration's own service account.
fn migration(migration: &Migration, annotations: &Value) -> Value {
    let mut values = json!({ "enabled": true, "env": migration.env });
    for (name, words) in [("command", &migration.command), ("args", &migration.args)] {
        if !words.is_empty() {
            values[name] = json!(words);
        }
    }
    for (name, number) in [
        ("backoffLimit", migration.backoff_limit),
        ("activeDeadlineSeconds", migration.active_deadline_seconds),
    ] {
        if let Some(number) = number {
            values[name] = json!(number);
        }
    }
    match &migration.account {
        Account::Own(_) => values["serviceAccountAnnotations"] = annotations.clone(),
        Account::Existing(name) => values["serviceAccountName"] = json!(name),
    }
    values
}

fn metrics(metrics: &BTreeMap<String, Metric>) -> Value {
    let metrics: BTreeMap<&String, Value> = metrics
        .iter()
        .map(|(name, metric)| {
            let target = match metric {
                Metric::Utilization(percent) => json!({ "targetUtilization": percent }),
                Metric::AverageValue(quantity) => json!({ "targetAverageValue": quantity }),
            };
            (name, target)
        })
        .collect();
    json!(metrics)
}

/// Where a cluster's own tokens give the role, the service account names it (the webhook of EKS).
fn identity_annotations(app: &App, role_arn: Option<&str>, backend: Option<&str>) -> Value {
    let by_token = app
        .traffic
        .oidc_providers()
        .filter(|(name, _)| backend.is_none_or(|backend| backend == *name))
        .any(|(_, provider)| provider.is_some());
    match role_arn.filter(|_| by_token) {
        Some(arn) => json!({ "eks.amazonaws.com/role-arn": arn }),
        None => json!({}),
    }
}

fn target_groups(app: &App, backend: Option<&str>) -> Value {
    let Some(balancer) = &app.traffic.load_balancer else { return json!({}) };
    let wanted = |name: &str| backend.is_none_or(|backend| backend == name);
    let mut groups: BTreeMap<String, Value> = BTreeMap::new();
    for (name, _, group) in app.traffic.clusters().filter(|(name, _, _)| wanted(name)) {
        let bound = |group: &str| {
            let mut bound = json!({ "name": group, "port": balancer.port });
            for (setting, value) in app.chart[TARGET_GROUPS][name].as_object().into_iter().flatten() {
                bound[setting] = value.clone();
            }
            bound
        };
        groups.insert(binding(name, group), bound(group));
        // While another group takes its place, the pods stay in the one that serves. Pods in another cluster do without
        // this release, whose controller would remove them from the group.
        let stays = |previous: &&Previous| previous.serves && previous.cluster.is_none();
        if let Some(previous) = app.traffic.previous.get(name).filter(stays) {
            let group = &previous.target_group_name;
            groups.insert(binding(name, group), bound(group));
        }
    }
    json!(groups)
}
