//! Collections in brackets.

use super::{Context, Parser, Properties, Slot};
use crate::tokens::TokenKind;
use crate::tree::{Fault, Kind, Node, NodeId, Style};

impl Parser<'_, '_> {
    pub(super) fn flow_sequence(&mut self, slot: &Slot, properties: Properties) -> Result<(), Fault> {
        let first = self.tokens.take()?;
        let id = self.begin(slot, properties, Node::new(Kind::Sequence, Style::Flow), &first)?;
        let end = TokenKind::FlowSequenceEnd;
        while self.has_entry(id, end, "expected `,` or `]`")? {
            if self.next_is(&[TokenKind::Key])? {
                self.pair(id)?;
            } else {
                self.node(&Slot::within(id, 0), Context::Flow)?;
            }
        }
        self.close_flow(id)
    }

    /// A mapping of one member without braces: `[a: b]`.
    fn pair(&mut self, parent: NodeId) -> Result<(), Fault> {
        let first = self.tokens.peek()?.clone();
        let node = Node::new(Kind::Mapping, Style::Flow);
        let id = self.begin(&Slot::within(parent, 0), Properties::default(), node, &first)?;
        let mut member = self.key(id)?;
        // Without braces, more members cannot be added.
        member.explicit = true;
        self.value(member, &[TokenKind::FlowEntry, TokenKind::FlowSequenceEnd], Context::Flow)?;
        self.close(id);
        Ok(())
    }

    pub(super) fn flow_mapping(&mut self, slot: &Slot, properties: Properties) -> Result<(), Fault> {
        let first = self.tokens.take()?;
        let id = self.begin(slot, properties, Node::new(Kind::Mapping, Style::Flow), &first)?;
        let end = TokenKind::FlowMappingEnd;
        while self.has_entry(id, end, "expected `,` or `}`")? {
            if self.next_is(&[TokenKind::Key])? {
                let member = self.key(id)?;
                self.value(member, &[TokenKind::FlowEntry, end], Context::Flow)?;
            } else {
                let member = self.key_text(id, false)?;
                self.empty(&Slot { explicit: true, ..member })?;
            }
        }
        self.close_flow(id)
    }

    /// Whether another entry follows; the comma before it is taken.
    fn has_entry(&mut self, id: NodeId, end: TokenKind, message: &str) -> Result<bool, Fault> {
        if self.next_is(&[end])? {
            return Ok(false);
        }
        if self.tree.node(id).first == crate::tree::NONE {
            return Ok(true);
        }
        let token = self.tokens.take()?;
        if token.kind != TokenKind::FlowEntry {
            return Err(self.unexpected(&token, message));
        }
        Ok(!self.next_is(&[end])?)
    }

    fn close_flow(&mut self, id: NodeId) -> Result<(), Fault> {
        let end = self.tokens.take()?.end;
        self.tree.node_mut(id).end = end;
        self.open.pop();
        Ok(())
    }
}
