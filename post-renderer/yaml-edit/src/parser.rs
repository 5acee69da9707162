//! The parser: from tokens to the table of nodes, by go-yaml's grammar. It reads what the fast scanner hands over and
//! refuses what Kubernetes refuses, and what the table cannot hold as Kubernetes reads it.

mod flow;
mod key;

use super::decode::decode;
use super::resolve::tagged;
use super::tokens::{Token, TokenKind, Tokens};
use super::tree::{Fault, Kind, NONE, Node, NodeId, Style, Tree};
use std::collections::BTreeMap;

/// Fills the tree from its text.
pub(super) fn parse(tree: &mut Tree<'_>, json: bool, limit: usize) -> Result<(), Fault> {
    let tokens = Tokens::new(tree.text, json);
    let mut parser = Parser { tree, tokens, anchors: BTreeMap::new(), open: Vec::new(), limit };
    parser.document()
}

struct Parser<'t, 'a> {
    tree: &'t mut Tree<'a>,
    tokens: Tokens<'a>,
    /// The nodes with anchors; `NONE` for keys.
    anchors: BTreeMap<String, NodeId>,
    /// The open collections, from the root on.
    open: Vec<NodeId>,
    limit: usize,
}

/// Where a node belongs: what it is in, and the key or dash that it is the value of.
struct Slot {
    parent: NodeId,
    key_start: u32,
    key_end: u32,
    key_payload: u32,
    explicit: bool,
    merge: bool,
    typed_key: bool,
    /// Where an empty value stands.
    empty: u32,
}

/// An anchor and a tag before a value or key.
#[derive(Default)]
struct Properties {
    /// Where they begin and end, if there are any.
    range: Option<(u32, u32)>,
    anchor: Option<String>,
    tag: Option<String>,
}

/// Which collections may begin at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    /// Any, also a list at the column of its key.
    Member,
    Block,
    Flow,
}

impl Parser<'_, '_> {
    fn document(&mut self) -> Result<(), Fault> {
        if self.next_is(&[TokenKind::StreamEnd])? {
            return Err(Fault::new(0, "the document is empty"));
        }
        self.node(&Slot::within(NONE, 0), Context::Block)?;
        let is_flow = self.tree.node(self.tree.root()).style == Style::Flow;
        while !is_flow && self.next_is(&[TokenKind::DocumentEnd])? {
            self.tokens.take()?;
        }
        let token = self.tokens.take()?;
        if token.kind == TokenKind::StreamEnd {
            return Ok(());
        }
        Err(fault(
            &token,
            "the document has ended before this text, which Kubernetes ignores or refuses; begin the next document with a line `---`",
        ))
    }

    fn next_is(&mut self, kinds: &[TokenKind]) -> Result<bool, Fault> {
        Ok(kinds.contains(&self.tokens.peek()?.kind))
    }

    fn node(&mut self, slot: &Slot, context: Context) -> Result<(), Fault> {
        if self.next_is(&[TokenKind::Alias])? {
            let token = self.tokens.take()?;
            return self.alias(slot, &token);
        }
        let properties = self.properties()?;
        let token = self.tokens.peek()?;
        match token.kind {
            TokenKind::Scalar(_) => {
                let token = self.tokens.take()?;
                self.scalar(slot, properties, &token)
            }
            TokenKind::BlockEntry if context == Context::Member => {
                self.block_sequence(slot, properties, false)
            }
            TokenKind::BlockSequenceStart if context != Context::Flow => {
                self.block_sequence(slot, properties, true)
            }
            TokenKind::BlockMappingStart if context != Context::Flow => self.block_mapping(slot, properties),
            TokenKind::FlowSequenceStart => self.flow_sequence(slot, properties),
            TokenKind::FlowMappingStart => self.flow_mapping(slot, properties),
            _ => {
                let token = token.clone();
                let Some((_, end)) = properties.range else {
                    return Err(self.unexpected(&token, "expected a value here"));
                };
                let kind = TokenKind::Scalar(Style::Plain);
                let token = Token { kind, start: end, end, column: 0, text: String::new() };
                self.scalar(slot, properties, &token)
            }
        }
    }

