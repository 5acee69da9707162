//! Links between siblings: nodes leave their place and take another one.

use super::tree::{NONE, Node, NodeId, Tree};

impl Tree<'_> {
    pub(super) fn unlink(&mut self, id: NodeId) {
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

    pub(super) fn link_last(&mut self, id: NodeId, parent: NodeId) {
        let last = self.node(parent).last;
        self.node_mut(id).previous = last;
        if last == NONE {
            self.node_mut(parent).first = id;
        } else {
            self.node_mut(last).next = id;
        }
        self.node_mut(parent).last = id;
    }

    pub(super) fn link_before(&mut self, id: NodeId, sibling: NodeId) {
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
}
