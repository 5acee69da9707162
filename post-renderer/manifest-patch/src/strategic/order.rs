//! `$setElementOrder`: the order of a list's elements.

use super::directive::{is_deletion, is_replacement_mark};
use super::element::is_wildcard;
use super::{ELEMENT_ORDER, Failure, Merge};
use crate::merge_keys::ListRule;
use serde_json::{Map, Value};
use yaml_edit::NodeId;

impl Merge<'_, '_> {
    /// Puts the elements of the given order in it. Others keep their places among the elements that were there, as in
    /// `normalizeElementOrder` of Kubernetes' strategicpatch:
    ///
    /// ```text
    /// list a, x, b   order c, a, b   new element c   gives c, a, x, b
    /// ```
    pub(super) fn order(
        &mut self,
        id: NodeId,
        key: &str,
        order: &Value,
        patch: &Map<String, Value>,
    ) -> Result<(), Failure> {
        let place = self.tree.get(id, key).unwrap_or(id);
        let order = order.as_array().map(Vec::as_slice).unwrap_or_default();
        let keys = match self.merge_keys(order) {
            Some(keys) => keys,
            None if matches!(self.rule(), ListRule::Primitive) => Vec::new(),
            None => {
                let message = format!("`{key}` has no merge key, so `{ELEMENT_ORDER}{key}` cannot order it");
                return Err(self.advised(place, message, "write the whole list in its order"));
            }
        };
        self.check_order(place, key, order, patch, &keys)?;
        if self.tree.get(id, key).is_none() {
            return Ok(());
        }
        let Some(list) = self.tree.member(id, key)? else { return Ok(()) };
        let present: Vec<NodeId> = self.tree.children(list).collect();
        let mut ordered: Vec<NodeId> = Vec::new();
        for entry in order {
            let found = match entry.as_object() {
                Some(members) => self.elements(list, members, &keys),
                None => present.iter().copied().filter(|child| self.tree.is(*child, entry)).collect(),
            };
            ordered.extend(found.into_iter().filter(|found| !ordered.contains(found)).collect::<Vec<_>>());
        }
        let merged = self.merged(&present, &ordered);
        Ok(self.tree.reorder(list, &merged)?)
    }

    /// Merges the elements that the order does not name into those that it names. An element of the order comes first,
    /// unless both were in the list before the patch, the other one in front.
    fn merged(&self, present: &[NodeId], ordered: &[NodeId]) -> Vec<NodeId> {
        let was_at = |child: &NodeId| {
            let position = present.iter().position(|other| other == child);
            position.filter(|_| !self.created.contains(child))
        };
        let mut others = present.iter().filter(|child| !ordered.contains(child)).peekable();
        let mut merged: Vec<NodeId> = Vec::with_capacity(present.len());
        for named in ordered {
            let place = was_at(named);
            while let Some(other) = others.next_if(
                |other| matches!((was_at(other), place), (Some(other), Some(place)) if other < place),
            ) {
                merged.push(*other);
            }
            merged.push(*named);
        }
        merged.extend(others);
        merged
    }

    /// The elements of the patch's list must be in the order, and in its sequence.
    fn check_order(
        &self,
        id: NodeId,
        key: &str,
        order: &[Value],
        patch: &Map<String, Value>,
        keys: &[String],
    ) -> Result<(), Failure> {
        let first = keys.first().map(String::as_str);
        let entry_fits = |entry: &&Value| match first {
            Some(first) => entry.get(first).is_some(),
            None => !entry.is_object() && !entry.is_array(),
        };
        if !order.iter().all(|entry| entry_fits(&entry)) {
            let what =
                first.map_or_else(|| "a value".to_owned(), |first| format!("a mapping with `{first}`"));
            let message = format!("each entry of `{ELEMENT_ORDER}{key}` must be {what}");
            return Err(self.failure(id, message));
        }
        // Kubernetes compares the first merge key only; an order written by kubectl has no other.
        let same_key = |left: &Value, right: &Value| match first {
            Some(first) => left.get(first) == right.get(first),
            None => left == right,
        };
        let items = patch.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let stays =
            |item: &&Value| !is_deletion(item) && !is_replacement_mark(item) && !is_wildcard(item, keys);
        let mut rest = order.iter();
        for item in items.iter().filter(stays) {
            if rest.any(|entry| same_key(entry, item)) {
                continue;
            }
            let name = first.and_then(|first| item.get(first)).unwrap_or(item);
            let message = if order.iter().any(|entry| same_key(entry, item)) {
                format!("the patch lists {name} of `{key}` in another order than its `{ELEMENT_ORDER}{key}`")
            } else {
                format!("the patch has {name} in `{key}`, but its `{ELEMENT_ORDER}{key}` lacks it")
            };
            return Err(self.failure(id, message));
        }
        Ok(())
    }
}
