//! What a state of `ipsy_app` remembers of AWS: the ARNs that only AWS could choose, the image, and which
//! objects are there.

use std::collections::{BTreeMap, BTreeSet};

use provider_framework::{Path, Value};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::app::image::Reference;
use crate::app::names::hexadecimal;
use crate::app::values::sorted;
use crate::infrastructure::{
    Component, ComponentId, ComponentKey, Known, Observed, RuleStatus, listener_rule, target_group,
};

/// Attribute that records the defaults of the platform.
pub(super) const PLATFORM: &str = "platform";

/// The arguments of a planned or stored value, with the recorded defaults of the platform: every other computed
/// attribute, which may be unknown still, is null.
pub(super) fn arguments(value: &Value) -> Value {
    let mut arguments = value.clone();
    for name in super::schema::computed_names().into_iter().filter(|name| name != PLATFORM) {
        arguments.set(&Path::root(name), Value::Null);
    }
    arguments
}

/// The texts of `explain` in a planned or stored value.
pub(super) fn explained(value: &Value) -> BTreeMap<String, String> {
    let texts = value.attribute("explain").as_map().into_iter().flatten();
    texts.filter_map(|(argument, text)| Some((argument.clone(), text.as_str()?.to_owned()))).collect()
}

/// The running image in a planned or stored value.
pub(super) fn image(value: &Value) -> Option<Reference> {
    Reference::parse(value.attribute("image_uri").as_str()?).ok()
}

/// ARNs by component key.
pub(super) fn arns(state: &Value) -> BTreeMap<ComponentKey, String> {
    let mut arns = BTreeMap::new();
    for (backend, group) in state.attribute("target_groups").as_map().into_iter().flatten() {
        if let Some(arn) = group.attribute("arn").as_str() {
            arns.insert(target_group::key(backend), arn.to_owned());
        }
    }
    if let Some(arn) = state.attribute("listener_rule_arn").as_str() {
        arns.insert(listener_rule::KEY, arn.to_owned());
    }
    arns
}

/// Keys of the objects in the state.
pub(super) fn keys(state: &Value) -> BTreeSet<ComponentKey> {
    let infrastructure = state.attribute("infrastructure").as_map().into_iter().flatten();
    infrastructure.filter_map(|(key, _)| ComponentKey::parse(key)).collect()
}

/// What `state` knows of its components.
pub(super) fn known(state: &Value, components: &[Box<dyn Component>]) -> Known {
    let (arns, keys) = (arns(state), keys(state));
    let mut known = Known::default();
    for component in components {
        let (key, id) = (component.key(), ComponentId::of(component.as_ref()));
        if let Some(arn) = arns.get(&key) {
            known.arns.insert(id.clone(), arn.clone());
        }
        if keys.contains(&key) {
            known.held.insert(id);
        }
    }
    known
}

/// The ARNs of `prior` that hold for `wanted` too: those of objects that stay the same ones.
pub(super) fn kept_arns(
    prior: &BTreeMap<ComponentKey, String>,
    prior_components: &[Box<dyn Component>],
    wanted: &[Box<dyn Component>],
) -> BTreeMap<ComponentKey, String> {
    let stays = |key: &ComponentKey| {
        let find = |components: &[Box<dyn Component>]| {
            components.iter().find(|component| component.key() == *key).map(|component| component.identity())
        };
        find(wanted).is_some_and(|identity| find(prior_components) == Some(identity))
    };
    prior.iter().filter(|(key, _)| stays(key)).map(|(key, arn)| (key.clone(), arn.clone())).collect()
}

/// What a planned or stored value knows of the listener rule.
pub(super) fn rule(value: &Value) -> Option<RuleStatus> {
    let priority = u32::try_from(value.attribute("listener_rule_priority").as_i64()?).ok()?;
    let weights = value.attribute("weights").as_map()?;
    let weights = weights.iter().map(|(name, weight)| Some((name.clone(), weight.as_i64()?)));
    Some(RuleStatus { priority, weights: weights.collect::<Option<_>>()?, walk: None })
}

/// The properties of an AWS object as `infrastructure` shows them: canonical JSON. A policy may hold what is secret,
/// and Terraform hides it only where the user has written it: here is its digest, which also shows a change.
pub(super) fn shown(properties: &Json) -> String {
    let mut shown = sorted(properties.clone());
    let policies = shown.get_mut("inline_policies").and_then(Json::as_object_mut);
    for policy in policies.into_iter().flat_map(serde_json::Map::values_mut) {
        *policy = Json::from(format!("sha256:{}", hexadecimal(&Sha256::digest(policy.to_string()))));
    }
    shown.to_string()
}

/// Writes what was observed into `state`: the properties of every object and the ARNs that AWS chose. What is
/// not there any more is null.
pub(super) fn record(state: &mut Value, observed: &BTreeMap<ComponentKey, Observed>) {
    let infrastructure =
        observed.iter().map(|(key, observed)| (key.to_string(), Value::from(shown(&observed.properties))));
    state.set(&Path::root("infrastructure"), Value::map(infrastructure));
    let arn = |key: &ComponentKey| {
        observed
            .get(key)
            .map(|observed| observed.arn.as_str())
            .filter(|arn| !arn.is_empty())
            .map_or(Value::Null, Value::from)
    };
    state.set(&Path::root("listener_rule_arn"), arn(&listener_rule::KEY));
    let rule = observed.get(&listener_rule::KEY).and_then(RuleStatus::of);
    let priority = rule.as_ref().map_or(Value::Null, |rule| Value::from(i64::from(rule.priority)));
    state.set(&Path::root("listener_rule_priority"), priority);
    let weights = rule.map(|rule| rule.weights).unwrap_or_default();
    let weights = weights.iter().map(|(name, weight)| (name.as_str(), Value::from(*weight)));
    state.set(&Path::root("weights"), Value::map(weights));
    let backends: Vec<String> = state
        .attribute("target_groups")
        .as_map()
        .into_iter()
        .flatten()
        .map(|(backend, _)| backend.clone())
        .collect();
    for backend in backends {
        let path = Path::root("target_groups").key(&backend).attribute("arn");
        state.set(&path, arn(&target_group::key(&backend)));
    }
}

/// Replaces whatever is still unknown by null: a state that is kept after a failure must be wholly known.
pub(super) fn settle(state: &mut Value) {
    for path in state.unknown_paths() {
        state.set(&path, Value::Null);
    }
}
