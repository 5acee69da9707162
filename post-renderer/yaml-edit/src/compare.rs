//! Whether two trees mean the same, member by member in order.

use super::tree::{Kind, NodeId, State, Tree};
use std::collections::BTreeMap;

/// Whether a tree, as it was changed, is what another tree was read as: the same values under the same keys in the
/// same order, and aliases that stand for the same nodes.
pub(super) fn same(intended: &Tree<'_>, reread: &Tree<'_>) -> bool {
    Comparison { intended, reread, anchored: BTreeMap::new() }.same(intended.root(), reread.root())
}

struct Comparison<'c, 'i, 'r> {
    intended: &'c Tree<'i>,
    reread: &'c Tree<'r>,
    /// Nodes that aliases may stand for, each with its counterpart.
    anchored: BTreeMap<NodeId, NodeId>,
}

impl Comparison<'_, '_, '_> {
    fn same(&mut self, left_id: NodeId, right_id: NodeId) -> bool {
        let left = self.intended.node(left_id);
        let right = self.reread.node(right_id);
        if left.shared {
            self.anchored.insert(left_id, right_id);
        }
        left.kind == right.kind
            && match left.kind {
                // An anchor comes before its aliases.
                Kind::Alias => self.anchored.get(&left.payload) == Some(&right.payload),
                Kind::Scalar => self.same_scalar(left_id, right_id),
                Kind::Mapping | Kind::Sequence => self.same_children(left_id, right_id),
            }
    }

    fn same_children(&mut self, left_id: NodeId, right_id: NodeId) -> bool {
        let is_mapping = self.intended.node(left_id).kind == Kind::Mapping;
        let mut lefts = self.intended.children(left_id);
        let mut rights = self.reread.children(right_id);
        loop {
            match (lefts.next(), rights.next()) {
                (None, None) => return true,
                (Some(left), Some(right)) => {
                    if is_mapping && !self.same_key(left, right) || !self.same(left, right) {
                        return false;
                    }
                }
                _ => return false,
            }
        }
    }

    fn same_scalar(&self, left_id: NodeId, right_id: NodeId) -> bool {
        let left = self.intended.node(left_id);
        let right = self.reread.node(right_id);
        let is_untouched =
            left.state == State::Original && left.style == right.style && left.tag == right.tag;
        if is_untouched
            && self.intended.slice(left.start, left.end) == self.reread.slice(right.start, right.end)
        {
            return true;
        }
        match (self.intended.scalar(left_id), self.reread.scalar(right_id)) {
            (Some(left), Some(right)) => left == right || right.equals(&left.into_value()),
            _ => false,
        }
    }

    fn same_key(&self, left_id: NodeId, right_id: NodeId) -> bool {
        let left = self.intended.node(left_id);
        let right = self.reread.node(right_id);
        let is_untouched = left.state != State::New;
        let is_equal = is_untouched
            && self.intended.slice(left.key_start, left.key_end)
                == self.reread.slice(right.key_start, right.key_end)
            || self.intended.key(left_id) == self.reread.key(right_id);
        is_equal && left.merge == right.merge
    }
}
