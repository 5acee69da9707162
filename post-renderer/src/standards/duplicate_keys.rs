//! The standard `duplicate-keys`: no list has two elements with the same key.

use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use serde_json::Value;
use std::collections::BTreeMap;
use yaml_edit::{Fault, NodeId};

/// The rule.
const RULE: Rule = Rule {
    id: "duplicate-keys",
    summary: "No list has two elements with the same key.",
    effect: "Finds list elements with the same key: environment variables, ports, volumes and mount paths. Of equal elements, only the first stays.",
    why: "Server-side apply, which Helm 4 uses, refuses lists with duplicate keys.",
    source: "standards.duplicateKeys",
    before: "`env: [{name: A, value: x}, {name: A, value: x}]`",
    after: "`env: [{name: A, value: x}]`; if the values differ, an error.",
    exempt: "An exception for `duplicate-keys` or `duplicate-keys/env`.",
    parts: Parts::Fixed(&["env", "ports", "volumeMounts", "volumes"]),
};

/// The standard `duplicate-keys`.
pub(super) struct DuplicateKeys;

impl Standard for DuplicateKeys {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        configuration.standards.duplicate_keys.as_ref().map_or(Mode::Off, |keys| keys.mode)
    }

    fn reads_containers(&self) -> bool {
        true
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let Some(mode) = context.configuration.standards.duplicate_keys.as_ref().map(|keys| keys.mode) else {
            return Ok(());
        };
        for container in object.containers() {
            for (list, keys) in [
                ("env", &["name"][..]),
                ("ports", &["containerPort", "protocol"]),
                ("volumeMounts", &["mountPath"]),
            ] {
                if let Some(found) = object.tree.get(container.node, list) {
                    check(object, context, found, list, keys, mode)?;
                }
            }
        }
        for found in
            object.pods().iter().filter_map(|pod| object.tree.get(pod.spec, "volumes")).collect::<Vec<_>>()
        {
            check(object, context, found, "volumes", &["name"], mode)?;
        }
        if object.identity.kind == "Service"
            && object.identity.group.is_empty()
            && let Some(found) = object.tree.at(object.root, &["spec", "ports"])
        {
            check(object, context, found, "ports", &["port", "protocol"], mode)?;
        }
        Ok(())
    }
}

fn check(
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
    list: NodeId,
    name: &str,
    keys: &[&str],
    mode: Mode,
) -> Result<(), Fault> {
    let list = object.tree.follow(list);
    let items: Vec<NodeId> = object.tree.children(list).collect();
    let mut seen: BTreeMap<Vec<String>, NodeId> = BTreeMap::new();
    for item in items {
        let Some(key) = key_of(object, item, keys) else { continue };
        let shown = key.join("/");
        let Some(first) = seen.get(&key) else {
            seen.insert(key, item);
            continue;
        };
        let equal = object.tree.value(*first).ok().is_some_and(|value| object.tree.is(item, &value));
        if object.is_waived(context, RULE.id, name) {
            continue;
        }
        let field = object.tree.field(list);
        let message = format!("`{shown}` appears more than once");
        if equal && mode == Mode::Enforce && !object.tree.aliased {
            object.mended(
                RULE.id,
                item,
                &field,
                format!("{message}, with equal values; the first one stays"),
            );
            object.tree.remove(item)?;
        } else {
            object.breach(
                RULE.id,
                mode,
                item,
                &field,
                message,
                "remove all but one of them: server-side apply refuses the list",
            );
        }
    }
    Ok(())
}

/// The values of the keys; an absent protocol is TCP, as Kubernetes defaults it.
fn key_of(object: &Object<'_, '_>, item: NodeId, keys: &[&str]) -> Option<Vec<String>> {
    keys.iter()
        .map(|key| match object.tree.get(item, key) {
            Some(found) => match object.tree.value(found).ok()? {
                Value::String(text) => Some(text),
                other => Some(other.to_string()),
            },
            None if *key == "protocol" => Some("TCP".to_owned()),
            None => None,
        })
        .collect()
}
