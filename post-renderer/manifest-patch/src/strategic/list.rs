//! Lists in a strategic merge: by merge keys, as unions of values, or as a whole; and the order of elements.

use super::super::merge_keys::ListRule;
use super::{
    ELEMENT_ORDER, Failure, Kind, Map, Merge, NONE, NodeId, PATCH, Value, directive, is_deletion, is_mark,
    without_directives,
};
use crate::nearest::nearest;

impl<'p> Merge<'_, '_, 'p> {
    pub(super) fn list(
        &mut self,
        id: NodeId,
        key: &str,
        items: &'p [Value],
        patch: &'p Map<String, Value>,
    ) -> Result<(), Failure> {
        // `$patch: replace` alone speaks of the list; in an element with members, of that element.
        let replaces = items.iter().any(is_replacement_mark);
        let keys: Vec<String> = match self.rule() {
            ListRule::Keyed(keys) => keys.iter().map(|key| (*key).to_owned()).collect(),
            ListRule::KeyedIfNamed(keys) if items.iter().all(|item| is_named(item, keys)) => {
                keys.iter().map(|key| (*key).to_owned()).collect()
            }
            ListRule::Declared(keys) => keys.to_vec(),
            ListRule::Primitive if !replaces => return self.union(id, key, items),
            _ => Vec::new(),
        };
        if keys.is_empty() || replaces {
            for item in items {
                self.check_directives(id, item)?;
            }
            let rest: Vec<Value> = items.iter().filter(|item| !is_replacement_mark(item)).cloned().collect();
            self.tree.set(id, key, &without_directives(&Value::Array(rest)))?;
            return Ok(());
        }
        let _ = patch;
        self.keyed(id, key, items, &keys)
    }

    fn union(&mut self, id: NodeId, key: &str, items: &[Value]) -> Result<(), Failure> {
        let found = self
            .tree
            .get(id, key)
            .filter(|found| self.tree.node(self.tree.follow(*found)).kind == Kind::Sequence);
        if found.is_none() {
            self.tree.set(id, key, &Value::Array(items.to_vec()))?;
            return Ok(());
        }
        let list = self.tree.member(id, key)?.expect("found a moment ago");
        let front = self.tree.children(list).next().unwrap_or(NONE);
        for item in items {
            let is_there = self.tree.children(list).any(|child| self.tree.is(child, item));
            if !is_there {
                self.tree.insert(list, if self.patch.options.prepend { front } else { NONE }, item)?;
            }
        }
        Ok(())
    }

    fn keyed(&mut self, id: NodeId, key: &str, items: &'p [Value], keys: &[String]) -> Result<(), Failure> {
        for item in items {
            let Some(members) = item.as_object() else {
                return Err(self.failure(id, format!("an element of `{key}` is no mapping")));
            };
            if let Some(first) = keys.first().filter(|first| !members.contains_key(*first)) {
                let message = format!("an element of `{key}` in the patch lacks its merge key `{first}`");
                return Err(self.failure(id, message));
            }
        }
        let found = self
            .tree
            .get(id, key)
            .filter(|found| self.tree.node(self.tree.follow(*found)).kind == Kind::Sequence);
        let Some(found) = found else {
            let news: Vec<Value> =
                items.iter().filter(|item| !is_deletion(item)).map(without_directives).collect();
            if news.is_empty() {
                return Ok(());
            }
            if !self.patch.options.create {
                return Err(self.not_there(id, key, items.first().unwrap_or(&Value::Null), keys, NONE));
            }
            self.tree.set(id, key, &Value::Array(news))?;
            return Ok(());
        };
        if self.changes_nothing(Some(found), &Value::Array(items.to_vec())) {
            return Ok(());
        }
        let list = self.tree.member(id, key)?.expect("found a moment ago");
        let before: Vec<NodeId> = self.tree.children(list).collect();
        let mut touched: Vec<NodeId> = Vec::new();
        for item in items {
            let Some(members) = item.as_object() else { continue };
            let element = self.element(list, members, keys)?;
            match (element, directive(members)) {
                (Some(element), Some("delete")) => self.tree.remove(element)?,
                (None, Some("delete")) => {}
                (Some(element), None | Some("merge" | "replace")) => {
                    let element = self.tree.enter(element)?;
                    self.mapping(element, members)?;
                    touched.push(element);
                }
                (None, None | Some("merge" | "replace")) => {
                    if !self.patch.options.create {
                        return Err(self.not_there(id, key, item, keys, list));
                    }
                    self.check_directives(list, item)?;
                    touched.push(self.tree.insert(list, NONE, &without_directives(item))?);
                }
                (_, Some(other)) => return Err(self.unknown_directive(list, other)),
            }
        }
        if self.patch.options.prepend {
            let living: Vec<NodeId> = self.tree.children(list).collect();
            if keys.len() > 1 {
                // kustomize leaves elements of lists with two-part keys in their places.
                touched.retain(|child| !before.contains(child));
            }
            let rest = before.into_iter().filter(|child| living.contains(child) && !touched.contains(child));
            let order: Vec<NodeId> = touched.iter().copied().chain(rest).collect();
            self.tree.reorder(list, &order)?;
        }
        Ok(())
    }

