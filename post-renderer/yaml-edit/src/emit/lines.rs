//! Lines of block style: where the text of a member or item begins and ends, with its comments.
//!
//! Comments directly above a key belong to it, and so do comments below it that are indented deeper:
//!
//! ```yaml
//! # about a
//! a:
//!   b: 1 # about b
//!   # c: 2
//! # about d
//! d: 3
//! ```

use super::super::tree::{NONE, Node, NodeId, State, Style, Tree};
use super::Emitter;

impl Emitter<'_, '_> {
    /// End of the last line of a value that ends at `end` and whose key or dash stands at `column`.
    pub(super) fn territory(&self, end: u32, column: usize) -> u32 {
        let mut kept = self.tree.line_end(end);
        let mut line = after_line_end(self.tree, kept);
        while (line as usize) < self.tree.text.len() {
            let line_end = self.tree.line_end(line);
            let text = self.tree.slice(line, line_end);
            let content = text.trim_start_matches([' ', '\t']);
            if content.starts_with('#') && text.len() - content.len() > column {
                kept = line_end;
            } else if !content.is_empty() {
                break;
            }
            line = after_line_end(self.tree, line_end);
        }
        kept
    }

    /// Like `territory`, for a node; a value in flow style or on one line ends where its text ends.
    pub(super) fn line_end_of(&self, node: &Node, column: usize) -> u32 {
        if node.style == Style::Block { self.territory(node.end, column) } else { node.end }
    }

    /// Where the comments directly above a child begin; the child itself without comments.
    pub(super) fn lead(&self, start: u32, column: usize) -> u32 {
        let mut lead = start;
        let mut line = self.tree.line_start(start);
        if !self.tree.slice(line, start).trim().is_empty() {
            return start;
        }
        while line > 0 {
            let above = self.tree.line_start(line - 1);
            let text = self.tree.slice(above, line);
            let blanks = text.len() - text.trim_start().len();
            if !text.trim_start().starts_with('#') || blanks > column {
                break;
            }
            lead = above + u32::try_from(blanks).unwrap_or(0);
            line = above;
        }
        lead
    }

    /// Whether nothing but blanks stands before an offset on its line.
    pub(super) fn begins_line(&self, offset: u32) -> bool {
        let line = self.tree.line_start(offset);
        self.tree.slice(line, offset).bytes().all(|byte| byte == b' ')
    }

    /// Where a child begins: its key or dash, with the `?`, tag or anchor before it.
    pub(super) fn key_start(&self, id: NodeId) -> u32 {
        let node = self.tree.node(id);
        if !node.explicit {
            return node.key_start;
        }
        let line = self.tree.line_start(node.key_start);
        let mut before = self.tree.slice(line, node.key_start);
        let mut start = node.key_start;
        loop {
            before = before.trim_end();
            let word = before.rsplit([' ', '\t', '{', '[', ',']).next().unwrap_or_default();
            if word != "?" && !word.starts_with(['&', '!']) {
                return start;
            }
            before = before.get(..before.len() - word.len()).unwrap_or_default();
            start = line + u32::try_from(before.len()).unwrap_or(0);
        }
    }

    /// Column of the keys or dashes of a block collection.
    pub(super) fn column(&self, id: NodeId) -> usize {
        let node = self.tree.node(id);
        match self.tree.nodes.get(node.first as usize) {
            Some(first) if first.explicit => {
                let start = self.key_start(node.first);
                (start - self.tree.line_start(start)) as usize
            }
            _ => node.column as usize,
        }
    }

    /// The last node in a subtree that is in the document now.
    pub(super) fn last_leaf(&self, id: NodeId) -> NodeId {
        let mut leaf = id;
        let mut current = self.tree.node(id).last;
        while current != NONE {
            let node = self.tree.node(current);
            if node.state == State::Removed {
                current = node.previous;
            } else {
                leaf = current;
                current = node.last;
            }
        }
        leaf
    }

    /// The header of a block scalar of the source, such as `|+`.
    pub(super) fn header(&self, id: NodeId) -> Option<&str> {
        let node = self.tree.node(id);
        let is_block = matches!(node.style, Style::Literal | Style::Folded);
        let header = self.tree.slice(node.start, node.end).split([' ', '\t', '\r', '\n', '#']).next();
        header.filter(|_| is_block && node.state == State::Original)
    }

    /// Where the blank lines end that would become text of a block scalar if it ended at `end`: lines behind `|+`, and
    /// lines of spaces. `id` is the node whose last scalar it is.
    pub(super) fn swallowed(&self, id: NodeId, end: u32) -> u32 {
        let Some(header) = self.header(self.last_leaf(id)) else { return end };
        let blank = self.blank_lines(end);
        if header.contains('+') || self.tree.slice(end, blank).contains(' ') { blank } else { end }
    }

    /// The end of the last of the blank lines that follow the line end at `end`.
    fn blank_lines(&self, end: u32) -> u32 {
        let mut kept = end;
        loop {
            let line = after_line_end(self.tree, kept);
            let line_end = self.tree.line_end(line);
            let is_last = line == kept || line as usize == self.tree.text.len();
            if is_last || !self.tree.slice(line, line_end).trim().is_empty() {
                return kept;
            }
            kept = line_end;
        }
    }

    /// A block scalar that comes to stand at the end of the text keeps its line end. The edits are sorted.
    pub(super) fn end_last_line(&mut self) {
        let length = self.tree.text.len();
        let reaches_end = self.edits.iter().last().is_some_and(|edit| edit.end == length);
        if !reaches_end || self.tree.text.ends_with('\n') {
            return;
        }
        let leaf = self.last_leaf(self.tree.root());
        let node = self.tree.node(leaf);
        let ends_line = match node.state {
            State::Original => (node.end as usize) < length && self.header(leaf).is_some(),
            _ => !self.in_flow(leaf) && self.tree.string(leaf).is_some_and(|text| text.ends_with('\n')),
        };
        if ends_line {
            self.edits.push(length, length, self.manner.newline);
        }
    }
}

/// Offset before the line end that comes before a line.
pub(super) fn before_line_end(tree: &Tree<'_>, line: u32) -> u32 {
    let end = line.saturating_sub(1);
    if end > 0 && tree.text.as_bytes().get(end as usize - 1) == Some(&b'\r') { end - 1 } else { end }
}

/// Offset behind a line end.
pub(super) fn after_line_end(tree: &Tree<'_>, end: u32) -> u32 {
    let rest = tree.text.get(end as usize..).unwrap_or_default();
    let length = if rest.starts_with("\r\n") { 2 } else { u32::from(rest.starts_with('\n')) };
    end + length
}
