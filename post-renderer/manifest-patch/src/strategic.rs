//! Strategic merge with Kubernetes' full set of directives. Lists without merge keys are replaced, so for kinds
//! without any it is JSON merge (RFC 7386).

use super::merge_keys::{ListKeys, ListRule};
use super::{Failure, Outcome, Patch};
use crate::identity::Identity;
use crate::problem::Problem;
use serde_json::{Map, Value};
use yaml_edit::{Kind, NONE, NodeId, Tree};

mod list;

const PATCH: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const ELEMENT_ORDER: &str = "$setElementOrder/";
const DELETE_PRIMITIVES: &str = "$deleteFromPrimitiveList/";

/// Applies a merge patch to the object at `root`.
pub(super) fn apply(
    patch: &Patch,
    body: &Map<String, Value>,
    tree: &mut Tree<'_>,
    root: NodeId,
    identity: &Identity,
    keys: &ListKeys,
) -> Result<Outcome, Failure> {
    if body.get(PATCH).and_then(Value::as_str) == Some("delete") {
        return Ok(Outcome::Deleted);
    }
    let mut merge = Merge { patch, tree, identity, keys, path: Vec::new() };
    let root = merge.tree.enter(root)?;
    merge.mapping(root, body)?;
    Ok(Outcome::Stays)
}

/// A patch without the members that name its object: with a target they are ignored, as kustomize has it, and
/// without one they are what is looked for.
pub(super) fn anonymous(mut body: Map<String, Value>) -> Map<String, Value> {
    for name in ["apiVersion", "kind"] {
        body.shift_remove(name);
    }
    if let Some(metadata) = body.get_mut("metadata").and_then(Value::as_object_mut) {
        for name in ["name", "namespace"] {
            metadata.shift_remove(name);
        }
        if metadata.is_empty() {
            body.shift_remove("metadata");
        }
    }
    body
}

struct Merge<'m, 'a, 'p> {
    patch: &'m Patch,
    tree: &'m mut Tree<'a>,
    identity: &'m Identity,
    keys: &'m ListKeys,
    /// Member names down to here, without indices.
    path: Vec<&'p str>,
}

impl<'p> Merge<'_, '_, 'p> {
    fn mapping(&mut self, id: NodeId, patch: &'p Map<String, Value>) -> Result<(), Failure> {
        match directive(patch) {
            None | Some("merge") => {}
            Some("replace") => {
                let value = without_directives(&Value::Object(patch.clone()));
                return Ok(self.tree.replace(id, &value)?);
            }
            Some(other) => return Err(self.unknown_directive(id, other)),
        }
        self.retain(id, patch)?;
        for (key, value) in patch {
            if let Some(list) = key.strip_prefix(DELETE_PRIMITIVES) {
                self.delete_primitives(id, list, value)?;
            } else if !key.starts_with('$') {
                self.path.push(key);
                let done = self.member(id, key, value, patch);
                self.path.pop();
                done?;
            } else if key != PATCH && key != RETAIN_KEYS && !key.starts_with(ELEMENT_ORDER) {
                return Err(self.failure(id, format!("`{key}` is no directive of a strategic merge")));
            }
        }
        for (key, value) in patch {
            if let Some(list) = key.strip_prefix(ELEMENT_ORDER) {
                self.path.push(list);
                let done = self.order(id, list, value, patch);
                self.path.pop();
                done?;
            }
        }
        Ok(())
    }

    fn member(
        &mut self,
        id: NodeId,
        key: &str,
        value: &'p Value,
        patch: &'p Map<String, Value>,
    ) -> Result<(), Failure> {
        match value {
            Value::Null => {
                if self.tree.get(id, key).is_some() {
                    let member = self.tree.member(id, key)?.expect("found a moment ago");
                    self.tree.remove(member)?;
                }
                Ok(())
            }
            Value::Object(members) => {
                if directive(members) == Some("delete") {
                    if self.tree.get(id, key).is_some() {
                        let member = self.tree.member(id, key)?.expect("found a moment ago");
                        self.tree.remove(member)?;
                    }
                    return Ok(());
                }
                let found = self.tree.get(id, key).map(|found| self.tree.follow(found));
                let is_mapping = found.is_some_and(|found| self.tree.node(found).kind == Kind::Mapping);
                if is_mapping && !self.replaces_mapping() {
                    if self.changes_nothing(found, value) {
                        return Ok(());
                    }
                    let member = self.tree.member(id, key)?.expect("found a moment ago");
                    return self.mapping(member, members);
                }
                self.check_directives(id, value)?;
                self.tree.set(id, key, &without_directives(value))?;
                Ok(())
            }
            Value::Array(items) => self.list(id, key, items, patch),
            scalar => {
                self.tree.set(id, key, scalar)?;
                Ok(())
            }
        }
    }

