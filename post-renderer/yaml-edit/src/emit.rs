//! From a changed tree to byte edits of its text: only what changed is written, everything else stays as it is.

mod flow;

use super::edits::{Edits, pieces};
use super::tree::{Fault, Kind, NONE, Node, NodeId, State, Style, Tree};
use super::write::{self, Manner};

/// The edits that turn the text into what the tree says, sorted and without overlap, in the given memory.
pub fn edits(tree: &Tree<'_>, mut memory: Edits) -> Result<Edits, Fault> {
    if let Some(offset) = lone_return(tree.text) {
        return Err(Fault::new(
            offset,
            "a carriage return without line feed is a line end to YAML, but none to edit at",
        ));
    }
    memory.clear();
    let mut emitter = Emitter { tree, manner: Manner::of(tree), edits: memory };
    emitter.node(tree.root())?;
    let mut edits = emitter.edits;
    // What is inserted where something goes comes before it.
    edits.sort();
    match edits.overlap() {
        Some(offset) => {
            Err(Fault::new(offset, "two changes meet here in a way that cannot be written safely"))
        }
        None => Ok(edits),
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
        self.edits.push(start as usize, end as usize, text);
    }

    fn node(&mut self, id: NodeId) -> Result<(), Fault> {
        let node = *self.tree.node(id);
        if !node.dirty {
            return Ok(());
        }
        match (node.state, node.style) {
            (State::Replaced, _) => self.replaced(id),
            (State::Original, Style::Flow) => self.flow(id),
            (State::Original, Style::Block) => self.block(id),
            // A new node is written by what it is in.
            _ => Ok(()),
        }
    }

    fn is_original(&self, id: NodeId) -> bool {
        matches!(self.tree.node(id).state, State::Original | State::Replaced)
    }

    /// Whether new text at this node must be flow style.
    fn in_flow(&self, id: NodeId) -> bool {
        let parent = self.tree.node(id).parent;
        parent != NONE
            && self.tree.node(parent).style == Style::Flow
            && self.tree.node(parent).state == State::Original
    }

    /// Whether flow style here quotes keys and texts: in JSON, and where the neighbours do.
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
    fn replaced(&mut self, id: NodeId) -> Result<(), Fault> {
        let node = *self.tree.node(id);
        if self.in_flow(id) || self.tree.json {
            let mut text = String::new();
            write::flow(self.tree, id, self.quotes(node.parent), &mut text);
            if node.start == node.end {
                if node.start == node.key_end && node.key_end > node.key_start {
                    return Err(Fault::new(node.start as usize, "a flow member without colon is not edited"));
                }
                text.insert(0, ' ');
            }
            self.edit(node.properties, node.end, &text);
            return Ok(());
        }
        if node.parent == NONE {
            return Err(Fault::new(node.start as usize, "the whole document is not replaced"));
        }
        let column = self.column_of_parent(&node);
        let is_item = self.tree.node(node.parent).kind == Kind::Sequence;
        let mut text = String::new();
        if is_item {
            write::after_dash(self.tree, id, column, &self.manner, &mut text);
        } else {
            write::after_colon(self.tree, id, column, &self.manner, &mut text);
        }
        let rest = self.tree.slice(node.end, self.tree.line_end(node.end));
        if was_inline(&node) && text.starts_with(['\n', '\r']) && rest.trim_start().starts_with('#') {
            // `resources: {} # why` keeps its comment on its line.
            let line_end = self.tree.line_end(node.end);
            self.edit(self.after_indicator(&node), node.end, "");
            self.edit(line_end, line_end, &text);
            return Ok(());
        }
        let stays_inline = !text.contains('\n');
        let start =
            if stays_inline && was_inline(&node) && node.start > node.key_end && node.start != node.end {
                // The blanks behind the colon stay.
                text.remove(0);
                node.properties
            } else {
                self.after_indicator(&node)
            };
        self.edit(start, node.end.max(start), &text);
        Ok(())
    }

    /// Offset behind the colon or dash that the value belongs to.
    fn after_indicator(&self, node: &Node) -> u32 {
        let after = self.tree.slice(node.key_end, node.end.max(node.key_end));
        if self.tree.node(node.parent).kind == Kind::Sequence {
            return node.key_end;
        }
        let blanks = after.len() - after.trim_start_matches([' ', '\t']).len();
        match after.as_bytes().get(blanks) {
            Some(b':') => node.key_end + u32::try_from(blanks + 1).unwrap_or(0),
            _ => node.start,
        }
    }

    /// Column of the keys or dashes of the collection that a node is in.
    fn column_of_parent(&self, node: &Node) -> usize {
        self.tree.node(node.parent).column as usize
    }

    fn block(&mut self, id: NodeId) -> Result<(), Fault> {
        let node = *self.tree.node(id);
        if !self.tree.children(id).any(|child| self.is_original(child)) {
            self.whole_block(id, &node);
            return Ok(());
        }
        if node.reordered {
            let text = self.reordered_block(id)?;
            let start = self.lead(self.tree.node(self.first_in_source(id)).key_start);
            self.edit(start, node.end, &text);
            return Ok(());
        }
        let mut kept: Option<NodeId> = None;
        let mut pending: Vec<NodeId> = Vec::new();
        let mut current = node.first;
        while current != NONE {
            let child = *self.tree.node(current);
            match child.state {
                State::New => match kept {
                    Some(sibling) => self.insert_behind(sibling, current, &node)?,
                    None => pending.push(current),
                },
                State::Removed => {}
                State::Original | State::Replaced => {
                    self.node(current)?;
                    for new in pending.drain(..) {
                        self.insert_before(current, new, &node);
                    }
                    kept = Some(current);
                }
            }
            current = child.next;
        }
        self.remove_children(id)
    }

    fn insert_behind(&mut self, sibling: NodeId, new: NodeId, parent: &Node) -> Result<(), Fault> {
        let end = self.tree.line_end(self.tree.node(sibling).end);
        if self.ends_in_empty_block(sibling) {
            let message = "a block scalar without text (`|` alone) would swallow what is added behind it; give it a text";
            return Err(Fault::new(end as usize, message));
        }
        let Self { tree, manner, edits } = self;
        edits.write(end as usize, end as usize, |text| {
            write::line(parent.column as usize, manner, text);
            new_child(tree, new, parent, manner, text);
        });
        Ok(())
    }

    fn ends_in_empty_block(&self, id: NodeId) -> bool {
        let mut leaf = *self.tree.node(id);
        while leaf.last != NONE {
            leaf = *self.tree.node(leaf.last);
        }
        leaf.state == State::Original
            && matches!(leaf.style, Style::Literal | Style::Folded)
            && !self.tree.slice(leaf.start, leaf.end).contains('\n')
    }

    fn insert_before(&mut self, sibling: NodeId, new: NodeId, parent: &Node) {
        let start = self.tree.node(sibling).key_start;
        let lead = self.lead(start);
        let Self { tree, manner, edits } = self;
        edits.write(lead as usize, lead as usize, |text| {
            new_child(tree, new, parent, manner, text);
            write::line(parent.column as usize, manner, text);
        });
    }

    /// Where the comments directly above a child begin, which belong to it; the child itself where there are none.
    fn lead(&self, start: u32) -> u32 {
        let mut lead = start;
        let mut line = self.tree.line_start(start);
        if !self.tree.slice(line, start).trim().is_empty() {
            return start;
        }
        while line > 0 {
            let above = self.tree.line_start(line - 1);
            let text = self.tree.slice(above, line);
            if !text.trim_start().starts_with('#') {
                break;
            }
            lead = above + u32::try_from(text.len() - text.trim_start().len()).unwrap_or(0);
            line = above;
        }
        lead
    }

    /// Takes removed children out of a block collection that keeps others.
    fn remove_children(&mut self, id: NodeId) -> Result<(), Fault> {
        let mut current = self.tree.node(id).first;
        while current != NONE {
            let child = *self.tree.node(current);
            if child.state != State::Removed {
                current = child.next;
                continue;
            }
            let line = self.tree.line_start(child.key_start);
            if self.tree.slice(line, child.key_start).bytes().all(|byte| byte == b' ') {
                let end = self.tree.line_end(child.end);
                let after = after_line_end(self.tree, end);
                // A last line without line end takes the one before it along.
                let start = if after == end { before_line_end(self.tree, line) } else { line };
                self.edit(start, after, "");
                current = child.next;
                continue;
            }
            // The first child may share its line with a dash or colon: the next one that stays takes its place.
            let mut next = child.next;
            while next != NONE && !self.is_original(next) {
                next = self.tree.node(next).next;
            }
            if next == NONE {
                return Err(Fault::new(
                    child.key_start as usize,
                    "what is removed here shares its line with what stays",
                ));
            }
            let resume = self.tree.node(next).key_start;
            self.edit(child.key_start, resume, "");
            current = next;
        }
        Ok(())
    }

    fn first_in_source(&self, id: NodeId) -> NodeId {
        let mut first = NONE;
        let mut current = self.tree.node(id).first;
        while current != NONE {
            let node = self.tree.node(current);
            if node.state != State::New && (first == NONE || node.key_start < self.tree.node(first).key_start)
            {
                first = current;
            }
            current = node.next;
        }
        first
    }

    /// A block collection of which nothing of the source is left.
    fn whole_block(&mut self, id: NodeId, node: &Node) {
        if node.parent == NONE {
            let mut text = String::new();
            for (index, child) in self.tree.children(id).enumerate() {
                if index > 0 {
                    write::line(node.column as usize, &self.manner, &mut text);
                }
                new_child(self.tree, child, node, &self.manner, &mut text);
            }
            if text.is_empty() {
                text.push_str("{}");
            }
            self.edit(node.start, node.end, &text);
            return;
        }
        if self.tree.children(id).next().is_none() {
            let text = if node.kind == Kind::Sequence { " []" } else { " {}" };
            let start = self.after_indicator(node);
            self.edit(start, node.end, text);
            return;
        }
        let mut text = String::new();
        for (index, child) in self.tree.children(id).enumerate() {
            if index > 0 {
                write::line(node.column as usize, &self.manner, &mut text);
            }
            new_child(self.tree, child, node, &self.manner, &mut text);
        }
        self.edit(node.start, node.end, &text);
    }

    /// The text of a list whose items changed places; each takes the comments above it along.
    fn reordered_block(&self, id: NodeId) -> Result<String, Fault> {
        let node = *self.tree.node(id);
        let mut sources: Vec<NodeId> = Vec::new();
        let mut current = node.first;
        while current != NONE {
            if self.tree.node(current).state != State::New {
                sources.push(current);
            }
            current = self.tree.node(current).next;
        }
        sources.sort_by_key(|child| self.tree.node(*child).key_start);
        let mut text = String::new();
        for (index, child) in self.tree.children(id).enumerate() {
            if index > 0 {
                write::line(node.column as usize, &self.manner, &mut text);
            }
            if !self.is_original(child) {
                new_child(self.tree, child, &node, &self.manner, &mut text);
                continue;
            }
            let source = *self.tree.node(child);
            let place = sources.iter().position(|other| *other == child).unwrap_or(0);
            let above = place.checked_sub(1).and_then(|before| sources.get(before));
            let comments = match above {
                Some(before) => {
                    let from = self.tree.line_end(self.tree.node(*before).end);
                    self.tree.slice(from, self.tree.line_start(source.key_start)).trim()
                }
                None => self.tree.slice(self.lead(source.key_start), source.key_start).trim(),
            };
            for comment in comments.lines().map(str::trim).filter(|line| !line.is_empty()) {
                text.push_str(comment);
                write::line(node.column as usize, &self.manner, &mut text);
            }
            let end = self.tree.line_end(source.end);
            let end = if place + 1 == sources.len() { source.end } else { end };
            text.push_str(&self.rewritten(child, source.key_start, end)?);
        }
        Ok(text)
    }

    /// The text of a node of the source with the edits inside it.
    fn rewritten(&self, id: NodeId, start: u32, end: u32) -> Result<String, Fault> {
        let manner = Manner { newline: self.manner.newline, ..self.manner };
        let mut inner = Emitter { tree: self.tree, manner, edits: Edits::default() };
        inner.node(id)?;
        inner.edits.sort();
        let source = self.tree.slice(start, end);
        let inside = inner.edits.within(start as usize);
        match inside.filter(|edits| edits.iter().all(|edit| edit.end <= source.len())) {
            Some(edits) => Ok(pieces(source, edits.iter()).collect()),
            None => {
                Err(Fault::new(start as usize, "an item that changed its place cannot be edited at its ends"))
            }
        }
    }
}

/// A child of a block collection that is not in the source, at the collection's column.
fn new_child(tree: &Tree<'_>, child: NodeId, parent: &Node, manner: &Manner, text: &mut String) {
    let column = parent.column as usize;
    match parent.kind {
        Kind::Sequence => write::item(tree, child, column, manner, text),
        _ => write::member(tree, child, column, manner, text),
    }
}

/// Whether the value of the source stands on the line of its key or dash.
fn was_inline(node: &Node) -> bool {
    node.style != Style::Block
}

/// Offset before the line end that comes before a line.
fn before_line_end(tree: &Tree<'_>, line: u32) -> u32 {
    if line == 0 {
        return 0;
    }
    let end = line - 1;
    if end > 0 && tree.text.as_bytes().get(end as usize - 1) == Some(&b'\r') { end - 1 } else { end }
}

/// Offset behind a line end.
fn after_line_end(tree: &Tree<'_>, end: u32) -> u32 {
    let rest = tree.text.get(end as usize..).unwrap_or_default();
    let length = if rest.starts_with("\r\n") { 2 } else { u32::from(rest.starts_with('\n')) };
    end + length
}