    /// The element that an element of the patch means.
    fn element(
        &self,
        list: NodeId,
        wanted: &Map<String, Value>,
        keys: &[String],
    ) -> Result<Option<NodeId>, Failure> {
        let Some((first, others)) = keys.split_first() else { return Ok(None) };
        let mut candidates: Vec<NodeId> = self
            .tree
            .children(list)
            .filter(|child| {
                self.tree.get(*child, first).is_some_and(|found| self.means(found, wanted.get(first)))
            })
            .collect();
        for other in others {
            let value = wanted.get(other);
            if value.is_none() && candidates.len() < 2 {
                continue;
            }
            // Kubernetes' default protocol is TCP, so an absent one is that.
            let default = (other == "protocol").then(|| Value::from("TCP"));
            let Some(value) = value.or(default.as_ref()) else {
                let message = format!("more than one element has this `{first}`; say which by `{other}`");
                return Err(self.failure(list, message));
            };
            candidates.retain(|child| match self.tree.get(*child, other) {
                Some(found) => self.means(found, Some(value)),
                None => Some(value) == default.as_ref(),
            });
        }
        Ok(candidates.first().copied())
    }

    fn means(&self, found: NodeId, wanted: Option<&Value>) -> bool {
        wanted.is_some_and(|wanted| self.tree.is(found, wanted))
    }

    fn not_there(&self, id: NodeId, key: &str, item: &Value, keys: &[String], list: NodeId) -> Failure {
        let describe = |value: &dyn Fn(&str) -> Option<String>| {
            let parts: Vec<String> =
                keys.iter().filter_map(|key| value(key).map(|value| format!("{key}={value}"))).collect();
            parts.join(",")
        };
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        let wanted = describe(&|key| item.get(key).map(plain));
        let mut present: Vec<String> = Vec::new();
        if list != NONE {
            for child in self.tree.children(list) {
                let found = describe(&|key| {
                    let member = self.tree.get(child, key)?;
                    self.tree.value(member).ok().map(|value| plain(&value))
                });
                present.push(found);
            }
        }
        let near = nearest(&wanted, present.iter().map(String::as_str));
        let there = match (near, present.is_empty()) {
            (Some(near), _) => format!("; did you mean `{near}`?"),
            (None, true) => "; there is none at all".to_owned(),
            (None, false) => format!("; there are `{}`", present.join("`, `")),
        };
        let failure = self.failure(id, format!("`{key}` has no element `{wanted}`{there}"));
        match failure {
            Failure::Patch(problem) => Failure::Patch(Box::new(
                problem.help("to add a new element, say `create: true` in the setting"),
            )),
            document @ Failure::Document(_) => document,
        }
    }

    /// `$setElementOrder`: the elements of the given order in it, the others where they were among them.
    pub(super) fn order(
        &mut self,
        id: NodeId,
        key: &str,
        order: &Value,
        patch: &Map<String, Value>,
    ) -> Result<(), Failure> {
        let Some(order) = order.as_array() else {
            return Err(self.failure(id, format!("`{ELEMENT_ORDER}{key}` is a list")));
        };
        let keys: Vec<String> = match self.rule() {
            ListRule::Keyed(keys) | ListRule::KeyedIfNamed(keys) => {
                keys.iter().map(|key| (*key).to_owned()).collect()
            }
            ListRule::Declared(keys) => keys.to_vec(),
            ListRule::Primitive => Vec::new(),
            ListRule::Atomic => {
                return Err(self.failure(
                    id,
                    format!("`{key}` has no merge key, so `{ELEMENT_ORDER}{key}` cannot order it"),
                ));
            }
        };
        let stray = patch.get(key).and_then(Value::as_array).into_iter().flatten().find(|item| {
            !is_deletion(item) && !is_mark(item) && !order.iter().any(|entry| same_key(entry, item, &keys))
        });
        if stray.is_some() {
            let message =
                format!("the patch has an element of `{key}` that its `{ELEMENT_ORDER}{key}` lacks");
            return Err(self.failure(id, message));
        }
        if self.tree.get(id, key).is_none() {
            return Ok(());
        }
        let list = self.tree.member(id, key)?.expect("found a moment ago");
        let present: Vec<NodeId> = self.tree.children(list).collect();
        let mut ordered: Vec<NodeId> = Vec::new();
        for entry in order {
            let found = match entry.as_object().filter(|_| !keys.is_empty()) {
                Some(members) => self.element(list, members, &keys)?,
                None => present.iter().copied().find(|child| self.tree.is(*child, entry)),
            };
            ordered.extend(found.filter(|found| !ordered.contains(found)));
        }
        let others: Vec<NodeId> = present.iter().copied().filter(|child| !ordered.contains(child)).collect();
        let place = |child: &NodeId| present.iter().position(|other| other == child);
        let mut merged: Vec<NodeId> = Vec::with_capacity(present.len());
        let (mut left, mut right) = (others.iter().peekable(), ordered.iter().peekable());
        loop {
            match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some(_), None) => merged.extend(left.next()),
                (Some(other), Some(mine)) if place(other) < place(mine) => merged.extend(left.next()),
                (_, Some(_)) => merged.extend(right.next()),
            }
        }
        self.tree.reorder(list, &merged)?;
        Ok(())
    }
}

fn is_named(item: &Value, keys: &[&str]) -> bool {
    keys.iter().all(|key| item.get(key).is_some())
}

fn is_replacement_mark(item: &Value) -> bool {
    is_mark(item) && item.get(PATCH).and_then(Value::as_str) == Some("replace")
}

fn same_key(left: &Value, right: &Value, keys: &[String]) -> bool {
    if keys.is_empty() { left == right } else { keys.iter().all(|key| left.get(key) == right.get(key)) }
}
