//! Lists in a strategic merge: by merge keys, as unions of values, or as a whole.

use super::directive::{directive, is_deletion, is_replacement_mark};
use super::element::{expand_wildcards, is_wildcard};
use super::{ELEMENT_ORDER, Failure, Merge};
use crate::merge_keys::ListRule;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use yaml_edit::{Kind, NONE, NodeId};

impl Merge<'_, '_> {
    pub(super) fn list(
        &mut self,
        id: NodeId,
        key: &str,
        items: &[Value],
        patch: &Map<String, Value>,
    ) -> Result<(), Failure> {
        let place = self.tree.get(id, key).unwrap_or(id);
        let Some(keys) = self.merge_keys(items) else {
            self.refuse_directives(place, items)?;
            if matches!(self.rule(), ListRule::Primitive) {
                return self.union(id, key, items);
            }
            self.tree.set(id, key, &Value::Array(items.to_vec()))?;
            return Ok(());
        };
        if items.iter().any(is_replacement_mark) {
            return self.replace_list(id, key, items, &keys);
        }
        self.check_merge_keys(place, items, &keys)?;
        let found = self.tree.get(id, key).map(|found| self.tree.follow(found));
        if found.is_none_or(|found| self.tree.node(found).kind != Kind::Sequence) {
            return self.create_list(id, key, items, &keys);
        }
        let Some(list) = self.changeable(id, key, &Value::Array(items.to_vec()))? else { return Ok(()) };
        let before: Vec<NodeId> = self.tree.children(list).collect();
        let mut touched = Vec::new();
        for item in expand_wildcards(self.tree, list, items, &keys) {
            touched.extend(self.merge_element(list, key, &item, &keys)?);
        }
        // `$setElementOrder` decides, where there is one.
        if self.patch.options.prepend && !patch.contains_key(&format!("{ELEMENT_ORDER}{key}")) {
            self.prepend(list, &before, touched, &keys)?;
        }
        Ok(())
    }

    /// The merge keys of the list at the current path; `None` if it is replaced as a whole or holds plain values.
    pub(super) fn merge_keys(&self, items: &[Value]) -> Option<Vec<String>> {
        let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        match self.rule() {
            ListRule::Keyed(keys) => Some(owned(keys)),
            ListRule::KeyedIfNamed(keys) => {
                let is_named = |item: &Value| keys.iter().all(|key| item.get(key).is_some());
                items.iter().all(is_named).then(|| owned(keys))
            }
            ListRule::Declared(keys) => Some(keys.to_vec()),
            ListRule::Primitive | ListRule::Atomic => None,
        }
    }

    /// `- $patch: replace` in the list: its other elements are the new list.
    fn replace_list(
        &mut self,
        id: NodeId,
        key: &str,
        items: &[Value],
        keys: &[String],
    ) -> Result<(), Failure> {
        if items.iter().any(|item| is_wildcard(item, keys)) {
            let message = format!(
                "`name: \"*\"` in `{key}` means the elements that are there, but `$patch: replace` removes them"
            );
            return Err(self.failure(id, message));
        }
        let rest: Vec<Value> = items.iter().filter(|item| !is_replacement_mark(item)).cloned().collect();
        let value = self.written(id, &Value::Array(rest))?;
        self.tree.set(id, key, &value)?;
        Ok(())
    }

    /// Writes a list where the object has none.
    fn create_list(
        &mut self,
        id: NodeId,
        key: &str,
        items: &[Value],
        keys: &[String],
    ) -> Result<(), Failure> {
        let Some(first) = items.iter().find(|item| !is_deletion(item) && !is_wildcard(item, keys)) else {
            return Ok(());
        };
        if !self.patch.options.create {
            return Err(self.not_found(id, key, first, keys, NONE));
        }
        let value = self.written(id, &Value::Array(items.to_vec()))?;
        self.tree.set(id, key, &value)?;
        Ok(())
    }

    /// Merges one element; returns its node if there is one afterwards.
    fn merge_element(
        &mut self,
        list: NodeId,
        key: &str,
        item: &Value,
        keys: &[String],
    ) -> Result<Option<NodeId>, Failure> {
        let Some(members) = item.as_object() else { return Ok(None) };
        if directive(members) == Some("delete") {
            for element in self.elements(list, members, keys) {
                self.tree.remove(element)?;
            }
            return Ok(None);
        }
        if let Some(element) = self.element(list, key, members, keys)? {
            let element = self.tree.enter(element)?;
            self.mapping(element, members)?;
            return Ok(Some(element));
        }
        if !self.patch.options.create {
            return Err(self.not_found(list, key, item, keys, list));
        }
        let value = self.written(list, item)?;
        let element = self.tree.insert(list, NONE, &value)?;
        self.created.push(element);
        Ok(Some(element))
    }

    /// Puts the elements of the patch first, as kustomize does.
    fn prepend(
        &mut self,
        list: NodeId,
        before: &[NodeId],
        mut touched: Vec<NodeId>,
        keys: &[String],
    ) -> Result<(), Failure> {
        let living: BTreeSet<NodeId> = self.tree.children(list).collect();
        if keys.len() > 1 {
            // kustomize leaves elements of lists with two-part keys in their places.
            let before: BTreeSet<&NodeId> = before.iter().collect();
            touched.retain(|child| !before.contains(child));
        }
        let rest = before.iter().copied().filter(|child| living.contains(child));
        let mut placed = BTreeSet::new();
        let order: Vec<NodeId> =
            touched.into_iter().chain(rest).filter(|child| placed.insert(*child)).collect();
        Ok(self.tree.reorder(list, &order)?)
    }

    fn union(&mut self, id: NodeId, key: &str, items: &[Value]) -> Result<(), Failure> {
        let found = self.tree.get(id, key).map(|found| self.tree.follow(found));
        if found.is_none_or(|found| self.tree.node(found).kind != Kind::Sequence) {
            self.tree.set(id, key, &Value::Array(items.to_vec()))?;
            return Ok(());
        }
        let Some(list) = self.changeable(id, key, &Value::Array(items.to_vec()))? else { return Ok(()) };
        let front = self.tree.children(list).next().unwrap_or(NONE);
        for item in items {
            let is_there = self.tree.children(list).any(|child| self.tree.is(child, item));
            if !is_there {
                let before = if self.patch.options.prepend { front } else { NONE };
                let element = self.tree.insert(list, before, item)?;
                self.created.push(element);
            }
        }
        Ok(())
    }
}