    fn properties(&mut self) -> Result<Properties, Fault> {
        let mut properties = Properties::default();
        loop {
            let place = match self.tokens.peek()?.kind {
                TokenKind::Anchor if properties.anchor.is_none() => &mut properties.anchor,
                TokenKind::Tag if properties.tag.is_none() => &mut properties.tag,
                _ => return Ok(properties),
            };
            let token = self.tokens.take()?;
            let start = properties.range.map_or(token.start, |(start, _)| start);
            properties.range = Some((start, token.end));
            *place = Some(token.text);
        }
    }

    fn alias(&mut self, slot: &Slot, token: &Token) -> Result<(), Fault> {
        self.tree.aliased = true;
        let target = match self.anchors.get(&token.text) {
            Some(target) if *target != NONE => *target,
            Some(_) => return Err(fault(token, "an alias to a key is not supported; repeat the key's text")),
            None => {
                return Err(fault(token, format!("the anchor `{}` is not defined before this", token.text)));
            }
        };
        if self.open.contains(&target) {
            return Err(fault(token, "the alias refers to a value that contains it"));
        }
        let node = Node { payload: target, ..Node::new(Kind::Alias, Style::Plain) };
        self.add(slot, node, token.start, token.start, token.end)?;
        self.tree.node_mut(target).shared = true;
        Ok(())
    }

    fn scalar(&mut self, slot: &Slot, properties: Properties, token: &Token) -> Result<(), Fault> {
        let TokenKind::Scalar(style) = token.kind else { return Err(fault(token, "expected a value here")) };
        let (tag, _) =
            tagged(properties.tag.as_deref(), style, &token.text).map_err(|message| fault(token, message))?;
        let node = Node { tag, column: token.column, ..Node::new(Kind::Scalar, style) };
        let start = properties.range.map_or(token.start, |(start, _)| start);
        let id = self.add(slot, node, start, token.start, token.end)?;
        let raw = self.tree.slice(token.start, token.end);
        if decode(raw, style, token.column).as_deref() != Some(&token.text) {
            let payload = u32::try_from(self.tree.values.len()).unwrap_or(NONE);
            self.tree.values.push(serde_json::Value::String(token.text.clone()));
            self.tree.node_mut(id).payload = payload;
        }
        self.remember(properties.anchor, id);
        Ok(())
    }

    /// A value that is not written.
    fn empty(&mut self, slot: &Slot) -> Result<(), Fault> {
        let place = slot.empty;
        self.add(slot, Node::new(Kind::Scalar, Style::Plain), place, place, place)?;
        Ok(())
    }

    /// A list of dashes. One at the column of its key has no tokens of its own for its start and end.
    fn block_sequence(&mut self, slot: &Slot, properties: Properties, is_deeper: bool) -> Result<(), Fault> {
        let first = if is_deeper { self.tokens.take()? } else { self.tokens.peek()?.clone() };
        let column = first.start - self.tree.line_start(first.start);
        let node = Node { column, ..Node::new(Kind::Sequence, Style::Block) };
        let id = self.begin(slot, properties, node, &first)?;
        while self.next_is(&[TokenKind::BlockEntry])? {
            let dash = self.tokens.take()?;
            let item = Slot { key_start: dash.start, key_end: dash.end, ..Slot::within(id, dash.end) };
            let is_empty = self.next_is(&[TokenKind::BlockEntry, TokenKind::BlockEnd])?
                || !is_deeper && self.next_is(&[TokenKind::Key, TokenKind::Value])?;
            if is_empty { self.empty(&item)? } else { self.node(&item, Context::Block)? }
        }
        if is_deeper {
            self.end_block("expected a list item that begins with `- ` at the column of the others")?;
        }
        self.close(id);
        Ok(())
    }

