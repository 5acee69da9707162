//! From a changed tree to byte edits of its text: only what changed is written, all other bytes stay.
//!
//! ```text
//! metadata:                      metadata:
//!   annotations:                   annotations:
//!     a: "1"                         a: "1"
//!     c: "2"      <- removed       labels:         <- inserted
//!   # about                          l: m
//! spec: {}                         # about
//!                                spec: {}
//! ```
//!
//! An edit removes a line together with the line end before it, and adds a new line with one, so adjacent edits do not overlap.

mod block;
mod flow;
mod lines;

use super::edits::{Edits, pieces};
use super::tree::{Fault, Kind, NONE, Node, NodeId, State, Style, Tree};
use super::write::{self, Manner};

/// The edits that turn the source text into the text of the changed tree, sorted and without overlap. `memory` is
/// reused. Anchors that would be lost move to their first alias in the tree.
pub fn edits(tree: &mut Tree<'_>, mut memory: Edits) -> Result<Edits, Fault> {
    if let Some(offset) = lone_return(tree.text) {
        let message =
            "a carriage return without a line feed cannot be edited around; convert the line ends to LF";
        return Err(Fault::new(offset, message));
    }
    tree.settle_anchors()?;
    memory.clear();
    let mut emitter = Emitter { tree, manner: Manner::of(tree), edits: memory };
    emitter.node(tree.root())?;
    emitter.edits.sort();
    emitter.end_last_line();
    match emitter.edits.overlap() {
        Some(offset) => {
            let message = "two changes of this place contradict each other; make them one by one";
            Err(Fault::new(offset, message))
        }
        None => Ok(emitter.edits),
    }
}

/// A line end of old Macs.
fn lone_return(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'\r', bytes).find(|index| bytes.get(index + 1) != Some(&b'\n'))
}

struct Emitter<'t, 'a> {
    tree: &'t Tree<'a>,
    manner: Manner,
    edits: Edits,
}

impl Emitter<'_, '_> {
    fn edit(&mut self, start: u32, end: u32, text: &str) {
        if start != end || !text.is_empty() {
            self.edits.push(start as usize, end as usize, text);
        }
    }

    fn node(&mut self, id: NodeId) -> Result<(), Fault> {
        let node = *self.tree.node(id);
        match (node.state, node.style) {
            _ if !node.dirty => {}
            (State::Original | State::Replaced, _) if node.explicit => self.explicit(id),
            (State::Replaced, _) => self.replaced(id),
            (State::Original, Style::Flow) => self.flow(id)?,
            (State::Original, Style::Block) => self.block(id)?,
            // A new node is written with the node around it.
            _ => {}
        }
        Ok(())
    }

    /// The children with those that were removed.
    fn all_children(&self, id: NodeId) -> Vec<NodeId> {
        let mut children = Vec::new();
        let mut current = self.tree.node(id).first;
        while current != NONE {
            children.push(current);
            current = self.tree.node(current).next;
        }
        children
    }

    fn is_original(&self, id: NodeId) -> bool {
        matches!(self.tree.node(id).state, State::Original | State::Replaced)
    }

    /// Whether new text at this node must be flow style.
    fn in_flow(&self, id: NodeId) -> bool {
        let parent = self.tree.node(id).parent;
        let in_flow = |node: &Node| node.style == Style::Flow && node.state == State::Original;
        self.tree.json || parent != NONE && in_flow(self.tree.node(parent))
    }

    /// Whether keys and texts in flow style are quoted here: in JSON, and where the neighbours are.
    fn quotes(&self, id: NodeId) -> bool {
        let mut current = id;
        while current != NONE && !self.tree.json {
            let node = *self.tree.node(current);
            if node.style == Style::Flow {
                let key = self.tree.children(current).find(|child| self.is_original(*child));
                let first = key.map(|child| self.tree.node(child).key_start as usize);
                if first.and_then(|start| self.tree.text.as_bytes().get(start)) == Some(&b'"') {
                    return true;
                }
            }
            current = node.parent;
        }
        self.tree.json
    }

