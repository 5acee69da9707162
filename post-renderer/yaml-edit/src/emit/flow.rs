//! Edits of flow collections and JSON: members come and go between the brackets.

use super::super::tree::{Fault, Kind, NONE, Node, NodeId, State};
use super::super::write;
use super::lines::before_line_end;
use super::{Emitter, is_comment};

impl Emitter<'_, '_> {
    pub(super) fn flow(&mut self, id: NodeId) -> Result<(), Fault> {
        let node = *self.tree.node(id);
        let is_kept = self.tree.children(id).any(|child| self.is_original(child));
        let grows = !is_kept && !self.in_flow(id) && self.tree.children(id).next().is_some();
        let all = self.all_children(id);
        let is_pair = !self.tree.slice(node.start, node.end).starts_with(['{', '[']);
        if grows || is_pair && !all.iter().all(|child| self.is_original(*child)) {
            // `labels: {}` grows in block style like its surroundings, and `[a: 1]` has no braces to write between.
            self.replaced(id);
            return Ok(());
        }
        if !is_kept || node.reordered {
            return self.rewrite_flow(id);
        }
        let tree = self.tree;
        let is_new = |child: &NodeId| tree.node(*child).state == State::New;
        let last_kept = all.iter().rposition(|child| self.is_original(*child)).unwrap_or(0);
        let (inner, tail) = all.split_at_checked(last_kept + 1).unwrap_or_default();
        let first_kept = inner.iter().copied().find(|child| self.is_original(*child)).unwrap_or(NONE);
        let mut before = None;
        for (index, child) in inner.iter().enumerate() {
            match (self.tree.node(*child).state, before) {
                (State::Removed, _) => {
                    let next = inner.iter().skip(index + 1).find(|next| !is_new(next));
                    self.remove_flow_before(id, *child, next.copied().unwrap_or(first_kept));
                }
                (State::New, Some(before)) => self.insert_flow_behind(id, before, *child),
                (State::New, None) => self.insert_flow_before(id, first_kept, *child),
                (State::Original | State::Replaced, _) => {
                    self.node(*child)?;
                    before = Some(*child);
                }
            }
        }
        let Some(before) = before else { return Ok(()) };
        for child in tail.iter().filter(|child| is_new(child)) {
            self.insert_flow_behind(id, before, *child);
        }
        self.remove_flow_behind(id, before, tail);
        Ok(())
    }

    /// Removes a child that another child of the source follows.
    fn remove_flow_before(&mut self, id: NodeId, child: NodeId, next: NodeId) {
        let (start, end) = (self.flow_start(id, child), self.tree.node(child).end);
        let next = self.flow_start(id, next);
        if self.tree.slice(end, next).contains('#') {
            self.remove_with_comma(start, end);
        } else {
            self.edit(start, next, "");
        }
    }

    /// Removes the last children.
    fn remove_flow_behind(&mut self, id: NodeId, before: NodeId, tail: &[NodeId]) {
        let removed = || tail.iter().filter(|child| self.tree.node(**child).state == State::Removed);
        let (Some(first), Some(last)) = (removed().next(), removed().next_back()) else { return };
        let (start, end) = (self.flow_start(id, *first), self.tree.node(*last).end);
        let before = self.tree.node(before).end;
        if self.tree.slice(before, start).contains('#') {
            // The comma before the comment may stay: only JSON does not allow one at the end, and has no comments.
            self.remove_with_comma(start, end);
        } else {
            self.edit(before, end, "");
        }
    }

    /// Removes a child among comments: with its comma and the comment on its line, if any.
    fn remove_with_comma(&mut self, mut start: u32, mut end: u32) {
        end = self.after_comma(end);
        let line_end = self.tree.line_end(end);
        let rest = self.tree.slice(end, line_end);
        if rest.trim().is_empty() || is_comment(rest) {
            end = line_end;
            if self.begins_line(start) {
                start = before_line_end(self.tree, self.tree.line_start(start));
            }
        }
        self.edit(start, end, "");
    }

    /// Offset behind the comma that follows `end` over blanks and comments; `end` if there is none.
    fn after_comma(&self, end: u32) -> u32 {
        let mut offset = end as usize;
        loop {
            let rest = self.tree.text.get(offset..).unwrap_or_default();
            let token = rest.trim_start();
            offset += rest.len() - token.len();
            match token.as_bytes().first() {
                Some(b'#') => offset += token.find('\n').unwrap_or(token.len()),
                Some(b',') => return u32::try_from(offset + 1).unwrap_or(end),
                _ => return end,
            }
        }
    }

    fn insert_flow_before(&mut self, id: NodeId, sibling: NodeId, child: NodeId) {
        let start = self.flow_start(id, sibling);
        let mut text = String::new();
        self.push_flow_child(id, child, &mut text);
        self.edit(start, start, &format!("{text}, "));
    }

    /// Writes all children again, in place of the first to the last one of the source.
    fn rewrite_flow(&mut self, id: NodeId) -> Result<(), Fault> {
        let node = *self.tree.node(id);
        let mut text = String::new();
        for (index, child) in self.tree.children(id).enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            if self.is_original(child) {
                let start = self.flow_start(id, child);
                text.push_str(&self.rewritten(child, start, self.tree.node(child).end)?);
            } else {
                self.push_flow_child(id, child, &mut text);
            }
        }
        let (inner, outer) = (node.start + 1, node.end.saturating_sub(1));
        let sources =
            || self.all_children(id).into_iter().filter(|child| self.tree.node(*child).state != State::New);
        let start = sources().map(|child| self.flow_start(id, child)).min().unwrap_or(inner);
        let end = sources().map(|child| self.tree.node(child).end).max().unwrap_or(outer);
        let has_comment =
            self.tree.slice(inner, start).contains('#') || self.tree.slice(end, outer).contains('#');
        match (has_comment, text.is_empty()) {
            (true, true) => self.remove_with_comma(start, end),
            (true, false) => self.edit(start, end, &text),
            (false, _) => self.edit(inner, outer, &text),
        }
        Ok(())
    }

    fn insert_flow_behind(&mut self, id: NodeId, sibling: NodeId, child: NodeId) {
        let Node { start, end, explicit, .. } = *self.tree.node(sibling);
        let is_empty = self.tree.node(sibling).state == State::Original && start == end && !explicit;
        // Some readers take `{a:, b: 1}` for the key `a:,`.
        let mut text = if is_empty { " null".to_owned() } else { String::new() };
        text.push_str(&self.separator(id, sibling));
        self.push_flow_child(id, child, &mut text);
        self.edit(end, end, &text);
    }

    fn push_flow_child(&self, parent: NodeId, child: NodeId, text: &mut String) {
        let quoted = self.quotes(parent);
        match self.tree.node(parent).kind {
            Kind::Sequence => write::flow(self.tree, child, quoted, text),
            _ => write::flow_member(self.tree, child, quoted, text),
        }
    }

    /// The text between two members: a comma, and the line end where the members have a line each.
    fn separator(&self, id: NodeId, sibling: NodeId) -> String {
        let start = self.flow_start(id, sibling);
        let line = self.tree.line_start(start);
        if line > self.tree.node(id).start && self.begins_line(start) {
            format!(",{}{}", self.manner.newline, self.tree.slice(line, start))
        } else {
            ", ".to_owned()
        }
    }

    /// Where a child of a flow collection begins.
    fn flow_start(&self, parent: NodeId, child: NodeId) -> u32 {
        let node = self.tree.node(child);
        if self.tree.node(parent).kind == Kind::Mapping {
            self.key_start(child)
        } else {
            node.properties.min(node.start)
        }
    }
}
