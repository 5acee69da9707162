//! Changes of the tree: members and items are added, removed and replaced. Aliases, merge keys and duplicate keys
//! are handled here, so that no rule has to know them.

use super::resolve::Scalar;
use super::tree::{Fault, Kind, NONE, Node, NodeId, State, Style, Touch, Tree};
use serde_json::Value;

/// The result of an edit; the fault is a place in the document that cannot be edited safely.
pub(crate) type Edited<T> = Result<T, Fault>;

impl Tree<'_> {
    /// The member of a mapping, ready to be changed: a value from an alias or a merge key is first copied to here,
    /// since changing it at its source would also change other places.
    pub fn member(&mut self, id: NodeId, key: &str) -> Edited<Option<NodeId>> {
        let id = self.enter(id)?;
        if let Some(own) = self.own(id, key) {
            return Ok(Some(self.enter(own)?));
        }
        if !self.aliased {
            return Ok(None);
        }
        let Some(source) = self.merged(id, key) else { return Ok(None) };
        let value = self.copy_of(source)?;
        Ok(Some(self.append(id, key, &value)?))
    }

    /// The mapping under a path of keys. Missing mappings are added and `null` becomes one; other values on the path
    /// are an error.
    pub fn mapping(&mut self, id: NodeId, path: &[&str]) -> Edited<NodeId> {
        let mut current = self.enter(id)?;
        for key in path {
            current = match self.member(current, key)? {
                Some(member) if self.node(member).kind == Kind::Mapping => member,
                Some(member) if self.scalar(member) == Some(Scalar::Null) => {
                    self.replace(member, &Value::Object(serde_json::Map::new()))?;
                    member
                }
                Some(member) => {
                    let offset = self.node(member).start as usize;
                    return Err(Fault::new(offset, format!("`{}` must be a mapping", self.field(member))));
                }
                None => self.append_quietly(current, key, &Value::Object(serde_json::Map::new()))?,
            };
        }
        Ok(current)
    }

    /// Sets a member of a mapping. Returns whether that changed anything.
    ///
    /// # Panics
    /// Never: the member was found a moment before.
    pub fn set(&mut self, id: NodeId, key: &str, value: &Value) -> Edited<bool> {
        match self.get(id, key) {
            Some(member) if self.is(member, value) => Ok(false),
            Some(_) => {
                let member = self.member(id, key)?.expect("found a moment ago");
                self.replace(member, value)?;
                Ok(true)
            }
            None => {
                let id = self.enter(id)?;
                self.append(id, key, value)?;
                Ok(true)
            }
        }
    }

    /// Whether the subtree has this value.
    pub fn is(&self, id: NodeId, value: &Value) -> bool {
        let followed = self.follow(id);
        match (self.node(followed).kind, value) {
            (Kind::Mapping, Value::Object(members)) => {
                let count = self.children(followed).filter(|child| !self.is_merge(*child)).count();
                if self.merge_source(followed).is_some() || self.duplicate(followed).is_some() {
                    return self.value(followed).is_ok_and(|own| own == *value);
                }
                count == members.len()
                    && members.iter().all(|(key, member)| {
                        self.own(followed, key).is_some_and(|child| self.is(child, member))
                    })
            }
            (Kind::Sequence, Value::Array(items)) => {
                self.children(followed).count() == items.len()
                    && self.children(followed).zip(items).all(|(child, item)| self.is(child, item))
            }
            (Kind::Scalar, value) => self.scalar(followed).is_some_and(|scalar| scalar.equals(value)),
            _ => false,
        }
    }

    /// Gives a node another value.
    pub fn replace(&mut self, id: NodeId, value: &Value) -> Edited<()> {
        if self.is(id, value) {
            return Ok(());
        }
        self.prepare(id)?;
        if self.log.is_some() {
            let before = self.value(id).ok();
            self.record(id, before, Some(value));
        }
        self.replace_with(id, value);
        Ok(())
    }

    /// Appends a member to a mapping that does not have the key.
    pub fn append(&mut self, id: NodeId, key: &str, value: &Value) -> Edited<NodeId> {
        let child = self.append_quietly(id, key, value)?;
        self.record(child, None, Some(value));
        Ok(child)
    }

    /// Like `append`, without a record: for the mappings on the path to the member that is set.
    fn append_quietly(&mut self, id: NodeId, key: &str, value: &Value) -> Edited<NodeId> {
        self.prepare(id)?;
        let key_payload = u32::try_from(self.keys.len()).unwrap_or(NONE);
        self.keys.push(key.to_owned());
        let node = Node { state: State::New, key_payload, ..Node::new(Kind::Scalar, Style::Block) };
        let child = self.push(id, node);
        self.fill(child, value);
        self.touch(id);
        Ok(child)
    }

    /// Inserts an item into a list, before another one or (with `NONE`) at the end.
    pub fn insert(&mut self, id: NodeId, before: NodeId, value: &Value) -> Edited<NodeId> {
        self.prepare(id)?;
        let node = Node { state: State::New, ..Node::new(Kind::Scalar, Style::Block) };
        let child = self.push(id, node);
        self.fill(child, value);
        if before != NONE {
            self.unlink(child);
            self.link_before(child, before);
        }
        self.touch(id);
        self.record(child, None, Some(value));
        Ok(child)
    }

    /// Removes a member or an item.
    pub fn remove(&mut self, id: NodeId) -> Edited<()> {
        let node = *self.node(id);
        if node.parent == NONE {
            let message = "the root of a document cannot be removed; delete the object with `$patch: delete`";
            return Err(Fault::new(node.start as usize, message));
        }
        if self.aliased && self.is_merge(id) {
            let message =
                "`<<` is a merge key, not a member; remove the members that it merges by their names";
            return Err(Fault::new(node.key_start as usize, message));
        }
        self.prepare(id)?;
        if self.log.is_some() {
            let before = self.value(id).ok();
            self.record(id, before, None);
        }
        if self.aliased && self.node(node.parent).kind == Kind::Mapping {
            let key = self.key(id).into_owned();
            if self.merged(node.parent, &key).is_some() {
                self.write_out_merges(node.parent, &key)?;
            }
        }
        if node.state == State::New {
            self.unlink(id);
        }
        self.node_mut(id).state = State::Removed;
        self.touch(node.parent);
        Ok(())
    }

    /// Replaces the merge keys of a mapping by the members that they merge, without one of them.
    fn write_out_merges(&mut self, id: NodeId, without: &str) -> Edited<()> {
        let Value::Object(members) = self.copy_of(id)? else { return Ok(()) };
        let merges: Vec<NodeId> = self.children(id).filter(|child| self.is_merge(*child)).collect();
        for merge in merges {
            self.node_mut(merge).state = State::Removed;
        }
        for (key, value) in members.iter().filter(|(key, _)| *key != without) {
            match self.own(id, key) {
                Some(own) if self.is(own, value) => {}
                Some(own) => self.replace_with(own, value),
                None => drop(self.append_quietly(id, key, value)?),
            }
        }
        Ok(())
    }

    /// Brings the items of a list into another order; all living items are given.
    pub fn reorder(&mut self, id: NodeId, order: &[NodeId]) -> Edited<()> {
        if self.children(id).eq(order.iter().copied()) {
            return Ok(());
        }
        self.prepare(id)?;
        for child in order {
            self.unlink(*child);
            self.link_last(*child, id);
        }
        self.node_mut(id).reordered = true;
        self.touch(id);
        if self.log.is_some() {
            let after = self.value(id).ok();
            self.record(id, after.clone(), after.as_ref());
        }
        Ok(())
    }

    /// Makes a node ready to be changed: no alias stands for it or for a node around it, and no key on the path to it
    /// is duplicated.
    fn prepare(&mut self, id: NodeId) -> Edited<()> {
        let mut current = id;
        while current != NONE && !self.node(current).fit {
            let node = *self.node(current);
            if node.parent == NONE && current != self.root() {
                let message = "this value is shared by an alias and can only be changed where the alias is";
                return Err(Fault::new(node.start as usize, message));
            }
            if node.shared {
                self.detach(current)?;
            }
            if node.state == State::Original && node.parent != NONE {
                self.check_unique(current)?;
            }
            current = node.parent;
        }
        let mut current = id;
        while current != NONE && !self.node(current).fit {
            let node = self.node_mut(current);
            node.fit = true;
            current = node.parent;
        }
        Ok(())
    }

    fn check_unique(&self, id: NodeId) -> Edited<()> {
        let node = *self.node(id);
        if self.node(node.parent).kind != Kind::Mapping {
            return Ok(());
        }
        let raw = self.slice(node.key_start, node.key_end);
        let is_twin = |sibling: NodeId| {
            let other = self.node(sibling);
            let others = self.slice(other.key_start, other.key_end);
            sibling != id && other.state != State::New && (others == raw || self.may_equal(sibling, id))
        };
        let is_duplicated = match self.members_of_large(node.parent, &self.key(id)) {
            Some(members) => members.into_iter().any(is_twin),
            None => self.children(node.parent).any(is_twin),
        };
        if is_duplicated {
            let field = self.field(id);
            return Err(Fault::invalid(
                node.key_start as usize,
                format!("duplicate key `{field}`: a rule needs to edit it, so remove one"),
            ));
        }
        Ok(())
    }

    /// Keys with different text may still be equal if one of them is quoted or is not a plain word.
    fn may_equal(&self, left: NodeId, right: NodeId) -> bool {
        let is_word = |id: NodeId| {
            let node = self.node(id);
            self.slice(node.key_start, node.key_end)
                .bytes()
                .next()
                .is_some_and(|byte| byte.is_ascii_alphabetic())
        };
        !(is_word(left) && is_word(right)) && self.key(left) == self.key(right)
    }

    pub(super) fn replace_with(&mut self, id: NodeId, value: &Value) {
        let node = self.node_mut(id);
        if node.state == State::Original {
            node.state = State::Replaced;
        }
        node.first = NONE;
        node.last = NONE;
        node.reordered = false;
        self.index.forget(id);
        self.fill(id, value);
        let parent = self.node(id).parent;
        self.touch(id);
        if parent != NONE {
            self.touch(parent);
        }
    }

    /// Writes a value into a node that has no children.
    pub(super) fn fill(&mut self, id: NodeId, value: &Value) {
        match value {
            Value::Object(members) => {
                self.node_mut(id).kind = Kind::Mapping;
                for (key, member) in members {
                    let key_payload = u32::try_from(self.keys.len()).unwrap_or(NONE);
                    self.keys.push(key.clone());
                    let node =
                        Node { state: State::New, key_payload, ..Node::new(Kind::Scalar, Style::Block) };
                    let child = self.push(id, node);
                    self.fill(child, member);
                }
            }
            Value::Array(items) => {
                self.node_mut(id).kind = Kind::Sequence;
                for item in items {
                    let node = Node { state: State::New, ..Node::new(Kind::Scalar, Style::Block) };
                    let child = self.push(id, node);
                    self.fill(child, item);
                }
            }
            scalar => {
                let payload = u32::try_from(self.values.len()).unwrap_or(NONE);
                self.values.push(scalar.clone());
                let node = self.node_mut(id);
                node.kind = Kind::Scalar;
                node.payload = payload;
            }
        }
    }

    /// Marks a node and all nodes around it as changed.
    fn touch(&mut self, id: NodeId) {
        let mut current = id;
        while current != NONE {
            let node = self.node_mut(current);
            node.dirty = true;
            current = node.parent;
        }
    }

    fn record(&mut self, id: NodeId, before: Option<Value>, after: Option<&Value>) {
        if self.log.is_none() {
            return;
        }
        let field = self.field(id);
        if let Some(log) = &mut self.log {
            log.push(Touch { field, before, after: after.cloned() });
        }
    }
}