    /// A node of the source that has another value now.
    fn replaced(&mut self, id: NodeId) {
        let node = *self.tree.node(id);
        let mut text = String::new();
        if self.in_flow(id) {
            write::flow(self.tree, id, self.quotes(node.parent), &mut text);
            let blank = if node.start == node.end { " " } else { "" };
            self.edit(node.properties, node.end, &format!("{blank}{text}"));
        } else if node.parent == NONE {
            write::root(self.tree, id, &self.manner, &mut text);
            self.edit(node.properties, self.line_end_of(&node, 0), &text);
        } else {
            let column = self.column(node.parent);
            let is_block = node.style == Style::Block;
            let end = if is_block { self.tree.line_end(node.end) } else { node.end };
            let has_comment_below = self.territory(node.end, column) > self.tree.line_end(node.end);
            let literals = self.manner.literals && !has_comment_below;
            let manner = Manner { literals, ..self.manner };
            match self.tree.node(node.parent).kind {
                Kind::Sequence => write::after_dash(self.tree, id, column, &manner, &mut text),
                _ => write::after_colon(self.tree, id, column, &manner, &mut text),
            }
            self.put_value(&node, end, &text);
        }
    }

    /// Replaces a value up to `end` by the text behind its colon or dash. Comments on the lines of both stay there.
    fn put_value(&mut self, node: &Node, end: u32, text: &str) {
        let break_at = text.find(['\r', '\n']).unwrap_or(text.len());
        let (head, lines) = text.split_at(break_at);
        let indicator = self.after_indicator(node);
        let indicator_line = self.tree.line_end(indicator);
        let value_line = self.tree.line_end(node.end);
        let is_inline = node.style != Style::Block && node.start != node.end;
        if lines.is_empty() && is_inline && node.start > node.key_end {
            // The blanks before the value stay.
            self.edit(node.properties, end, head.trim_start_matches(' '));
        } else if is_comment(self.tree.slice(indicator, indicator_line)) && indicator_line < end {
            self.edit(indicator, indicator, head);
            self.edit(indicator_line, end, lines);
        } else if is_comment(self.tree.slice(end, value_line)) && !lines.is_empty() {
            self.edit(indicator, end, head);
            self.edit(value_line, value_line, lines);
        } else {
            self.edit(indicator, end.max(indicator), text);
        }
    }

    /// A changed member whose key is written with `?`, a tag or an anchor, or without a colon: it is written again.
    fn explicit(&mut self, id: NodeId) {
        let node = *self.tree.node(id);
        let start = self.key_start(id);
        let mut text = String::new();
        if self.in_flow(id) {
            write::flow_member(self.tree, id, self.quotes(node.parent), &mut text);
            self.edit(start, node.end.max(node.key_end), &text);
        } else {
            let column = self.column(node.parent);
            write::member(self.tree, id, column, &self.manner, &mut text);
            self.edit(start, self.territory(node.end.max(node.key_end), column), &text);
        }
    }

    /// Offset behind the colon or dash that the value belongs to.
    fn after_indicator(&self, node: &Node) -> u32 {
        if self.tree.node(node.parent).kind == Kind::Sequence {
            return node.key_end;
        }
        let after = self.tree.slice(node.key_end, node.end.max(node.key_end));
        let blanks = after.len() - after.trim_start_matches([' ', '\t']).len();
        match after.as_bytes().get(blanks) {
            Some(b':') => node.key_end + u32::try_from(blanks + 1).unwrap_or(0),
            _ => node.start,
        }
    }

    /// The text of a node of the source between two offsets with the edits inside it.
    fn rewritten(&self, id: NodeId, start: u32, end: u32) -> Result<String, Fault> {
        let mut inner = Emitter { tree: self.tree, manner: self.manner, edits: Edits::default() };
        inner.node(id)?;
        inner.edits.sort();
        let source = self.tree.slice(start, end);
        let inside = inner.edits.within(start as usize);
        let inside = inside.filter(|edits| edits.iter().all(|edit| edit.end <= source.len()));
        let message = "an item that takes another place cannot be edited at its ends; change it first";
        let edits = inside.ok_or_else(|| Fault::new(start as usize, message))?;
        Ok(pieces(source, edits.iter()).collect())
    }
}

/// Whether the rest of a line is a comment.
fn is_comment(rest: &str) -> bool {
    rest.trim_start().starts_with('#')
}
