//! Elements of a keyed list: which ones an element of the patch means.

use super::directive::{directive, is_replacement_mark};
use super::{Failure, Merge};
use crate::nearest::nearest;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;
use yaml_edit::{NONE, NodeId, Tree};

/// The name that means every element of a list: `containers: [{name: "*", …}]`.
const WILDCARD: &str = "*";

/// Whether an element of the patch means every element of a list that is keyed by `name`.
pub(super) fn is_wildcard(item: &Value, keys: &[String]) -> bool {
    keys == ["name"] && item.get("name").and_then(Value::as_str) == Some(WILDCARD)
}

/// The elements of a patch with one element for each name in place of `*`. These come first, so that an element with
/// a name of its own has the last word.
pub(super) fn expand_wildcards(
    tree: &Tree<'_>,
    list: NodeId,
    items: &[Value],
    keys: &[String],
) -> Vec<Value> {
    let (wildcards, others): (Vec<&Value>, Vec<&Value>) =
        items.iter().partition(|item| is_wildcard(item, keys));
    let mut known = BTreeSet::new();
    let names = tree.children(list).filter_map(|child| tree.string_at(child, "name"));
    let names: Vec<String> = names.map(Cow::into_owned).filter(|name| known.insert(name.clone())).collect();
    let expanded = wildcards.into_iter().filter_map(Value::as_object).flat_map(|members| {
        names.iter().map(|name| {
            let mut members = members.clone();
            members.insert("name".to_owned(), Value::from(name.as_str()));
            Value::Object(members)
        })
    });
    expanded.chain(others.into_iter().cloned()).collect()
}

impl Merge<'_, '_> {
    /// Every element of the patch must have the first merge key, and be there once.
    pub(super) fn check_merge_keys(
        &self,
        id: NodeId,
        items: &[Value],
        keys: &[String],
    ) -> Result<(), Failure> {
        let list = self.path.last().map_or("", String::as_str);
        let Some(first) = keys.first() else { return Ok(()) };
        for item in items.iter().filter(|item| !is_replacement_mark(item)) {
            let Some(members) = item.as_object() else {
                let message = format!("an element of `{list}` in the patch must be a mapping with `{first}`");
                return Err(self.failure(id, message));
            };
            if members.contains_key(first) {
                continue;
            }
            let message = format!("an element of `{list}` in the patch lacks its merge key `{first}`");
            return Err(match directive(members) {
                Some(name) => self.advised(
                    id,
                    message,
                    format!("to address one element, write `{{{first}: …, $patch: {name}}}`"),
                ),
                None => self.failure(id, message),
            });
        }
        Ok(())
    }

    /// Every element that has the merge keys which an element of the patch gives.
    pub(super) fn elements(&self, list: NodeId, wanted: &Map<String, Value>, keys: &[String]) -> Vec<NodeId> {
        let given: Vec<(&String, &Value)> =
            keys.iter().filter_map(|key| Some((key, wanted.get(key)?))).collect();
        let has_keys = |child: &NodeId| given.iter().all(|(key, value)| self.has(*child, key, value));
        if given.is_empty() { Vec::new() } else { self.tree.children(list).filter(has_keys).collect() }
    }

    fn has(&self, element: NodeId, key: &str, value: &Value) -> bool {
        match self.tree.get(element, key) {
            Some(found) => self.tree.is(found, value),
            // Kubernetes' default protocol is TCP, so an absent one is that.
            None => key == "protocol" && value == "TCP",
        }
    }

    /// The one element that an element of the patch means.
    pub(super) fn element(
        &self,
        list: NodeId,
        name: &str,
        wanted: &Map<String, Value>,
        keys: &[String],
    ) -> Result<Option<NodeId>, Failure> {
        let mut candidates = self.elements(list, wanted, keys);
        let absent = keys.iter().find(|key| !wanted.contains_key(*key));
        if candidates.len() > 1
            && let Some(key) = absent
        {
            if key != "protocol" {
                let first = keys.first().map_or("", String::as_str);
                let message = format!("`{name}` has {} elements with this `{first}`", candidates.len());
                return Err(self.advised(
                    list,
                    message,
                    format!("add `{key}` to the patch, to name one of them"),
                ));
            }
            candidates.retain(|child| self.has(*child, key, &Value::from("TCP")));
        }
        if let [_, second, ..] = candidates.as_slice() {
            let message = format!(
                "`{name}` has {} elements `{}`, so the patch cannot change one of them",
                candidates.len(),
                described(keys, |key| wanted.get(key).cloned())
            );
            let help = "remove the duplicates where the manifest is made; `$patch: delete` here deletes all of them, and a JSON 6902 patch changes one by its index";
            return Err(self.advised(*second, message, help));
        }
        Ok(candidates.first().copied())
    }

    /// The failure of a patch that would create an element. `list` is `NONE` if the object has no such list.
    pub(super) fn not_found(
        &self,
        id: NodeId,
        key: &str,
        item: &Value,
        keys: &[String],
        list: NodeId,
    ) -> Failure {
        let wanted = described(keys, |key| item.get(key).cloned());
        let mut present: Vec<String> = Vec::new();
        if list != NONE {
            let value = |child, key: &str| self.tree.value(self.tree.get(child, key)?).ok();
            present.extend(self.tree.children(list).map(|child| described(keys, |key| value(child, key))));
        }
        let near = nearest(&wanted, present.iter().map(String::as_str));
        let there = match near {
            Some(near) if near == wanted => "; a text and a number are different keys".to_owned(),
            Some(near) => format!("; did you mean `{near}`?"),
            None if present.is_empty() => "; the list is empty or missing".to_owned(),
            None => format!("; there are `{}`", present.join("`, `")),
        };
        let help = "to add a new element, write `create: true` in the setting";
        self.advised(id, format!("`{key}` has no element `{wanted}`{there}"), help)
    }
}

/// The merge keys of an element, as `containerPort=80,protocol=TCP`.
fn described(keys: &[String], value: impl Fn(&str) -> Option<Value>) -> String {
    let plain = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let parts: Vec<String> =
        keys.iter().filter_map(|key| value(key).map(|value| format!("{key}={}", plain(value)))).collect();
    parts.join(",")
}
