//! Which target group of a backend serves while another takes its place. A group can't be changed where its port
//! or protocol are concerned, and each cluster has one of its own: the new one enters the rule with weight 0 beside the old one, is filled by the
//! installation that follows, and takes over with the next apply.

use std::collections::{BTreeMap, BTreeSet};

use provider_framework::{Diagnostic, Path, Value};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::pending_backends::Entering;
use super::schema::schema;
use crate::app::traffic::{BackendPlace, Previous, PreviousCluster, Traffic};
use crate::infrastructure::listener_rule::{self, EXTERNAL, is_arn};
use crate::infrastructure::previous_group::{self, CLUSTER};
use crate::infrastructure::{ComponentKey, target_group};

/// The groups that serve beside their successors, as `state` has them.
pub(super) fn serving(state: &Value) -> BTreeMap<String, Previous> {
    let backends = schema().keyed_blocks(state, "backend");
    let backends = backends.as_map().into_iter().flatten();
    backends
        .filter_map(|(backend, _)| {
            let properties = properties(state, &previous_group::key(backend))?;
            let target_group_name = properties.get("name")?.as_str()?.to_owned();
            let cluster =
                properties.get(CLUSTER).and_then(|cluster| PreviousCluster::deserialize(cluster).ok());
            Some((backend.clone(), Previous { target_group_name, serves: true, properties, cluster }))
        })
        .collect()
}

/// The groups that the backends of `traffic` had in `prior` and no longer want: those that serve on, because
/// their successors are new, and those that are on their way out. A successor that is among `unfinished` is new still.
pub(super) fn replaced(
    traffic: &Traffic,
    prior: &Value,
    unfinished: &Entering,
) -> BTreeMap<String, Previous> {
    let mut replaced = BTreeMap::new();
    // Without a rule nothing serves, and nothing takes over.
    if traffic.load_balancer.is_none() {
        return replaced;
    }
    let serving = serving(prior);
    for (name, backend) in &traffic.backends {
        let BackendPlace::Cluster { target_group_name: wanted, cluster, .. } = &backend.place else {
            continue;
        };
        let current = properties(prior, &target_group::key(name));
        let is_in =
            group_in_rule(prior, name).as_ref() == Some(wanted) && unfinished.get(name) != Some(wanted);
        let previous = match (serving.get(name), current) {
            // Back to the group that serves all the time.
            (Some(serving), _) if serving.target_group_name == *wanted => continue,
            // The second apply: the successor, which the rule has already, takes over.
            (Some(serving), Some(_)) if is_in => Previous { serves: false, ..serving.clone() },
            // The first one did not come so far, or yet another successor is wanted.
            (Some(serving), _) => serving.clone(),
            (None, Some(current)) => {
                match current.get("name").and_then(Json::as_str).map(ToOwned::to_owned) {
                    Some(target_group_name) if target_group_name != *wanted && has_requests(prior, name) => {
                        let cluster = cluster_before(prior, name).filter(|before| before.name != *cluster);
                        let mut properties = current;
                        if let Some(cluster) = &cluster {
                            properties[CLUSTER] = json!(cluster);
                        }
                        Previous { target_group_name, serves: true, properties, cluster }
                    }
                    _ => continue,
                }
            }
            (None, None) => continue,
        };
        replaced.insert(name.clone(), previous);
    }
    replaced
}

/// The name of the target group that `backend` has in `prior`.
pub(super) fn current(prior: &Value, backend: &str) -> Option<String> {
    let properties = properties(prior, &target_group::key(backend))?;
    Some(properties.get("name")?.as_str()?.to_owned())
}

/// The cluster that `backend` had in `prior`.
fn cluster_before(prior: &Value, backend: &str) -> Option<PreviousCluster> {
    let backends = schema().keyed_blocks(prior, "backend");
    let before = backends.attribute(backend);
    Some(PreviousCluster {
        name: before.attribute("cluster").as_str()?.to_owned(),
        oidc_provider_arn: before.attribute("oidc_provider_arn").as_str().map(ToOwned::to_owned),
    })
}

/// Backends of `traffic` that moved to another cluster since `prior`, and keep their target group: the name is configured.
pub(super) fn shared(traffic: &Traffic, prior: &Value) -> Vec<Diagnostic> {
    let mut refusals = Vec::new();
    for (name, cluster, group) in traffic.clusters() {
        let before = cluster_before(prior, name).filter(|before| before.name != cluster);
        let is_kept = current(prior, name).is_some_and(|current| current == group);
        let Some(before) = before.filter(|_| is_kept) else { continue };
        refusals.push(
            Diagnostic::error(
                format!("Backend `{name}` keeps its target group in another cluster"),
                format!(
                    "It moves from `{}` to `{cluster}`. The controllers of both clusters would remove each other's pods from \
                     the target group `{group}`. Set `target_group_name` to another name, or remove it: then the new group \
                     enters the listener rule with weight 0, and the old one serves on.",
                    before.name
                ),
            )
            .at(Path::root("backend").key(name).attribute("target_group_name")),
        );
    }
    refusals
}

/// The target groups that backends had in the rule of `prior` and that none of `traffic` has: by name, or by ARN where
/// they are not the app's. A group that another tool has put into the rule is also listed by its ARN there, and shows a
/// weight; where weights are external, only groups that leave are shown at all.
pub(super) fn leaving(traffic: &Traffic, prior: &Value) -> BTreeSet<String> {
    let rule = properties(prior, &listener_rule::KEY);
    let shown = rule.as_ref().and_then(|rule| rule.get("backends")).and_then(Json::as_object);
    let group = |(name, shown): (&String, &Json)| {
        let is_ours = !is_arn(name) || shown.get("weight").and_then(Json::as_str) == Some(EXTERNAL);
        shown.get("target_group").and_then(Json::as_str).filter(|_| is_ours).map(ToOwned::to_owned)
    };
    let mut leaving: BTreeSet<String> = shown.into_iter().flatten().filter_map(group).collect();
    for backend in traffic.backends.values() {
        match &backend.place {
            BackendPlace::Existing { target_group_arn } => leaving.remove(target_group_arn),
            BackendPlace::Cluster { target_group_name, .. } => leaving.remove(target_group_name),
        };
    }
    leaving
}

/// Whether the rule sends requests to the group of `backend`, or may do so.
fn has_requests(prior: &Value, backend: &str) -> bool {
    in_rule(prior, backend).is_some_and(|shown| shown.get("weight").and_then(Json::as_i64) != Some(0))
}

/// The name of the group that the rule has for `backend`.
fn group_in_rule(prior: &Value, backend: &str) -> Option<String> {
    Some(in_rule(prior, backend)?.get("target_group")?.as_str()?.to_owned())
}

fn in_rule(prior: &Value, backend: &str) -> Option<Json> {
    properties(prior, &listener_rule::KEY)?.get("backends")?.get(backend).cloned()
}

/// The properties of an object in `state`.
fn properties(state: &Value, key: &ComponentKey) -> Option<Json> {
    let text = state.at(&Path::root("infrastructure").key(key.to_string()))?;
    serde_json::from_str(text.as_str()?).ok()
}
