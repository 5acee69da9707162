//! An index of the keys of large mappings, so that the time of an edit does not grow with the number of members.

use super::tree::{NodeId, State, Tree};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Mappings of up to this many members are searched without an index.
pub(super) const LARGE: usize = 64;

/// The members of one mapping by key, in order. Removed members stay; their state marks them.
type Members = BTreeMap<String, Vec<NodeId>>;

/// The large mappings that were searched since the document was read.
#[derive(Debug, Default)]
pub struct Index(RefCell<BTreeMap<NodeId, Members>>);

impl Index {
    /// Forgets a mapping whose members are replaced.
    pub(super) fn forget(&mut self, mapping: NodeId) {
        self.0.get_mut().remove(&mapping);
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.0.get_mut().clear();
    }
}

impl Tree<'_> {
    /// The members of a large mapping that have the key; `None` where the mapping is not large.
    pub(super) fn members_of_large(&self, mapping: NodeId, key: &str) -> Option<Vec<NodeId>> {
        let mut index = self.index.0.borrow_mut();
        let members = match index.entry(mapping) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                self.children(mapping).nth(LARGE)?;
                let mut members = Members::new();
                for child in self.children(mapping) {
                    members.entry(self.key(child).into_owned()).or_default().push(child);
                }
                unknown.insert(members)
            }
        };
        let is_there = |child: &NodeId| self.node(*child).state != State::Removed;
        Some(members.get(key).into_iter().flatten().copied().filter(is_there).collect())
    }

    /// Whether the keys of a mapping are in the index.
    pub(super) fn is_indexed(&self, mapping: NodeId) -> bool {
        self.index.0.borrow().contains_key(&mapping)
    }

    /// Adds the last child of a mapping to the index, if the mapping is in it.
    pub(super) fn index_last(&mut self, mapping: NodeId, child: NodeId) {
        if !self.is_indexed(mapping) {
            return;
        }
        let key = self.key(child).into_owned();
        if let Some(members) = self.index.0.get_mut().get_mut(&mapping) {
            let found = members.entry(key).or_default();
            // A key that is removed and added again and again has one living member.
            found.retain(|known| {
                self.nodes.get(*known as usize).is_some_and(|node| node.state != State::Removed)
            });
            found.push(child);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tree, read};
    use serde_json::json;
    use std::fmt::Write;

    /// A mapping of 200 numbers, each under the key with the number that is given for it.
    fn mapping(key: fn(usize) -> usize) -> String {
        (0..200).fold(String::new(), |mut text, number| {
            writeln!(text, "k{}: {number}", key(number)).unwrap();
            text
        })
    }

    #[test]
    fn members_of_large_mappings_are_found_whatever_was_edited() {
        let text = mapping(|number| number);
        let mut tree = read(&text, Tree::default()).unwrap();
        let root = tree.root();
        for number in 0..200 {
            assert!(tree.own(root, &format!("k{number}")).is_some_and(|id| tree.is(id, &json!(number))));
        }
        for round in 0..3 {
            let first = tree.own(root, "k0").unwrap();
            tree.remove(first).unwrap();
            assert_eq!(tree.own(root, "k0"), None);
            tree.append(root, "k0", &json!(round)).unwrap();
            assert!(tree.own(root, "k0").is_some_and(|id| tree.is(id, &json!(round))));
        }
        assert_eq!(tree.own(root, "new"), None);
        tree.set(root, "new", &json!({})).unwrap();
        let new = tree.own(root, "new").unwrap();
        for number in 0..200 {
            tree.set(new, &format!("n{number}"), &json!(number)).unwrap();
        }
        assert!(tree.own(new, "n150").is_some());
        tree.replace(new, &json!({"other": 1})).unwrap();
        assert_eq!(tree.own(new, "n150"), None);
        assert!(tree.own(new, "other").is_some());
    }

    #[test]
    fn duplicate_keys_of_large_mappings_are_found() {
        let text = mapping(|number| number % 150);
        let mut tree = read(&text, Tree::default()).unwrap();
        let root = tree.root();
        assert!(tree.own(root, "k1").is_some_and(|id| tree.is(id, &json!(151))));
        assert!(tree.set(root, "k1", &json!(0)).unwrap_err().message.contains("duplicate key `k1`"));
        assert!(tree.set(root, "k99", &json!(0)).unwrap());
    }
}
