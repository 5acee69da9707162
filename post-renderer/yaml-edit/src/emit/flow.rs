//! Edits of flow collections and JSON: members come and go between the brackets.

use super::super::tree::{Fault, Kind, NONE, Node, NodeId, State, Style};
use super::super::write;
use super::Emitter;

impl Emitter<'_, '_> {
    pub(super) fn flow(&mut self, id: NodeId) -> Result<(), Fault> {
        let node = *self.tree.node(id);
        let kept: Vec<NodeId> = self.tree.children(id).filter(|child| self.is_original(*child)).collect();
        if kept.is_empty()
            && !self.tree.json
            && self.outside_flow(&node)
            && self.tree.children(id).next().is_some()
        {
            // `labels: {}` grows in block style like its surroundings.
            return self.replaced(id);
        }
        if kept.is_empty() || node.reordered {
            let mut text = String::new();
            for (index, child) in self.tree.children(id).enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                if self.is_original(child) {
                    let source = self.tree.node(child);
                    text.push_str(&self.rewritten(child, source.properties.min(source.start), source.end)?);
                } else {
                    self.push_flow_child(id, child, &mut text);
                }
            }
            self.edit(node.start + 1, node.end.saturating_sub(1), &text);
            return Ok(());
        }
        let mut before: Option<NodeId> = None;
        let mut pending: Vec<NodeId> = Vec::new();
        let mut current = node.first;
        while current != NONE {
            let child = *self.tree.node(current);
            match child.state {
                State::Original | State::Replaced => {
                    self.node(current)?;
                    for new in pending.drain(..) {
                        let mut text = String::new();
                        self.push_flow_child(id, new, &mut text);
                        text.push_str(", ");
                        let start = flow_start(&node, &child);
                        self.edit(start, start, &text);
                    }
                    before = Some(current);
                }
                State::New => match before {
                    Some(sibling) => {
                        let mut text = self.separator(id, sibling);
                        self.push_flow_child(id, current, &mut text);
                        let end = self.tree.node(sibling).end;
                        self.edit(end, end, &text);
                    }
                    None => pending.push(current),
                },
                State::Removed => {
                    if before.is_some() {
                        let start = self.end_of_previous(current);
                        self.edit(start, child.end, "");
                    } else {
                        let mut next = child.next;
                        while next != NONE && !self.is_original(next) {
                            next = self.tree.node(next).next;
                        }
                        if next != NONE {
                            let resume = flow_start(&node, self.tree.node(next));
                            self.edit(flow_start(&node, &child), resume, "");
                            current = self.tree.node(next).previous;
                            // New ones between the removed and the kept still go before the kept.
                            let mut between = child.next;
                            while between != next {
                                if self.tree.node(between).state == State::New {
                                    pending.push(between);
                                }
                                between = self.tree.node(between).next;
                            }
                        }
                    }
                }
            }
            current = self.tree.node(current).next;
        }
        Ok(())
    }

    fn outside_flow(&self, node: &Node) -> bool {
        node.parent != NONE && self.tree.node(node.parent).style == Style::Block
    }

    fn push_flow_child(&self, parent: NodeId, child: NodeId, text: &mut String) {
        let quoted = self.quotes(parent);
        match self.tree.node(parent).kind {
            Kind::Sequence => write::flow(self.tree, child, quoted, text),
            _ => write::flow_member(self.tree, child, quoted, text),
        }
    }

    /// What stands between two members: a comma, and the line end where the members have a line each.
    fn separator(&self, id: NodeId, sibling: NodeId) -> String {
        let start = flow_start(self.tree.node(id), self.tree.node(sibling));
        let line = self.tree.line_start(start);
        let lead = self.tree.slice(line, start);
        if !lead.trim().is_empty() || line == 0 && self.tree.node(id).start == 0 && start < 2 {
            return ", ".to_owned();
        }
        if line <= self.tree.node(id).start {
            return ", ".to_owned();
        }
        format!(",{}{lead}", self.manner.newline)
    }

    /// End of the sibling before a child in the source, whatever became of it.
    fn end_of_previous(&self, id: NodeId) -> u32 {
        let mut current = self.tree.node(id).previous;
        while current != NONE {
            let node = self.tree.node(current);
            if node.state != State::New {
                return node.end;
            }
            current = node.previous;
        }
        self.tree.node(id).properties
    }
}

/// Where a child of a flow collection begins.
fn flow_start(parent: &Node, child: &Node) -> u32 {
    if parent.kind == Kind::Mapping { child.key_start } else { child.properties.min(child.start) }
}
