//! Whether two trees mean the same, member by member in order: the re-read check of every edited document.

use super::confirm::STAND_IN;
use super::tree::{Kind, NodeId, State, Tree};

/// Whether the subtree of one tree has the meaning and the order of that of another. For nodes of the left one in
/// `left_out`, which is sorted, the right one has stand-ins.
pub(super) fn same(
    left: &Tree<'_>,
    left_id: NodeId,
    right: &Tree<'_>,
    right_id: NodeId,
    left_out: &[NodeId],
) -> bool {
    let one = left.node(left_id);
    let other = right.node(right_id);
    if left_out.binary_search(&left_id).is_ok() {
        return other.kind == Kind::Scalar && right.slice(other.start, other.end) == STAND_IN.trim_start();
    }
    if one.kind != other.kind {
        return false;
    }
    match one.kind {
        Kind::Alias => left.slice(one.start, one.end) == right.slice(other.start, other.end),
        Kind::Scalar => {
            let untouched = one.state == State::Original && one.style == other.style && one.tag == other.tag;
            if untouched && left.slice(one.start, one.end) == right.slice(other.start, other.end) {
                return true;
            }
            match (left.scalar(left_id), right.scalar(right_id)) {
                (Some(one), Some(other)) => one == other || other.equals(&one.into_value()),
                _ => false,
            }
        }
        Kind::Mapping | Kind::Sequence => {
            let is_mapping = one.kind == Kind::Mapping;
            let mut ones = left.children(left_id);
            let mut others = right.children(right_id);
            loop {
                match (ones.next(), others.next()) {
                    (None, None) => return true,
                    (Some(one), Some(other)) => {
                        if is_mapping && !same_key(left, one, right, other)
                            || !same(left, one, right, other, left_out)
                        {
                            return false;
                        }
                    }
                    _ => return false,
                }
            }
        }
    }
}

fn same_key(left: &Tree<'_>, left_id: NodeId, right: &Tree<'_>, right_id: NodeId) -> bool {
    let one = left.node(left_id);
    let other = right.node(right_id);
    if one.state != State::New
        && left.slice(one.key_start, one.key_end) == right.slice(other.key_start, other.key_end)
    {
        return true;
    }
    left.key(left_id) == right.key(right_id)
}
