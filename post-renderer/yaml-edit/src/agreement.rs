//! Whether the fast scanner and the parser make the same table of a document. For tests and fuzzing.

use super::tree::{NONE, Node, Tree};
use super::{read_by_parser, read_by_scanner};

/// Reads a document both ways. An error names the place where they differ; what the scanner hands over agrees.
pub fn agreement(text: &str) -> Result<bool, String> {
    let Some(fast) = read_by_scanner(text) else { return Ok(false) };
    let slow = read_by_parser(text, Tree::default()).map_err(|fault| {
        format!("the scanner reads what the parser refuses: {} at {}", fault.message, fault.offset)
    })?;
    if fast.nodes.len() != slow.nodes.len() {
        return Err(format!("the scanner sees {} nodes, the parser {}", fast.nodes.len(), slow.nodes.len()));
    }
    for (index, (one, other)) in fast.nodes.iter().zip(&slow.nodes).enumerate() {
        let shape = |node: &Node| {
            let spans = (node.key_start, node.key_end, node.properties, node.start, node.end, node.column);
            (node.kind, node.style, node.tag, spans, node.parent, node.next, node.first)
        };
        let has_content = one.start < one.end;
        let one_shape = shape(one);
        let other_shape = shape(other);
        // An empty block scalar has no content to have a column.
        let is_empty_block = one.column != other.column && fast.slice(one.start, one.end).lines().count() < 2;
        if one_shape != other_shape && !is_empty_block {
            return Err(format!("node {index}: the scanner sees {one_shape:?}, the parser {other_shape:?}"));
        }
        let id = u32::try_from(index).unwrap_or(NONE);
        if has_content && fast.scalar(id) != slow.scalar(id) {
            return Err(format!("node {index}: {:?} is not {:?}", fast.scalar(id), slow.scalar(id)));
        }
        if one.parent != NONE && fast.key(id) != slow.key(id) && one.key_end - one.key_start > 1 {
            return Err(format!("node {index}: the key {:?} is not {:?}", fast.key(id), slow.key(id)));
        }
    }
    Ok(true)
}
