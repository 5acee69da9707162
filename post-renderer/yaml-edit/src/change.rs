//! Changing the tree: members and items come, go and get other values. Aliases, merge keys and duplicate keys
//! on the way are met here, so that no rule has to know them.

use super::resolve::Scalar;
use super::tree::{Fault, Kind, NONE, Node, NodeId, State, Style, Touch, Tree};
use serde_json::Value;

/// What an edit may fail with: a place in the document that cannot be edited safely.
pub(crate) type Edited<T> = Result<T, Fault>;

impl Tree<'_> {
    /// The member of a mapping, ready to be changed: what came by an alias or a merge key is written out here
    /// first, since changing it at its source would change other places, too.
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

    /// A node ready to be changed: an alias is replaced by a copy of what it stands for.
    pub fn enter(&mut self, id: NodeId) -> Edited<NodeId> {
        let node = *self.node(id);
        if node.kind != Kind::Alias {
            return Ok(id);
        }
        let value = self.copy_of(node.payload)?;
        self.replace_with(id, &value);
        Ok(id)
    }

    fn copy_of(&self, id: NodeId) -> Edited<Value> {
        self.value(id).map_err(|_| {
            Fault::new(self.node(id).start as usize, "the aliases here expand to more than a million values")
        })
    }

    /// The member under a path of keys, made where it is missing. What is in the way and no mapping (but
    /// `null`) is an error.
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
                    return Err(Fault::new(offset, format!("`{}` is no mapping", self.field(member))));
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
        if self.is(id, value) && self.node(id).kind != Kind::Alias {
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

    /// Appends a member to a mapping that has none of this key.
    pub fn append(&mut self, id: NodeId, key: &str, value: &Value) -> Edited<NodeId> {
        let child = self.append_quietly(id, key, value)?;
        self.record(child, None, Some(value));
        Ok(child)
    }

    /// The same without a record: for the mappings on the way to what is really set.
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

    /// Takes a node out.
    pub fn remove(&mut self, id: NodeId) -> Edited<()> {
        self.prepare(id)?;
        if self.aliased && self.is_merge(id) {
            return Err(Fault::new(
                self.node(id).key_start as usize,
                "a merge key (`<<`) cannot be removed by a rule",
            ));
        }
        let parent = self.node(id).parent;
        if parent == NONE {
            return Err(Fault::new(
                self.node(id).start as usize,
                "the whole document cannot be removed this way",
            ));
        }
        if self.log.is_some() {
            let before = self.value(id).ok();
            self.record(id, before, None);
        }
        if self.node(id).state == State::New {
            self.unlink(id);
        }
        self.node_mut(id).state = State::Removed;
        self.touch(parent);
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

    /// What has to hold before a node is changed: no alias stands for it or for what it is in, and no key on
    /// the way to it is there twice.
    fn prepare(&mut self, id: NodeId) -> Edited<()> {
        let mut current = id;
        while current != NONE {
            let node = *self.node(current);
            if node.fit {
                break;
            }
            if node.shared {
                self.expand_aliases_of(current)?;
            }
            if self.odd_keys && self.children(current).any(|child| self.node(child).explicit) {
                let message =
                    "keys with `?`, a tag or an anchor, and members without a colon, are not edited around";
                return Err(Fault::new(node.start as usize, message));
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
        let twice = self.children(node.parent).any(|sibling| {
            let other = self.node(sibling);
            let others = self.slice(other.key_start, other.key_end);
            sibling != id && other.state != State::New && (others == raw || self.may_equal(sibling, id))
        });
        if twice {
            let field = self.field(id);
            return Err(Fault::invalid(
                node.key_start as usize,
                format!("the key `{field}` is there twice, and a rule edits it: remove one of them"),
            ));
        }
        Ok(())
    }

    /// Keys of other text may still mean the same, if one of them is quoted or no plain word.
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

    fn expand_aliases_of(&mut self, id: NodeId) -> Edited<()> {
        self.node_mut(id).shared = false;
        let aliases: Vec<NodeId> = (0..u32::try_from(self.nodes.len()).unwrap_or(NONE))
            .filter(|alias| {
                let node = self.node(*alias);
                node.kind == Kind::Alias && node.payload == id && node.state != State::Removed
            })
            .collect();
        for alias in aliases {
            self.enter(alias)?;
        }
        Ok(())
    }

    fn replace_with(&mut self, id: NodeId, value: &Value) {
        let node = self.node_mut(id);
        if node.state == State::Original {
            node.state = State::Replaced;
        }
        node.first = NONE;
        node.last = NONE;
        node.reordered = false;
        self.fill(id, value);
        let parent = self.node(id).parent;
        self.touch(id);
        if parent != NONE {
            self.touch(parent);
        }
    }

    /// Writes a value into a node that has no children.
    fn fill(&mut self, id: NodeId, value: &Value) {
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

    /// Marks everything above a change.
    fn touch(&mut self, id: NodeId) {
        let mut current = id;
        while current != NONE {
            let node = self.node_mut(current);
            node.dirty = true;
            current = node.parent;
        }
    }

    fn unlink(&mut self, id: NodeId) {
        let Node { parent, previous, next, .. } = *self.node(id);
        if previous == NONE {
            self.node_mut(parent).first = next;
        } else {
            self.node_mut(previous).next = next;
        }
        if next == NONE {
            self.node_mut(parent).last = previous;
        } else {
            self.node_mut(next).previous = previous;
        }
        let node = self.node_mut(id);
        node.previous = NONE;
        node.next = NONE;
    }

    fn link_last(&mut self, id: NodeId, parent: NodeId) {
        let last = self.node(parent).last;
        self.node_mut(id).previous = last;
        if last == NONE {
            self.node_mut(parent).first = id;
        } else {
            self.node_mut(last).next = id;
        }
        self.node_mut(parent).last = id;
    }

    fn link_before(&mut self, id: NodeId, sibling: NodeId) {
        let Node { parent, previous, .. } = *self.node(sibling);
        let node = self.node_mut(id);
        node.previous = previous;
        node.next = sibling;
        self.node_mut(sibling).previous = id;
        if previous == NONE {
            self.node_mut(parent).first = id;
        } else {
            self.node_mut(previous).next = id;
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
