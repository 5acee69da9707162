//! # What it does
//! Finds list elements with the same key: an environment name, port, volume or mount path twice. Equal ones are taken out.
//! # Why
//! Server-side apply, which Helm 4 uses, refuses lists with the same key twice.
//! # Before
//! `env: [{name: A, value: x}, {name: A, value: x}]`
//! # After
//! `env: [{name: A, value: x}]`; if the values differ, an error.
//! # How to opt out
//! An exception for `duplicate_keys` or `duplicate_keys/env`.

use super::Standard;
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use crate::yaml::{Fault, NodeId};
use serde_json::Value;

/// The standard `duplicate_keys`.
pub(super) struct DuplicateKeys;

impl Standard for DuplicateKeys {
    fn id(&self) -> &'static str {
        "duplicate_keys"
    }

    fn summary(&self) -> &'static str {
        "No list has the same key twice."
    }

    fn why(&self) -> &'static str {
        "Server-side apply, which Helm 4 uses, refuses lists with the same key twice."
    }

    fn source(&self) -> &'static str {
        "standards.duplicateKeys"
    }

    fn is_on(&self, configuration: &Configuration) -> bool {
        configuration.standards.duplicate_keys.as_ref().is_some_and(|keys| keys.mode != Mode::Off)
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
                    self.check(object, context, found, list, keys, mode)?;
                }
            }
        }
        if let Some(found) = object.pod_spec().and_then(|spec| object.tree.get(spec, "volumes")) {
            self.check(object, context, found, "volumes", &["name"], mode)?;
        }
        if object.identity.kind == "Service"
            && object.identity.group.is_empty()
            && let Some(found) = object.tree.at(object.root, &["spec", "ports"])
        {
            self.check(object, context, found, "ports", &["port", "protocol"], mode)?;
        }
        Ok(())
    }
}

impl DuplicateKeys {
    fn check(
        &self,
        object: &mut Object<'_, '_>,
        context: &Context<'_>,
        list: NodeId,
        name: &str,
        keys: &[&str],
        mode: Mode,
    ) -> Result<(), Fault> {
        let list = object.tree.follow(list);
        let items: Vec<NodeId> = object.tree.children(list).collect();
        let mut seen: Vec<(Vec<Value>, NodeId)> = Vec::new();
        for item in items {
            let Some(key) = key_of(object, item, keys) else { continue };
            let Some((_, first)) = seen.iter().find(|(other, _)| *other == key) else {
                seen.push((key, item));
                continue;
            };
            let equal = object.tree.value(*first).ok().is_some_and(|value| object.tree.is(item, &value));
            if object.is_waived(context, self.id(), name) {
                continue;
            }
            let field = object.tree.field(list);
            let shown: Vec<String> =
                key.iter().map(|part| part.as_str().map_or(part.to_string(), ToOwned::to_owned)).collect();
            let message = format!("`{}` is there twice", shown.join("/"));
            if equal && mode == Mode::Enforce && !object.tree.aliased {
                object.mended(self.id(), item, &field, format!("{message}; the second is taken out"));
                object.tree.remove(item)?;
            } else {
                object.breach(
                    self.id(),
                    mode,
                    item,
                    &field,
                    message,
                    "keep one of them: server-side apply refuses both",
                );
            }
        }
        Ok(())
    }
}

/// The values of the keys; an absent protocol is TCP, as Kubernetes defaults it.
fn key_of(object: &Object<'_, '_>, item: NodeId, keys: &[&str]) -> Option<Vec<Value>> {
    keys.iter()
        .map(|key| match object.tree.get(item, key) {
            Some(found) => object.tree.value(found).ok(),
            None if *key == "protocol" => Some(Value::from("TCP")),
            None => None,
        })
        .collect()
}