    /// A patch below an alias that says what is there already must not write the alias out.
    fn changes_nothing(&self, found: Option<NodeId>, value: &Value) -> bool {
        self.tree.aliased && found.is_some_and(|found| self.tree.is(found, value))
    }

    /// `PodDisruptionBudgetSpec.selector` has the strategy `replace`.
    fn replaces_mapping(&self) -> bool {
        self.identity.kind == "PodDisruptionBudget"
            && self.identity.group == "policy"
            && self.path == ["spec", "selector"]
    }

    fn retain(&mut self, id: NodeId, patch: &Map<String, Value>) -> Result<(), Failure> {
        let Some(retained) = patch.get(RETAIN_KEYS) else { return Ok(()) };
        let names: Option<Vec<&str>> =
            retained.as_array().map(|items| items.iter().filter_map(Value::as_str).collect());
        let Some(names) = names else {
            return Err(self.failure(id, format!("`{RETAIN_KEYS}` is a list of names")));
        };
        let stray = patch.keys().find(|key| !key.starts_with('$') && !names.contains(&key.as_str()));
        if let Some(stray) = stray {
            return Err(
                self.failure(id, format!("`{stray}` is in the patch, but not in its `{RETAIN_KEYS}`"))
            );
        }
        let dropped: Vec<NodeId> =
            self.tree.children(id).filter(|child| !names.contains(&self.tree.key(*child).as_ref())).collect();
        for child in dropped {
            self.tree.remove(child)?;
        }
        Ok(())
    }

    fn delete_primitives(&mut self, id: NodeId, list: &str, values: &Value) -> Result<(), Failure> {
        let Some(values) = values.as_array() else {
            return Err(self.failure(id, format!("`{DELETE_PRIMITIVES}{list}` is a list of values")));
        };
        if self.tree.get(id, list).is_none() {
            return Ok(());
        }
        let member = self.tree.member(id, list)?.expect("found a moment ago");
        let doomed: Vec<NodeId> = self
            .tree
            .children(member)
            .filter(|child| values.iter().any(|value| self.tree.is(*child, value)))
            .collect();
        for child in doomed {
            self.tree.remove(child)?;
        }
        Ok(())
    }

    fn rule(&self) -> ListRule<'_> {
        self.keys.rule(self.identity, &self.path)
    }

    fn check_directives(&self, id: NodeId, value: &Value) -> Result<(), Failure> {
        match unknown(value) {
            Some(name) => Err(self.failure(id, format!("`{name}` is no directive of a strategic merge"))),
            None => Ok(()),
        }
    }

    fn unknown_directive(&self, id: NodeId, name: &str) -> Failure {
        self.failure(id, format!("`$patch: {name}` is unknown; it is `merge`, `replace` or `delete`"))
    }

    fn failure(&self, id: NodeId, message: String) -> Failure {
        let mut field = self.tree.field(id);
        if field.is_empty() {
            field = self.path.join(".");
        }
        let mut problem = Problem::new("strategic-merge", message);
        if !field.is_empty() {
            problem = problem.field(field);
        }
        Failure::Patch(Box::new(problem))
    }
}

fn directive(patch: &Map<String, Value>) -> Option<&str> {
    patch.get(PATCH).map(|value| value.as_str().unwrap_or("?"))
}

fn unknown(value: &Value) -> Option<&str> {
    match value {
        Value::Object(members) => members.iter().find_map(|(key, member)| {
            let known = key == PATCH && matches!(member.as_str(), Some("merge" | "replace" | "delete"))
                || key == RETAIN_KEYS
                || key.starts_with(ELEMENT_ORDER)
                || key.starts_with(DELETE_PRIMITIVES);
            if key.starts_with('$') && !known { Some(key.as_str()) } else { unknown(member) }
        }),
        Value::Array(items) => items.iter().find_map(unknown),
        _ => None,
    }
}

/// A value of a patch as it is written where nothing was: without directives, nulls and deleted elements.
fn without_directives(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .filter(|(key, member)| !key.starts_with('$') && !member.is_null() && !is_deletion(member))
                .map(|(key, member)| (key.clone(), without_directives(member)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(
            items
                .iter()
                .filter(|item| !is_deletion(item) && !is_mark(item))
                .map(without_directives)
                .collect(),
        ),
        scalar => scalar.clone(),
    }
}

fn is_deletion(value: &Value) -> bool {
    value.get(PATCH).and_then(Value::as_str) == Some("delete")
}

/// `- $patch: replace` alone, which speaks of the list that it is in.
fn is_mark(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.len() == 1 && members.contains_key(PATCH))
}
