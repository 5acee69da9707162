//! Edits of block collections: lines come and go.

use super::super::tree::{Fault, Kind, NONE, Node, NodeId, State};
use super::super::write;
use super::lines::{after_line_end, before_line_end};
use super::{Emitter, is_comment};
use std::collections::BTreeMap;

impl Emitter<'_, '_> {
    pub(super) fn block(&mut self, id: NodeId) -> Result<(), Fault> {
        let node = *self.tree.node(id);
        if !self.tree.children(id).any(|child| self.is_original(child)) {
            self.emptied(id);
            return Ok(());
        }
        if node.reordered {
            return self.reordered(id);
        }
        // The last child that stays, and the removed and new ones before the first that does.
        let mut kept: Option<NodeId> = None;
        let mut removed: Vec<NodeId> = Vec::new();
        let mut new: Vec<NodeId> = Vec::new();
        for child in self.all_children(id) {
            match (self.tree.node(child).state, kept) {
                (State::Removed, None) => removed.push(child),
                (State::New, None) => new.push(child),
                (State::Removed, Some(before)) => self.remove_lines(id, child, Some(before)),
                (State::New, Some(before)) => self.insert_behind(id, before, child),
                (State::Original | State::Replaced, _) => {
                    self.remove_first(id, &removed, child);
                    removed.clear();
                    for new in new.drain(..) {
                        self.insert_before(id, child, new);
                    }
                    self.node(child)?;
                    kept = Some(child);
                }
            }
        }
        Ok(())
    }

    fn insert_behind(&mut self, id: NodeId, sibling: NodeId, child: NodeId) {
        let column = self.column(id);
        let leaf = self.last_leaf(sibling);
        if self.header(leaf).is_some_and(|header| header.len() == self.span(leaf)) {
            // To some readers a block scalar without text would swallow the new lines.
            let Node { start, end, .. } = *self.tree.node(leaf);
            self.edit(start, end, "\"\"");
        }
        let end = self.territory(self.tree.node(sibling).end, column);
        let mut text = String::new();
        write::line(column, &self.manner, &mut text);
        self.push_child(id, child, &mut text);
        self.edit(end, end, &text);
    }

    fn span(&self, id: NodeId) -> usize {
        let node = self.tree.node(id);
        (node.end - node.start) as usize
    }

    fn insert_before(&mut self, id: NodeId, sibling: NodeId, child: NodeId) {
        let column = self.column(id);
        let start = self.lead(self.key_start(sibling), column);
        let mut text = String::new();
        self.push_child(id, child, &mut text);
        write::line(column, &self.manner, &mut text);
        self.edit(start, start, &text);
    }

    /// Removes the children before the first one that stays. It takes their place where they share a line with the
    /// dash around them: `- a: 1`.
    fn remove_first(&mut self, id: NodeId, removed: &[NodeId], kept: NodeId) {
        let (Some(first), Some(last)) = (removed.first(), removed.last()) else { return };
        let start = self.key_start(*first);
        if self.begins_line(start) {
            for child in removed {
                self.remove_lines(id, *child, None);
            }
            return;
        }
        let end = self.territory(self.tree.node(*last).end, self.column(id));
        let kept = self.key_start(kept);
        let between = self.tree.slice(end, kept);
        let blanks = between.len() - between.trim_start().len();
        self.edit(start, end + u32::try_from(blanks).unwrap_or(0), "");
    }

    /// Removes the lines of a child with the line end before them.
    fn remove_lines(&mut self, id: NodeId, child: NodeId, before: Option<NodeId>) {
        let end = self.territory(self.tree.node(child).end, self.column(id));
        match self.tree.line_start(self.key_start(child)) {
            0 => self.edit(0, after_line_end(self.tree, end), ""),
            line => self.edit(before_line_end(self.tree, line), end, ""),
        }
        if let Some(before) = before {
            self.edit(end, self.swallowed(before, end), "");
        }
    }

    /// A block collection of which nothing of the source is left.
    fn emptied(&mut self, id: NodeId) {
        let node = *self.tree.node(id);
        let end = self.territory(node.end, self.column(id));
        let is_empty = self.tree.children(id).next().is_none();
        let nothing = if node.kind == Kind::Sequence { "[]" } else { "{}" };
        if !is_empty || node.parent == NONE {
            let mut text = String::new();
            self.push_children(id, &mut text);
            let start =
                if self.tree.node(node.first).explicit { self.key_start(node.first) } else { node.start };
            self.edit(start, end, if is_empty { nothing } else { &text });
            return;
        }
        let indicator = self.after_indicator(&node);
        let rest = self.tree.slice(indicator, self.tree.line_end(indicator));
        if rest.trim().is_empty() || is_comment(rest) {
            self.edit(indicator, indicator, &format!(" {nothing}"));
            for child in self.sources(id) {
                self.remove_lines(id, child, None);
            }
        } else {
            self.edit(indicator, end, &format!(" {nothing}"));
        }
    }

    /// Writes a list whose items changed places; each takes the comments above it along.
    fn reordered(&mut self, id: NodeId) -> Result<(), Fault> {
        let node = *self.tree.node(id);
        let column = self.column(id);
        let sources = self.sources(id);
        let above = self.comment_starts(&sources, column);
        let mut text = String::new();
        for (index, child) in self.tree.children(id).enumerate() {
            if index > 0 {
                write::line(column, &self.manner, &mut text);
            }
            if !self.is_original(child) {
                self.push_child(id, child, &mut text);
                continue;
            }
            let source = *self.tree.node(child);
            let above = above.get(&child).copied().unwrap_or(source.key_start);
            let comments = self.tree.slice(above, source.key_start).lines().map(str::trim);
            for comment in comments.filter(|line| !line.is_empty()) {
                text.push_str(comment);
                write::line(column, &self.manner, &mut text);
            }
            let end = self.territory(source.end, column);
            text.push_str(&self.rewritten(child, source.key_start, end)?);
        }
        let start = sources.first().map_or(node.start, |first| self.tree.node(*first).key_start);
        let end = self.territory(node.end, column);
        self.edit(self.lead(start, column), end, &text);
        self.edit(end, self.swallowed(id, end), "");
        Ok(())
    }

    /// Where the comments above each child begin, for children in the order of the source.
    fn comment_starts(&self, sources: &[NodeId], column: usize) -> BTreeMap<NodeId, u32> {
        let mut starts = BTreeMap::new();
        let mut before = None;
        for child in sources {
            let node = self.tree.node(*child);
            starts.insert(*child, before.unwrap_or_else(|| self.lead(node.key_start, column)));
            before = Some(self.territory(node.end, column));
        }
        starts
    }

    /// The children of a list that are in the source, in its order.
    fn sources(&self, id: NodeId) -> Vec<NodeId> {
        let mut sources = self.all_children(id);
        sources.retain(|child| self.tree.node(*child).state != State::New);
        sources.sort_by_key(|child| self.tree.node(*child).key_start);
        sources
    }

    fn push_children(&self, id: NodeId, text: &mut String) {
        for (index, child) in self.tree.children(id).enumerate() {
            if index > 0 {
                write::line(self.column(id), &self.manner, text);
            }
            self.push_child(id, child, text);
        }
    }

    /// A child that is not in the source, at the collection's column.
    fn push_child(&self, id: NodeId, child: NodeId, text: &mut String) {
        let column = self.column(id);
        match self.tree.node(id).kind {
            Kind::Sequence => write::item(self.tree, child, column, &self.manner, text),
            _ => write::member(self.tree, child, column, &self.manner, text),
        }
    }
}
