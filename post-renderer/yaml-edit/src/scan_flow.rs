//! The fast scanner's flow collections, as long as they stay on one line.

use super::scan::{Key, Scanner, Sure, Unsure};
use super::scan_scalar::{Quoted, check_finite};
use super::tree::{Kind, Node, NodeId, Style};

/// Nesting of flow collections beyond this is left to the parser.
const FLOW_DEPTH: usize = 32;

impl Scanner<'_, '_> {
    /// A flow collection; the position ends behind its bracket.
    pub(super) fn flow(&mut self, key: Key) -> Sure<()> {
        let line_end = self.position + self.line().len();
        let id = self.add(self.flow_node(key));
        self.flow_entries(id, line_end, 0)?;
        self.end = self.here();
        Ok(())
    }

    /// The node of a flow collection that begins here.
    fn flow_node(&self, key: Key) -> Node {
        let start = self.here();
        let kind = if self.byte(0) == Some(b'{') { Kind::Mapping } else { Kind::Sequence };
        key.node(kind, Style::Flow, start, start)
    }

    /// What is between the brackets of a flow collection, and these.
    fn flow_entries(&mut self, id: NodeId, line_end: usize, depth: usize) -> Sure<()> {
        if depth > FLOW_DEPTH {
            return Err(Unsure);
        }
        let kind = self.tree.node(id).kind;
        let close = if kind == Kind::Mapping { b'}' } else { b']' };
        self.position += 1;
        loop {
            self.skip_blanks();
            if self.byte(0) == Some(close) {
                break;
            }
            self.flow_entry(id, kind, line_end, depth)?;
            self.skip_blanks();
            match self.byte(0) {
                Some(b',') => self.position += 1,
                Some(byte) if byte == close => break,
                _ => return Err(Unsure),
            }
        }
        self.position += 1;
        let end = self.here();
        self.tree.node_mut(id).end = end;
        Ok(())
    }

    fn flow_entry(&mut self, parent: NodeId, kind: Kind, line_end: usize, depth: usize) -> Sure<()> {
        self.check_limit()?;
        let mut key = Key::default();
        if kind == Kind::Mapping {
            key.start = self.here();
            let (length, _) = self.flow_scalar(line_end)?;
            self.position += length;
            key.end = self.here();
            self.check_key(key.start, key.end)?;
            self.skip_blanks();
            // A member without colon and one without value are left to the parser.
            if self.byte(0) != Some(b':') || self.byte(1) != Some(b' ') {
                return Err(Unsure);
            }
            self.position += 2;
            self.skip_blanks();
        }
        if matches!(self.byte(0), Some(b'{' | b'[')) {
            let id = self.tree.push(parent, self.flow_node(key));
            self.flow_entries(id, line_end, depth + 1)?;
        } else {
            let (length, style) = self.flow_scalar(line_end)?;
            let start = self.here();
            self.position += length;
            let end = self.here();
            self.tree.push(parent, key.node(Kind::Scalar, style, start, end));
        }
        Ok(())
    }

    /// Length and style of the scalar here.
    fn flow_scalar(&self, line_end: usize) -> Sure<(usize, Style)> {
        let line = self.bytes.get(self.position..line_end).unwrap_or_default();
        let first = *line.first().ok_or(Unsure)?;
        if matches!(first, b'"' | b'\'') {
            let quoted = Quoted::at(line).ok_or(Unsure)?;
            quoted.check_escapes(line)?;
            return Ok((quoted.length, quoted.style));
        }
        // Only words and numbers are sure to mean the same to every parser inside brackets.
        let plain = |byte: &u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'+') || *byte >= 0x80
        };
        let length = line.iter().take_while(|byte| plain(byte)).count();
        let ends = matches!(line.get(length), Some(b',' | b']' | b'}' | b':' | b' '));
        let colon_ends = line.get(length) != Some(&b':') || matches!(line.get(length + 1), Some(b' '));
        let is_dash =
            first == b'-' && !line.get(1).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        if length == 0 || !ends || !colon_ends || is_dash {
            return Err(Unsure);
        }
        // Blanks within are allowed in flow, but what follows them decides; leave it.
        let after = line.get(length..).unwrap_or_default().trim_ascii_start();
        match after.first() {
            Some(b',' | b']' | b'}' | b':') => {
                check_finite(line.get(..length).unwrap_or_default())?;
                Ok((length, Style::Plain))
            }
            _ => Err(Unsure),
        }
    }
}
