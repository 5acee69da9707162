//! From a listener rule, its target groups and the clusters to `load_balancer`, `backend`, `port` and
//! `health_check`.

use std::collections::{BTreeMap, BTreeSet};

use ipsy_aws::{Condition, Matcher, Rule};
use serde_json::{Map, Value as Json, json};

use super::findings::{Findings, FoundTargetGroup, Place};
use super::login;
use crate::app::names::{Identity, suggest_dns_label};
use crate::app::resolve::App;
use crate::app::rollout::Walk;
use crate::app::traffic::Conditions;
use crate::infrastructure::ownership::{COMPONENT, owner_of};
use crate::infrastructure::target_group::attributes;
use crate::infrastructure::{ComponentKey, Kind};

/// Name of the app's port, which AWS does not know.
const PORT: &str = "http";
/// The cluster for which its load balancer controller keeps a target group.
const CONTROLLER_TAG: &str = "elbv2.k8s.aws/cluster";

/// A target group and the backend that it is of.
struct Served<'a> {
    label: String,
    place: &'a Place,
}

/// Adds what the rule and the clusters say. Where no cluster has a target group, that of the `instances` shows the port and
/// the health check.
pub(super) fn describe(
    found: &Findings,
    identity: &Identity,
    instances: Option<&FoundTargetGroup>,
    arguments: &mut Map<String, Json>,
) {
    let labels: Vec<(String, &Place)> =
        found.places.iter().map(|place| (label_of(place, identity), place)).collect();
    let mut backends = BTreeMap::new();
    for (label, place) in &labels {
        let mut backend = json!({ "cluster": place.cluster });
        if let Some(provider) = &place.oidc_provider_arn {
            backend["oidc_provider_arn"] = json!(provider);
        }
        backends.insert(label.clone(), backend);
    }
    let remembered = remembered_name(found, identity, &labels);
    for target in &found.target_groups {
        if let Some(served) = served(target, found, identity) {
            let mut backend = json!({ "cluster": served.place.cluster, "weight": target.weight });
            if let Some(provider) = &served.place.oidc_provider_arn {
                backend["oidc_provider_arn"] = json!(provider);
            }
            // Under the label of its target group alone.
            labels.iter().filter(|(_, place)| place.cluster == served.place.cluster).for_each(
                |(label, _)| {
                    backends.remove(label);
                },
            );
            backends.insert(served.label, backend);
        } else {
            let label = remembered.clone().unwrap_or_else(|| suggest_dns_label(&target.group.name));
            backends.insert(label, json!({ "target_group_arn": target.group.arn, "weight": target.weight }));
        }
    }
    if !backends.is_empty() {
        arguments.insert("backend".to_owned(), json!(backends));
    }
    let Some(rule) = &found.rule else { return };
    let own = found.target_groups.iter().find(|target| served(target, found, identity).is_some());
    arguments.insert("load_balancer".to_owned(), load_balancer(rule, own));
    if let Some(model) = own.or(instances) {
        arguments.insert("port".to_owned(), json!({ PORT: { "port": model.group.port } }));
        let check = health_check(model);
        if !check.is_empty() {
            arguments.insert("health_check".to_owned(), Json::Object(check));
        }
    }
}

/// The name of the only backend outside of Kubernetes, where the rule remembers weights by backend: its target group has no
/// tag of ipsy.
fn remembered_name(found: &Findings, identity: &Identity, labels: &[(String, &Place)]) -> Option<String> {
    let outside = found.target_groups.iter().filter(|target| served(target, found, identity).is_none());
    let weights = Walk::read(&found.rule_tags).filter(|_| outside.count() == 1)?.to;
    let mut names = weights.into_keys().filter(|name| !labels.iter().any(|(label, _)| label == name));
    names.next().filter(|_| names.next().is_none())
}

/// Names the target groups whose names do not follow from the app.
pub(super) fn name_target_groups(found: &Findings, arguments: &mut Json, resolve: &dyn Fn(&Json) -> App) {
    let app = resolve(arguments);
    let identity = &app.identity;
    for target in &found.target_groups {
        let Some(served) = served(target, found, identity) else { continue };
        let derived = app.traffic.clusters().find(|(label, _, _)| *label == served.label);
        if derived.is_none_or(|(_, _, name)| name != target.group.name) {
            arguments["backend"][&served.label]["target_group_name"] = json!(target.group.name);
        }
    }
}

/// The label that a cluster gets: the one that ipsy's own tags hold, else the cluster's name.
pub(super) fn label_of(place: &Place, identity: &Identity) -> String {
    owned_label(&place.tags, Kind::PodIdentity, identity).unwrap_or_else(|| suggest_dns_label(&place.cluster))
}

fn owned_label(tags: &ipsy_aws::Tags, kind: Kind, identity: &Identity) -> Option<String> {
    let is_ours = owner_of(tags).is_some_and(|owner| owner == *identity);
    let key = ComponentKey::parse(tags.get(COMPONENT)?)?;
    key.name_of(kind).filter(|_| is_ours).map(ToOwned::to_owned)
}

