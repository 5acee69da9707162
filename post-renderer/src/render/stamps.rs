//! Annotations that say what was done to an object: `ipsy.dev/…` for the configuration, `exception.ipsy.dev/…` for
//! exceptions that were made use of.
//!
//! No stamp lets an object bypass a standard. `ipsy.dev/settings-hash` only keeps settings, which need not hold twice,
//! from being applied again: it is the hash of the configuration and of the object as the settings left it.

use super::plan::Plan;
use super::settings_hash::settings_hash;
use crate::configuration::Stamp;
use crate::finding::Finding;
use serde_json::Value;
use std::collections::BTreeMap;
use yaml_edit::{Fault, NodeId, Tree};

pub(super) const CONFIG_HASH: &str = "ipsy.dev/config-hash";
pub(super) const STANDARDS_VERSION: &str = "ipsy.dev/standards-version";
const SETTINGS_HASH: &str = "ipsy.dev/settings-hash";
const EXCEPTION: &str = "exception.ipsy.dev/";

/// Whether the object carries the stamp of this configuration.
pub(super) fn bears_configuration(tree: &Tree<'_>, root: NodeId, plan: &Plan<'_>) -> bool {
    let annotations = annotations(tree, root);
    let bears = |(key, value): &(&str, Value)| {
        annotations.is_some_and(|map| tree.get(map, key).is_some_and(|found| tree.is(found, value)))
    };
    !plan.stamps.is_empty() && plan.stamps.iter().all(bears)
}

/// Whether the object is exactly as the settings of this configuration left it.
pub(super) fn is_settled(tree: &Tree<'_>, root: NodeId, plan: &Plan<'_>) -> bool {
    let stamp = annotations(tree, root).and_then(|map| tree.string_at(map, SETTINGS_HASH));
    !plan.stamps.is_empty()
        && stamp.is_some_and(|stamp| hash_of(tree, root, plan) == Some(stamp.into_owned()))
}

/// What happened to an object, as far as its stamps say it.
pub(super) struct Done<'d> {
    /// Whether a rule changed it.
    pub(super) is_changed: bool,
    /// Whether it is as the settings left it.
    pub(super) is_set: bool,
    /// Exceptions that were made use of: reasons by rule.
    pub(super) waived: &'d BTreeMap<String, String>,
}

/// Stamps an object, and removes stamps that do not hold. Returns findings about these.
pub(super) fn stamp(
    tree: &mut Tree<'_>,
    root: NodeId,
    plan: &Plan<'_>,
    done: &Done<'_>,
) -> Result<Vec<Finding>, Fault> {
    let mut wanted: BTreeMap<String, Value> = done
        .waived
        .iter()
        .map(|(rule, reason)| (format!("{EXCEPTION}{rule}"), Value::from(reason.as_str())))
        .collect();
    let forged: Vec<String> = keys(tree, root)
        .into_iter()
        .filter(|key| key.starts_with(EXCEPTION) && !wanted.contains_key(key))
        .collect();
    for key in &forged {
        remove(tree, root, key)?;
    }
    if plan.context.configuration.stamp != Stamp::Never {
        let stamps = [CONFIG_HASH, STANDARDS_VERSION, SETTINGS_HASH];
        let bears = keys(tree, root).iter().any(|key| stamps.contains(&key.as_str()));
        let always = plan.context.configuration.stamp == Stamp::Always;
        if done.is_changed || bears || always || !wanted.is_empty() || !forged.is_empty() {
            wanted.extend(plan.stamps.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
            if done.is_set
                && let Some(hash) = hash_of(tree, root, plan)
            {
                wanted.insert(SETTINGS_HASH.to_owned(), Value::String(hash));
            }
            for key in stamps.iter().filter(|key| !wanted.contains_key(**key)) {
                remove(tree, root, key)?;
            }
        }
    }
    let is_right = |(key, value): (&String, &Value)| {
        annotations(tree, root).and_then(|map| tree.get(map, key)).is_some_and(|found| tree.is(found, value))
    };
    if !wanted.iter().all(is_right) {
        let map = tree.mapping(root, &["metadata", "annotations"])?;
        for (key, value) in &wanted {
            tree.set(map, key, value)?;
        }
    }
    let finding = |key: &String| {
        let message = format!("`{key}` was removed: the configuration has no such exception for this object");
        Finding::warning("exception-forged", message)
            .field(format!("metadata.annotations[\"{key}\"]"))
            .help("remove it from the chart; exceptions belong in the configuration")
    };
    Ok(forged.iter().map(finding).collect())
}

fn annotations(tree: &Tree<'_>, root: NodeId) -> Option<NodeId> {
    tree.at(root, &["metadata", "annotations"])
}

/// The keys of the stamps that an object carries, also through merge keys.
fn keys(tree: &Tree<'_>, root: NodeId) -> Vec<String> {
    let Some(map) = annotations(tree, root) else { return Vec::new() };
    let is_stamp = |key: &str| key.starts_with("ipsy.dev/") || key.starts_with(EXCEPTION);
    if tree.aliased {
        let members = tree.value(map).ok();
        let members = members.as_ref().and_then(Value::as_object);
        return members
            .into_iter()
            .flat_map(|members| members.keys().cloned())
            .filter(|key| is_stamp(key))
            .collect();
    }
    let keys = tree.children(tree.follow(map)).map(|child| tree.key(child));
    keys.filter(|key| is_stamp(key)).map(std::borrow::Cow::into_owned).collect()
}

/// Removes an annotation, wherever it comes from.
fn remove(tree: &mut Tree<'_>, root: NodeId, key: &str) -> Result<(), Fault> {
    if annotations(tree, root).is_none_or(|map| tree.get(map, key).is_none()) {
        return Ok(());
    }
    let map = tree.mapping(root, &["metadata", "annotations"])?;
    if let Some(member) = tree.own(map, key) {
        tree.remove(member)?;
    }
    // What arrives through a merge key is only removed with the merge key.
    if tree.get(map, key).is_some()
        && let Ok(Value::Object(mut members)) = tree.value(map)
    {
        members.remove(key);
        tree.replace(map, &Value::Object(members))?;
    }
    Ok(())
}

/// The hash of the object as the settings of the plan left it.
fn hash_of(tree: &Tree<'_>, root: NodeId, plan: &Plan<'_>) -> Option<String> {
    let (_, configuration) = plan.stamps.iter().find(|(key, _)| *key == CONFIG_HASH)?;
    Some(settings_hash(tree, root, configuration.as_str()?))
}

/// Whether an annotation is one of the stamps.
pub(super) fn is_stamp(key: &str) -> bool {
    [CONFIG_HASH, STANDARDS_VERSION, SETTINGS_HASH].contains(&key) || key.starts_with(EXCEPTION)
}
