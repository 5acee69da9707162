//! Keys of mappings: their text as JSON has it, and which of them are merge keys.

use super::{Parser, Slot, fault};
use crate::decode::decode;
use crate::resolve::{Scalar, key_name, tagged};
use crate::tokens::TokenKind;
use crate::tree::{Fault, NONE, NodeId, Style};

impl Parser<'_, '_> {
    /// The key of a member, with the token before it.
    pub(super) fn key(&mut self, parent: NodeId) -> Result<Slot, Fault> {
        let indicator = self.tokens.take()?;
        self.key_text(parent, indicator.start < indicator.end)
    }

    /// The key of a member without a token before it.
    pub(super) fn key_text(&mut self, parent: NodeId, has_question_mark: bool) -> Result<Slot, Fault> {
        let properties = self.properties()?;
        let token = self.tokens.take()?;
        let TokenKind::Scalar(style) = token.kind else {
            return Err(fault(
                &token,
                match token.kind {
                    TokenKind::Alias => "an alias as a key is not supported; repeat the key's text",
                    TokenKind::Value
                    | TokenKind::FlowEntry
                    | TokenKind::FlowMappingEnd
                    | TokenKind::BlockEnd => "an empty key is not a valid key to Kubernetes",
                    _ => "a key must be text, not a mapping or list",
                },
            ));
        };
        let tag = properties.tag.as_deref();
        let merge = token.text == "<<"
            && (tag.is_none() && style == Style::Plain
                || matches!(tag, Some("!" | "tag:yaml.org,2002:merge")));
        let (_, meaning) = tagged(tag, style, &token.text).map_err(|message| fault(&token, message))?;
        let typed_key = !matches!(meaning, Scalar::String(_));
        let name = key_name(meaning).map_err(|message| fault(&token, message))?;
        self.tree.aliased |= merge;
        let raw = self.tree.slice(token.start, token.end);
        let is_bare = properties.range.is_none();
        let reads_itself =
            is_bare && decode(raw, style, 0).as_deref() == Some(&name) && !raw.contains(['\n', '\r']);
        let key_payload = if merge || reads_itself {
            NONE
        } else {
            self.tree.keys.push(name);
            u32::try_from(self.tree.keys.len() - 1).unwrap_or(NONE)
        };
        let is_tagged_merge = merge && properties.anchor.is_none();
        let key_start = properties.range.map_or(token.start, |(start, _)| start);
        if let Some(anchor) = properties.anchor {
            self.anchors.insert(anchor, NONE);
        }
        Ok(Slot {
            key_start,
            key_end: token.end,
            key_payload,
            explicit: has_question_mark || !(is_bare || is_tagged_merge),
            merge,
            typed_key,
            ..Slot::within(parent, token.end)
        })
    }
}