    fn block_mapping(&mut self, slot: &Slot, properties: Properties) -> Result<(), Fault> {
        let first = self.tokens.take()?;
        let node = Node { column: first.column, ..Node::new(Kind::Mapping, Style::Block) };
        let id = self.begin(slot, properties, node, &first)?;
        while self.next_is(&[TokenKind::Key])? {
            let member = self.key(id)?;
            self.value(member, &[TokenKind::Key, TokenKind::Value, TokenKind::BlockEnd], Context::Member)?;
        }
        self.end_block("expected a key at the column of the others, followed by a colon")?;
        self.close(id);
        Ok(())
    }

    fn end_block(&mut self, message: &str) -> Result<(), Fault> {
        let token = self.tokens.take()?;
        if token.kind == TokenKind::BlockEnd { Ok(()) } else { Err(fault(&token, message)) }
    }

    /// The value behind a key: nothing where one of these tokens follows its colon, or where it has no colon.
    fn value(&mut self, mut member: Slot, ends: &[TokenKind], context: Context) -> Result<(), Fault> {
        if !self.next_is(&[TokenKind::Value])? {
            member.explicit = true;
            return self.empty(&member);
        }
        member.empty = self.tokens.take()?.end;
        if self.next_is(ends)? { self.empty(&member) } else { self.node(&member, context) }
    }

    /// Adds a collection and opens it.
    fn begin(
        &mut self,
        slot: &Slot,
        properties: Properties,
        node: Node,
        first: &Token,
    ) -> Result<NodeId, Fault> {
        if self.open.len() >= super::DEPTH_LIMIT {
            return Err(fault(first, format!("nested more than {} levels deep", super::DEPTH_LIMIT)));
        }
        let start = properties.range.map_or(first.start, |(start, _)| start);
        let id = self.add(slot, node, start, first.start, first.start)?;
        self.remember(properties.anchor, id);
        self.open.push(id);
        Ok(id)
    }

    /// Closes a block collection: it ends where its last child does.
    fn close(&mut self, id: NodeId) {
        let last = self.tree.node(id).last;
        let end = self.tree.nodes.get(last as usize).map_or(0, |last| last.end);
        self.tree.node_mut(id).end = end;
        self.open.pop();
    }

    fn add(
        &mut self,
        slot: &Slot,
        node: Node,
        properties: u32,
        start: u32,
        end: u32,
    ) -> Result<NodeId, Fault> {
        if self.tree.nodes.len() >= self.limit {
            return Err(Fault::new(
                start as usize,
                format!("the document has more than {} values; split it into several documents", self.limit),
            ));
        }
        self.tree.odd_keys |= slot.explicit;
        let Slot { key_start, key_end, key_payload, explicit, merge, typed_key, .. } = *slot;
        let node = Node {
            explicit,
            merge,
            typed_key,
            key_start,
            key_end,
            properties,
            start,
            end,
            key_payload,
            ..node
        };
        Ok(self.tree.push(slot.parent, node))
    }

    /// A fault at a token that cannot follow; where the text ends, at the bracket that is still open.
    fn unexpected(&self, token: &Token, message: &str) -> Fault {
        let open =
            self.open.iter().rev().map(|id| self.tree.node(*id)).find(|node| node.style == Style::Flow);
        match open {
            Some(node) if token.kind == TokenKind::StreamEnd => {
                Fault::new(node.start as usize, "the bracket that begins here is not closed")
            }
            _ => fault(token, message),
        }
    }

    fn remember(&mut self, anchor: Option<String>, id: NodeId) {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, id);
        }
    }
}

impl Slot {
    fn within(parent: NodeId, empty: u32) -> Self {
        Self {
            parent,
            key_start: 0,
            key_end: 0,
            key_payload: NONE,
            explicit: false,
            merge: false,
            typed_key: false,
            empty,
        }
    }
}

fn fault(token: &Token, message: impl Into<String>) -> Fault {
    Fault::new(token.start as usize, message)
}
