//! Anchors and aliases around changes. An alias keeps the value that it had when the document was read:
//!
//! ```yaml
//! first: { k: &h old }   # removed
//! second: *h             # becomes `&h old`
//! third: *h              # stays, and refers to the second
//! ```

use super::change::Edited;
use super::tree::{Fault, Kind, NONE, Node, NodeId, State, Style, Tree};
use serde_json::Value;
use std::collections::BTreeMap;

/// Anchors that are defined at a place in the document, and where anchors moved to.
#[derive(Default)]
struct Anchors<'a> {
    defined: BTreeMap<&'a str, NodeId>,
    moved: BTreeMap<NodeId, NodeId>,
}

impl<'a> Tree<'a> {
    /// A node ready to be changed: an alias is replaced by a copy of the node that it stands for.
    pub fn enter(&mut self, id: NodeId) -> Edited<NodeId> {
        let node = *self.node(id);
        if node.kind == Kind::Alias {
            let value = self.copy_of(node.payload)?;
            self.replace_with(id, &value);
        }
        Ok(id)
    }

    /// Keeps aliases of a node that is about to change: they stand for a copy of it from now on.
    pub(super) fn detach(&mut self, id: NodeId) -> Edited<()> {
        self.node_mut(id).shared = false;
        let is_alias = |node: &Node| node.kind == Kind::Alias && node.payload == id;
        if !self.nodes.iter().any(is_alias) {
            return Ok(());
        }
        let value = self.copy_of(id)?;
        let copy = self.push(NONE, Node { state: State::New, ..Node::new(Kind::Scalar, Style::Block) });
        self.fill(copy, &value);
        for alias in self.nodes.iter_mut().filter(|node| is_alias(node)) {
            alias.payload = copy;
        }
        Ok(())
    }

    /// Moves anchors whose node was removed, changed or put behind its aliases: the first alias becomes the node.
    pub(super) fn settle_anchors(&mut self) -> Edited<()> {
        if self.aliased && self.node(self.root()).dirty {
            self.settle(self.root(), &mut Anchors::default())?;
        }
        Ok(())
    }

    fn settle(&mut self, id: NodeId, anchors: &mut Anchors<'a>) -> Edited<()> {
        let node = *self.node(id);
        if node.kind == Kind::Alias {
            let name = self.slice(node.start + 1, node.end);
            let target = anchors.moved.get(&node.payload).copied().unwrap_or(node.payload);
            if anchors.defined.get(name) == Some(&target) {
                self.node_mut(id).payload = target;
                return Ok(());
            }
            let value = self.copy_of(target)?;
            self.replace_with(id, &value);
            self.node_mut(id).shared = true;
            anchors.defined.insert(name, id);
            anchors.moved.insert(node.payload, id);
            return Ok(());
        }
        if let Some(name) = self.anchor(id) {
            anchors.defined.insert(name, id);
        }
        let children: Vec<NodeId> = self.children(id).collect();
        children.into_iter().try_for_each(|child| self.settle(child, anchors))
    }

    /// The anchor that will stand before a node in the edited text.
    pub(super) fn anchor(&self, id: NodeId) -> Option<&'a str> {
        let node = self.node(id);
        match node.state {
            State::Original if node.kind != Kind::Alias => self
                .slice(node.properties, node.start)
                .lines()
                .flat_map(|line| line.split_whitespace().take_while(|word| !word.starts_with('#')))
                .find_map(|word| word.strip_prefix('&')),
            // An alias that took the place of its anchor.
            State::Replaced if node.shared => self.slice(node.start, node.end).strip_prefix('*'),
            _ => None,
        }
    }

    pub(super) fn copy_of(&self, id: NodeId) -> Edited<Value> {
        self.value(id).map_err(|_| {
            let offset = self.node(id).start as usize;
            Fault::new(offset, "the aliases here expand to more than a million values; write fewer aliases")
        })
    }
}