/// The backend that a target group serves, if it is one of a cluster: by its tags, by those of the cluster's
/// controller, by its name, or because it is the only choice. Instances are never in a cluster's group of ours.
fn served<'a>(target: &FoundTargetGroup, found: &'a Findings, identity: &Identity) -> Option<Served<'a>> {
    let places = || found.places.iter();
    let of = |label: String, place: &'a Place| Some(Served { label, place });
    if let Some(label) = owned_label(&target.tags, Kind::TargetGroup, identity) {
        let place =
            places().find(|place| label_of(place, identity) == label).or_else(|| found.places.first())?;
        return of(label, place);
    }
    if target.group.target_type != "ip" {
        return None;
    }
    let controlled = target.tags.get(CONTROLLER_TAG);
    if let Some(place) = places().find(|place| controlled == Some(&place.cluster)) {
        return of(label_of(place, identity), place);
    }
    let name = &target.group.name;
    let word = |place: &&Place| {
        let last = place.cluster.rsplit('-').next().unwrap_or_default();
        name.contains(&place.cluster) || name.split('-').any(|part| part == last)
    };
    let named: Vec<&Place> = places().filter(word).collect();
    if let [place] = named.as_slice() {
        return of(label_of(place, identity), place);
    }
    let clusters: BTreeSet<&str> = places().map(|place| place.cluster.as_str()).collect();
    let only = found.target_groups.iter().filter(|other| other.group.target_type == "ip").count() == 1;
    match found.places.first() {
        Some(place) if only && clusters.len() == 1 => of(label_of(place, identity), place),
        _ => None,
    }
}

fn load_balancer(rule: &Rule, own: Option<&FoundTargetGroup>) -> Json {
    let mut block = conditions(rule);
    block.insert("listener_arn".to_owned(), json!(rule.listener_arn));
    block.insert("priority".to_owned(), json!(rule.priority));
    block.extend(login::blocks(rule));
    let stickiness = rule.forward().and_then(|forward| forward.stickiness_seconds).unwrap_or_default();
    if stickiness > 0 {
        block.insert("stickiness_seconds".to_owned(), json!(stickiness));
    }
    let Some(own) = own else { return Json::Object(block) };
    if own.group.protocol_version != "HTTP1" {
        block.insert("protocol_version".to_owned(), json!(own.group.protocol_version));
    }
    let shown = attributes::properties(&own.attributes);
    for (name, default) in [("deregistration_delay_seconds", "30"), ("slow_start_seconds", "0")] {
        let found = shown[name].as_str().filter(|seconds| *seconds != default);
        if let Some(seconds) = found.and_then(|seconds| seconds.parse::<i64>().ok()) {
            block.insert(name.to_owned(), json!(seconds));
        }
    }
    if shown["algorithm"] != "round_robin" {
        block.insert("algorithm".to_owned(), shown["algorithm"].clone());
    }
    if let Some(seconds) = shown["session"]["seconds"].as_str().and_then(|text| text.parse::<i64>().ok()) {
        let cookie_name = &shown["session"]["cookie_name"];
        block.insert("session".to_owned(), json!({ "cookie_name": cookie_name, "seconds": seconds }));
    }
    Json::Object(block)
}

/// The conditions of a rule. One of a kind that ipsy does not know is left out: the refresh after the import shows
/// it, and the next plan takes it away.
fn conditions(rule: &Rule) -> Map<String, Json> {
    let mut lists: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    let mut blocks: BTreeMap<&str, BTreeMap<&str, Vec<&String>>> = BTreeMap::new();
    for condition in &rule.conditions {
        match condition {
            Condition::HostHeader(values) => lists.entry("hosts").or_default().extend(values),
            Condition::PathPattern(values) => lists.entry("paths").or_default().extend(values),
            Condition::HttpMethod(values) => lists.entry("methods").or_default().extend(values),
            Condition::SourceIp(values) => lists.entry("source_ips").or_default().extend(values),
            Condition::HttpHeader { name, values } => {
                blocks.entry("header").or_default().entry(name).or_default().extend(values);
            }
            Condition::QueryString(pairs) => {
                for pair in pairs {
                    let label = Conditions::query_label(pair.key.as_deref());
                    blocks.entry("query_string").or_default().entry(label).or_default().push(&pair.value);
                }
            }
            Condition::Other { .. } => {}
        }
    }
    let mut block: Map<String, Json> =
        lists.into_iter().map(|(name, values)| (name.to_owned(), json!(values))).collect();
    for (kind, labelled) in blocks {
        let labelled: Map<String, Json> = labelled
            .into_iter()
            .map(|(label, values)| (label.to_owned(), json!({ "values": values })))
            .collect();
        block.insert(kind.to_owned(), Json::Object(labelled));
    }
    block
}

fn health_check(own: &FoundTargetGroup) -> Map<String, Json> {
    let check = &own.group.health_check;
    let grpc = own.group.protocol_version == "GRPC";
    let default_path = if grpc { "/grpc.health.v1.Health/Check" } else { "/" };
    let mut block = Map::new();
    if let Some(path) = check.path.as_ref().filter(|path| *path != default_path) {
        block.insert("path".to_owned(), json!(path));
    }
    if let Some(Matcher::Http(codes)) = check.matcher.as_ref().filter(|_| !grpc)
        && codes != "200-399"
    {
        block.insert("matcher".to_owned(), json!(codes));
    }
    for (name, found, default) in [
        ("interval_seconds", check.interval_seconds, 10),
        ("timeout_seconds", check.timeout_seconds, 5),
        ("healthy_threshold", check.healthy_threshold, 2),
        ("unhealthy_threshold", check.unhealthy_threshold, 3),
    ] {
        if found != default {
            block.insert(name.to_owned(), json!(found));
        }
    }
    block
}
