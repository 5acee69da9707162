//! Merge keys (`<<`) as go-yaml v2 reads them: members are set in the order in which they are written, so that a merge
//! key overrides what stands before it.
//!
//! ```text
//! image: a        overridden by the merge key: such a mapping is refused, since most people expect the opposite
//! <<: *defaults
//! command: b      overrides the merge key
//! ```

use super::lookup::TooLarge;
use super::tree::{Fault, Kind, NodeId, Tree};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

impl Tree<'_> {
    /// The member that comes by a merge key.
    pub fn merged(&self, id: NodeId, key: &str) -> Option<NodeId> {
        self.merged_within(id, key, 0)
    }

    fn merged_within(&self, id: NodeId, key: &str, depth: usize) -> Option<NodeId> {
        if depth > super::DEPTH_LIMIT {
            return None;
        }
        let merges: Vec<NodeId> = self.children(id).filter(|child| self.is_merge(*child)).collect();
        merges
            .into_iter()
            .rev()
            .flat_map(|merge| self.sources(merge))
            .find_map(|source| self.own(source, key).or_else(|| self.merged_within(source, key, depth + 1)))
    }

    /// What the first merge key of a mapping points at, if it has one.
    pub fn merge_source(&self, id: NodeId) -> Option<NodeId> {
        self.children(id).find(|child| self.is_merge(*child)).map(|child| self.follow(child))
    }

    /// Whether a member is a merge key.
    pub fn is_merge(&self, id: NodeId) -> bool {
        self.node(id).merge
    }

    /// The mappings that a merge key points at; for a key that several of them have, the first one wins.
    fn sources(&self, merge: NodeId) -> Vec<NodeId> {
        let source = self.follow(merge);
        match self.node(source).kind {
            Kind::Sequence => self.children(source).map(|item| self.follow(item)).collect(),
            _ => vec![source],
        }
    }

    /// The members of a mapping in the order of their keys, with merge keys resolved and the last of duplicate keys.
    pub fn members(&self, id: NodeId) -> Vec<(Cow<'_, str>, NodeId)> {
        let mut members = Vec::new();
        self.collect_members(self.follow(id), &mut members, 0);
        // Of equal keys the last one comes first, which is the one that is kept.
        members.reverse();
        members.sort_by(|left: &(Cow<'_, str>, NodeId), right| left.0.cmp(&right.0));
        members.dedup_by(|next, kept| next.0 == kept.0);
        members
    }

    fn collect_members<'t>(&'t self, id: NodeId, members: &mut Vec<(Cow<'t, str>, NodeId)>, depth: usize) {
        if depth > super::DEPTH_LIMIT {
            return;
        }
        for child in self.children(id) {
            if self.is_merge(child) {
                for source in self.sources(child).into_iter().rev() {
                    self.collect_members(source, members, depth + 1);
                }
            } else {
                members.push((self.key(child), child));
            }
        }
    }

    /// Sets the members of a mapping, in order.
    pub(super) fn merge_into(
        &self,
        id: NodeId,
        members: &mut Map<String, Value>,
        budget: &mut usize,
        depth: usize,
    ) -> Result<(), TooLarge> {
        *budget = budget.checked_sub(1).ok_or(TooLarge)?;
        if depth > 2 * super::DEPTH_LIMIT {
            return Err(TooLarge);
        }
        for child in self.children(id) {
            if self.is_merge(child) {
                for source in self.sources(child).into_iter().rev() {
                    self.merge_into(source, members, budget, depth + 1)?;
                }
            } else {
                let value = self.value_within(child, budget, depth + 1)?;
                members.insert(self.key(child).into_owned(), value);
            }
        }
        Ok(())
    }
}

/// What is known of a key of a mapping.
#[derive(Clone, Copy)]
struct Known {
    /// Whether the key is written in the mapping, not merged.
    own: bool,
    typed: bool,
}

type Keys<'t> = BTreeMap<Cow<'t, str>, Known>;

/// Refuses merge keys that Kubernetes refuses, those that override a key of their own mapping, and keys that only
/// JSON takes for the same: of `1` and `"1"`, Kubernetes keeps one at random.
pub(super) fn check(tree: &Tree<'_>) -> Result<(), Fault> {
    for (index, node) in tree.nodes.iter().enumerate() {
        let id = NodeId::try_from(index).unwrap_or(super::NONE);
        let is_notable = |child: NodeId| tree.node(child).merge || tree.node(child).typed_key;
        if node.kind == Kind::Mapping && tree.children(id).any(is_notable) {
            check_mapping(tree, id)?;
        }
    }
    Ok(())
}

fn check_mapping(tree: &Tree<'_>, id: NodeId) -> Result<(), Fault> {
    let mut keys = Keys::new();
    for child in tree.children(id) {
        if !tree.is_merge(child) {
            add(tree, &mut keys, child, child, true)?;
            continue;
        }
        check_source(tree, child)?;
        let mut members = Vec::new();
        for source in tree.sources(child) {
            collect(tree, source, &mut members, 0)?;
        }
        for member in members {
            add(tree, &mut keys, member, child, false)?;
        }
    }
    Ok(())
}

/// Adds a key; `place` is where a fault is reported.
fn add<'t>(
    tree: &'t Tree<'_>,
    keys: &mut Keys<'t>,
    member: NodeId,
    place: NodeId,
    own: bool,
) -> Result<(), Fault> {
    let typed = tree.node(member).typed_key;
    let key = tree.key(member);
    if let Some(before) = keys.get(&key) {
        if typed || before.typed {
            return Err(fault(
                tree,
                place,
                format!(
                    "the key `{key}` appears twice, as text and as a number or boolean; remove one of them"
                ),
            ));
        }
        if before.own && !own {
            return Err(fault(
                tree,
                place,
                format!("this merge key overrides `{key}` above it; move `<<` to the start of its mapping"),
            ));
        }
    }
    keys.insert(key, Known { own, typed });
    Ok(())
}

/// A merge key's value must be a mapping, an alias of one, or a list of these.
fn check_source(tree: &Tree<'_>, merge: NodeId) -> Result<(), Fault> {
    let is_mapping = |id: NodeId| tree.node(tree.follow(id)).kind == Kind::Mapping;
    let is_list = tree.node(merge).kind == Kind::Sequence && tree.children(merge).all(is_mapping);
    if is_mapping(merge) || is_list {
        return Ok(());
    }
    Err(fault(tree, merge, "the value of a merge key must be a mapping or a list of mappings"))
}

/// The members of a mapping and of what it merges.
fn collect(tree: &Tree<'_>, id: NodeId, members: &mut Vec<NodeId>, depth: usize) -> Result<(), Fault> {
    if depth > super::DEPTH_LIMIT {
        let message = format!("merge keys are nested more than {} levels deep", super::DEPTH_LIMIT);
        return Err(fault(tree, id, message));
    }
    for child in tree.children(id) {
        if !tree.is_merge(child) {
            members.push(child);
            continue;
        }
        check_source(tree, child)?;
        for source in tree.sources(child) {
            collect(tree, source, members, depth + 1)?;
        }
    }
    Ok(())
}

fn fault(tree: &Tree<'_>, id: NodeId, message: impl Into<String>) -> Fault {
    Fault::new(tree.node(id).key_start as usize, message)
}
