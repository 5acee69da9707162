//! Strategic merge with Kubernetes' full set of directives. Lists without merge keys are replaced, so for kinds
//! without any it is JSON merge (RFC 7386).

mod directive;
mod element;
mod list;
mod order;
mod written;

use crate::identity::Identity;
use crate::merge_keys::{ListKeys, ListRule};
use crate::problem::Problem;
use crate::{Failure, Outcome, Patch};
pub(crate) use directive::check_directives;
use directive::{DELETE_PRIMITIVES, ELEMENT_ORDER, RETAIN_KEYS, directive, retained};
use serde_json::{Map, Value};
use yaml_edit::{Kind, NodeId, Tree};

/// Applies a merge patch to the object at `root`.
pub(super) fn apply(
    patch: &Patch,
    body: &Map<String, Value>,
    tree: &mut Tree<'_>,
    root: NodeId,
    identity: &Identity,
    keys: &ListKeys,
) -> Result<Outcome, Failure> {
    if directive(body) == Some("delete") {
        return Ok(Outcome::Deleted);
    }
    let mut merge = Merge { patch, tree, root, identity, keys, path: Vec::new(), created: Vec::new() };
    let root = merge.tree.enter(root)?;
    merge.mapping(root, body)?;
    Ok(Outcome::Stays)
}

struct Merge<'m, 'a> {
    patch: &'m Patch,
    tree: &'m mut Tree<'a>,
    root: NodeId,
    identity: &'m Identity,
    keys: &'m ListKeys,
    /// Member names down to here, without indices.
    path: Vec<String>,
    /// List elements that this patch created.
    created: Vec<NodeId>,
}

impl Merge<'_, '_> {
    fn mapping(&mut self, id: NodeId, patch: &Map<String, Value>) -> Result<(), Failure> {
        if directive(patch) == Some("replace") {
            let value = self.written(id, &Value::Object(patch.clone()))?;
            return Ok(self.tree.replace(id, &value)?);
        }
        self.retain(id, patch)?;
        for (key, values) in patch {
            if let Some(list) = key.strip_prefix(DELETE_PRIMITIVES) {
                self.delete_primitives(id, list, values)?;
            }
        }
        for (key, value) in patch.iter().filter(|(key, _)| !key.starts_with('$')) {
            self.below(key, |merge| merge.member(id, key, value, patch))?;
        }
        for (key, value) in patch {
            if let Some(list) = key.strip_prefix(ELEMENT_ORDER) {
                self.below(list, |merge| merge.order(id, list, value, patch))?;
            }
        }
        Ok(())
    }

    /// Does something one member further down.
    fn below<T>(&mut self, key: &str, action: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(key.to_owned());
        let done = action(self);
        self.path.pop();
        done
    }

    fn member(
        &mut self,
        id: NodeId,
        key: &str,
        value: &Value,
        patch: &Map<String, Value>,
    ) -> Result<(), Failure> {
        match value {
            Value::Null => self.remove(id, key),
            Value::Object(members) => {
                let found = self.tree.get(id, key).map(|found| self.tree.follow(found));
                let is_mapping = found.is_some_and(|found| self.tree.node(found).kind == Kind::Mapping);
                if directive(members) == Some("delete") {
                    return match found {
                        // Kubernetes empties a mapping and removes anything else.
                        Some(_) if is_mapping => {
                            self.tree.set(id, key, &Value::Object(Map::new()))?;
                            Ok(())
                        }
                        _ => self.remove(id, key),
                    };
                }
                if !is_mapping || self.replaces_mapping() {
                    let value = self.written(found.unwrap_or(id), value)?;
                    self.tree.set(id, key, &value)?;
                    return Ok(());
                }
                match self.changeable(id, key, value)? {
                    Some(member) => self.mapping(member, members),
                    None => Ok(()),
                }
            }
            Value::Array(items) => self.list(id, key, items, patch),
            scalar => {
                self.tree.set(id, key, scalar)?;
                Ok(())
            }
        }
    }

    fn remove(&mut self, id: NodeId, key: &str) -> Result<(), Failure> {
        if self.tree.get(id, key).is_some()
            && let Some(member) = self.tree.member(id, key)?
        {
            self.tree.remove(member)?;
        }
        Ok(())
    }

    /// A member, ready to be changed. `None` if it is below an alias and has the value already: a patch that changes
    /// nothing must not write the alias out.
    fn changeable(&mut self, id: NodeId, key: &str, value: &Value) -> Result<Option<NodeId>, Failure> {
        let found = self.tree.get(id, key);
        if self.tree.aliased && found.is_some_and(|found| self.tree.is(found, value)) {
            return Ok(None);
        }
        Ok(self.tree.member(id, key)?)
    }

    /// `PodDisruptionBudgetSpec.selector` has the strategy `replace`.
    fn replaces_mapping(&self) -> bool {
        self.identity.kind == "PodDisruptionBudget"
            && self.identity.group == "policy"
            && self.path == ["spec", "selector"]
    }

    fn retain(&mut self, id: NodeId, patch: &Map<String, Value>) -> Result<(), Failure> {
        let Some(names) = patch.get(RETAIN_KEYS) else { return Ok(()) };
        let names = retained(names, patch).map_err(|message| self.failure(id, message))?;
        let dropped: Vec<NodeId> =
            self.tree.children(id).filter(|child| !names.contains(&self.tree.key(*child).as_ref())).collect();
        for child in dropped {
            self.tree.remove(child)?;
        }
        Ok(())
    }

    fn delete_primitives(&mut self, id: NodeId, list: &str, values: &Value) -> Result<(), Failure> {
        let Some(found) = self.tree.get(id, list) else { return Ok(()) };
        let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
        let is_collection = |value: &Value| value.is_object() || value.is_array();
        if self.tree.node(self.tree.follow(found)).kind != Kind::Sequence || values.iter().any(is_collection)
        {
            let message =
                format!("`{DELETE_PRIMITIVES}{list}` deletes texts and numbers from a list of such values");
            let help = "to delete an element by its merge key, write the key and `$patch: delete`";
            return Err(self.advised(found, message, help));
        }
        let Some(member) = self.tree.member(id, list)? else { return Ok(()) };
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
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        self.keys.rule(self.identity, &path)
    }

    fn failure(&self, id: NodeId, message: String) -> Failure {
        Failure::Patch(Box::new(self.problem(id, message)))
    }

    fn advised(&self, id: NodeId, message: String, help: impl Into<String>) -> Failure {
        Failure::Patch(Box::new(self.problem(id, message).help(help)))
    }

    fn problem(&self, id: NodeId, message: String) -> Problem {
        Problem::new("strategic-merge", message).at(self.tree, id)
    }
}
