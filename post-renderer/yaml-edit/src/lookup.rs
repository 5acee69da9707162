//! Reading values from the tree: members by key, scalars by Kubernetes' rules, whole subtrees as JSON.

use super::decode::decode;
use super::index::LARGE;
use super::resolve::{Scalar, binary, resolve};
use super::tree::{Kind, NONE, NodeId, State, Style, Tag, Tree};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A value that would be larger than a document of its size can honestly be: an alias bomb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl Tree<'_> {
    /// The node that an alias stands for, or the node itself.
    pub fn follow(&self, id: NodeId) -> NodeId {
        let node = self.node(id);
        if node.kind == Kind::Alias { node.payload } else { id }
    }

    /// The key of a mapping's member as Kubernetes reads it: `y` is `true`, `010` is `8`.
    pub fn key(&self, id: NodeId) -> Cow<'_, str> {
        let node = self.node(id);
        if node.key_payload != NONE {
            return Cow::Borrowed(self.keys.get(node.key_payload as usize).map_or("", String::as_str));
        }
        let raw = self.slice(node.key_start, node.key_end);
        match raw.as_bytes().first() {
            Some(b'"') => decode(raw, Style::Double, 0).unwrap_or(Cow::Borrowed(raw)),
            Some(b'\'') => decode(raw, Style::Single, 0).unwrap_or(Cow::Borrowed(raw)),
            _ => Cow::Borrowed(raw),
        }
    }

    /// The member of a mapping with the given key; the last one of a duplicate key, as in go-yaml.
    /// Members from a merge key (`<<`) are found as well. Aliases are followed on the way in.
    pub fn get(&self, id: NodeId, key: &str) -> Option<NodeId> {
        let id = self.follow(id);
        if self.node(id).kind != Kind::Mapping {
            return None;
        }
        self.own(id, key).or_else(|| if self.aliased { self.merged(id, key) } else { None })
    }

    /// The member that is written in the mapping itself.
    pub fn own(&self, id: NodeId, key: &str) -> Option<NodeId> {
        if self.is_indexed(id) {
            return self.own_of_large(id, key);
        }
        let mut found = None;
        for (count, child) in self.children(id).enumerate() {
            if count == LARGE {
                return self.own_of_large(id, key);
            }
            if self.key_is(child, key) {
                found = Some(child);
            }
        }
        found
    }

    fn own_of_large(&self, id: NodeId, key: &str) -> Option<NodeId> {
        let members = self.members_of_large(id, key)?;
        members.into_iter().rev().find(|child| !self.is_merge(*child))
    }

    fn key_is(&self, child: NodeId, key: &str) -> bool {
        let node = self.node(child);
        let raw =
            self.text.as_bytes().get(node.key_start as usize..node.key_end as usize).unwrap_or_default();
        if node.key_payload == NONE && raw.first().is_some_and(u8::is_ascii_alphabetic) {
            return raw == key.as_bytes();
        }
        !node.merge && self.key(child) == key
    }

    /// The scalar at a node; `None` for collections.
    pub fn scalar(&self, id: NodeId) -> Option<Scalar<'_>> {
        let id = self.follow(id);
        let node = self.node(id);
        if node.kind != Kind::Scalar {
            return None;
        }
        if matches!(node.state, State::New | State::Replaced) {
            return Some(match self.values.get(node.payload as usize)? {
                Value::Null => Scalar::Null,
                Value::Bool(truth) => Scalar::Bool(*truth),
                Value::Number(number) => Scalar::Number(number.clone()),
                Value::String(text) => Scalar::String(Cow::Borrowed(text)),
                Value::Array(_) | Value::Object(_) => return None,
            });
        }
        let text = self.source_text(id);
        Some(match (node.tag, node.style, text) {
            (Tag::None, Style::Plain, Cow::Borrowed(text)) | (Tag::Resolved, _, Cow::Borrowed(text)) => {
                resolve(text)
            }
            (Tag::None, Style::Plain, Cow::Owned(text)) | (Tag::Resolved, _, Cow::Owned(text)) => {
                own(resolve(&text))
            }
            (Tag::Binary, _, text) => Scalar::String(binary(&text).map_or(text, Cow::Owned)),
            (_, _, text) => Scalar::String(text),
        })
    }

    /// The text of a scalar of the source after quotes, escapes and folding.
    pub fn source_text(&self, id: NodeId) -> Cow<'_, str> {
        let node = self.node(id);
        if node.payload != NONE
            && let Some(Value::String(text)) = self.values.get(node.payload as usize)
        {
            return Cow::Borrowed(text);
        }
        let raw = self.slice(node.start, node.end);
        decode(raw, node.style, node.column).unwrap_or(Cow::Borrowed(raw))
    }

    /// The string at a node; `None` where it is anything else.
    pub fn string(&self, id: NodeId) -> Option<Cow<'_, str>> {
        match self.scalar(id)? {
            Scalar::String(text) => Some(text),
            _ => None,
        }
    }

    /// The string under a key.
    pub fn string_at(&self, id: NodeId, key: &str) -> Option<Cow<'_, str>> {
        self.get(id, key).and_then(|member| self.string(member))
    }

    /// The node under a path of keys.
    pub fn at(&self, id: NodeId, path: &[&str]) -> Option<NodeId> {
        path.iter().try_fold(id, |node, key| self.get(node, key))
    }

    /// The subtree as JSON, with aliases and merge keys resolved and the last of duplicate keys.
    pub fn value(&self, id: NodeId) -> Result<Value, TooLarge> {
        let mut budget = super::VALUE_LIMIT;
        self.value_within(id, &mut budget, 0)
    }

    pub(super) fn value_within(
        &self,
        id: NodeId,
        budget: &mut usize,
        depth: usize,
    ) -> Result<Value, TooLarge> {
        *budget = budget.checked_sub(1).ok_or(TooLarge)?;
        if depth > 2 * super::DEPTH_LIMIT {
            return Err(TooLarge);
        }
        let id = self.follow(id);
        match self.node(id).kind {
            Kind::Mapping => {
                let mut members = Map::new();
                self.merge_into(id, &mut members, budget, depth)?;
                Ok(Value::Object(members))
            }
            Kind::Sequence => {
                let items: Result<Vec<Value>, TooLarge> =
                    self.children(id).map(|item| self.value_within(item, budget, depth + 1)).collect();
                Ok(Value::Array(items?))
            }
            Kind::Scalar | Kind::Alias => Ok(self.scalar(id).map_or(Value::Null, Scalar::into_value)),
        }
    }

    /// The first key that a mapping has twice.
    pub fn duplicate(&self, id: NodeId) -> Option<NodeId> {
        let keys: Vec<(Cow<'_, str>, NodeId)> =
            self.children(id).map(|child| (self.key(child), child)).collect();
        if keys.len() < 16 {
            return keys.iter().enumerate().find_map(|(index, (key, child))| {
                keys.iter().take(index).any(|(earlier, _)| earlier == key).then_some(*child)
            });
        }
        let mut seen = std::collections::BTreeSet::new();
        keys.iter().find(|(key, _)| !seen.insert(key.as_ref())).map(|(_, child)| *child)
    }

    /// Where in the text a node is; `None` for what is new.
    pub fn offset_of(&self, id: NodeId) -> Option<usize> {
        let node = self.node(id);
        (node.state != State::New).then_some(node.start as usize)
    }

    /// Where a reader finds a node: at its key or dash, else at its value. For a new node, the place of the nearest
    /// node around it that is in the text.
    pub fn place(&self, id: NodeId) -> Option<usize> {
        let mut current = id;
        while current != NONE {
            let node = self.node(current);
            if node.state != State::New {
                let has_key = node.key_end > node.key_start;
                return Some(if has_key { node.key_start as usize } else { node.start as usize });
            }
            current = node.parent;
        }
        None
    }

    /// The path of a node, as `spec.containers[0].image`.
    pub fn field(&self, id: NodeId) -> String {
        let mut parts = Vec::new();
        let mut current = id;
        while current != NONE {
            let parent = self.node(current).parent;
            if parent == NONE {
                break;
            }
            match self.node(parent).kind {
                Kind::Sequence => {
                    let index = self.children(parent).position(|child| child == current).unwrap_or(0);
                    parts.push(format!("[{index}]"));
                }
                _ => parts.push(member_name(&self.key(current))),
            }
            current = parent;
        }
        let mut field = String::new();
        for part in parts.into_iter().rev() {
            if !field.is_empty() && !part.starts_with('[') {
                field.push('.');
            }
            field.push_str(&part);
        }
        field
    }
}

/// A key in a path; in quotes where it would read as a path itself.
pub fn member_name(key: &str) -> String {
    if key.contains(['.', '[', ' ']) { format!("[\"{key}\"]") } else { key.to_owned() }
}

fn own(scalar: Scalar<'_>) -> Scalar<'static> {
    match scalar {
        Scalar::Null => Scalar::Null,
        Scalar::Bool(truth) => Scalar::Bool(truth),
        Scalar::Number(number) => Scalar::Number(number),
        Scalar::String(text) => Scalar::String(Cow::Owned(text.into_owned())),
        Scalar::NotFinite => Scalar::NotFinite,
    }
}
