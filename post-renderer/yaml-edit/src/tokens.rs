//! The tokens of a document, found as go-yaml v2 finds them, because Kubernetes reads manifests with it. The one
//! difficulty is that a key shows itself only by the colon behind it:
//!
//! ```text
//! a: [b]          a is read: it may be a key, so its place in the queue is remembered
//!  ^              the colon is read: BlockMappingStart and Key are put before it
//!
//! queue:  BlockMappingStart  Key  Scalar(a)  Value  FlowSequenceStart  Scalar(b)  FlowSequenceEnd  BlockEnd
//! ```

mod properties;
mod scalars;

use super::tree::{Fault, NONE, Style};
use std::collections::VecDeque;

/// A key must fit one line, and this many characters up to its colon.
const KEY_LIMIT: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    StreamEnd,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar(Style),
}

/// A token and its place in the text.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Of block collections the column of their entries, of block scalars that of their content.
    pub(super) column: u32,
    /// Of a scalar its meaning, of a tag its full name, of an anchor or alias its name.
    pub(super) text: String,
}

/// What was read and may turn out to be a key.
#[derive(Clone, Copy)]
struct SimpleKey {
    /// The line must hold a key: it begins at the column of a block mapping.
    required: bool,
    /// Number of the token that the key begins with.
    token: usize,
    position: usize,
    line: usize,
    column: usize,
}

/// Finds tokens as they are asked for.
pub(super) struct Tokens<'a> {
    text: &'a str,
    /// Whether escapes of JSON that YAML 1.1 does not have are read.
    json: bool,
    position: usize,
    line: usize,
    line_start: usize,
    queue: VecDeque<Token>,
    /// Number of tokens that were taken from the queue.
    taken: usize,
    /// The least column of what is in the innermost block collection: one beyond its own, and zero outside of all.
    inner: usize,
    outer: Vec<usize>,
    flow_level: usize,
    simple_key_allowed: bool,
    /// The possible key of each level of flow collections; the first is that of block collections.
    simple_keys: Vec<Option<SimpleKey>>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str, json: bool) -> Self {
        Self {
            text,
            json,
            position: 0,
            line: 0,
            line_start: 0,
            queue: VecDeque::new(),
            taken: 0,
            inner: 0,
            outer: Vec::new(),
            flow_level: 0,
            simple_key_allowed: true,
            simple_keys: vec![None],
        }
    }

    /// The next token, which stays in the queue.
    pub(super) fn peek(&mut self) -> Result<&Token, Fault> {
        while self.needs_more()? {
            self.fetch()?;
        }
        self.queue.front().ok_or_else(|| Fault::new(self.position, "the document ends too early"))
    }

    pub(super) fn take(&mut self) -> Result<Token, Fault> {
        self.peek()?;
        self.taken += 1;
        self.queue.pop_front().ok_or_else(|| Fault::new(self.position, "the document ends too early"))
    }

    /// Whether the next token is not there yet, or a key may still have to be put before it.
    fn needs_more(&mut self) -> Result<bool, Fault> {
        if self.queue.is_empty() {
            return Ok(true);
        }
        let level = self.simple_keys.iter().rposition(|key| key.is_some_and(|key| key.token == self.taken));
        level.map_or(Ok(false), |level| Ok(self.valid_key(level)?.is_some()))
    }

    /// The possible key of a level, if what was read since can still make it one.
    fn valid_key(&mut self, level: usize) -> Result<Option<SimpleKey>, Fault> {
        let Some(key) = self.simple_keys.get(level).copied().flatten() else { return Ok(None) };
        if key.line == self.line && self.has_key_length(key) {
            return Ok(Some(key));
        }
        self.forget_key(level)?;
        Ok(None)
    }

    fn has_key_length(&self, key: SimpleKey) -> bool {
        let read = self.text.get(key.position..self.position).unwrap_or_default();
        read.len() <= KEY_LIMIT || read.chars().nth(KEY_LIMIT).is_none()
    }

    fn forget_key(&mut self, level: usize) -> Result<(), Fault> {
        match self.simple_keys.get_mut(level).and_then(Option::take) {
            Some(key) if key.required => Err(Fault::new(
                key.position,
                "expected a key that ends with a colon, on one line and of at most 1024 characters",
            )),
            _ => Ok(()),
        }
    }

    /// Forgets the possible key of this level: what comes next cannot belong to it.
    fn end_key(&mut self) -> Result<(), Fault> {
        self.forget_key(self.simple_keys.len().saturating_sub(1))
    }

    /// Remembers that what begins here may be a key.
    fn begin_key(&mut self) -> Result<(), Fault> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        self.end_key()?;
        let key = SimpleKey {
            required: self.flow_level == 0 && self.inner == self.column() + 1,
            token: self.taken + self.queue.len(),
            position: self.position,
            line: self.line,
            column: self.column(),
        };
        if let Some(last) = self.simple_keys.last_mut() {
            *last = Some(key);
        }
        Ok(())
    }

    /// Reads on to the end of the next token.
    fn fetch(&mut self) -> Result<(), Fault> {
        self.skip_to_token()?;
        let column = self.column();
        self.close_blocks(column + 1, self.position);
        let Some(first) = self.byte(0) else { return self.fetch_end() };
        let is_block = self.flow_level == 0;
        let is_apart = self.is_blank_or_end(1);
        match first {
            b'%' if column == 0 => Err(Fault::new(
                self.position,
                "directives (`%YAML`, `%TAG`) are not read by Kubernetes; remove the line",
            )),
            b'-' if self.is_document_marker("---") => Err(Fault::new(
                self.position,
                "a second document begins here, which Kubernetes does not read; begin it with a line `---`",
            )),
            b'.' if self.is_document_marker("...") => self.fetch_document_end(),
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_indicator(TokenKind::FlowEntry, true),
            b'-' if is_apart => self.fetch_block_entry(),
            b'?' if !is_block || is_apart => self.fetch_key(),
            b':' if !is_block || is_apart => self.fetch_value(),
            b'*' => self.fetch_anchor(TokenKind::Alias),
            b'&' => self.fetch_anchor(TokenKind::Anchor),
            b'!' => self.fetch_tag(),
            b'|' if is_block => self.fetch_block_scalar(Style::Literal),
            b'>' if is_block => self.fetch_block_scalar(Style::Folded),
            b'\'' => self.fetch_scalar(Style::Single),
            b'"' => self.fetch_scalar(Style::Double),
            b'?' | b':' if is_block => self.fetch_scalar(Style::Plain),
            b'?' | b':' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b'\t' => Err(Fault::new(
                self.position,
                format!("no value can begin with {:?}; write it in quotes", char::from(first)),
            )),
            _ => self.fetch_scalar(Style::Plain),
        }
    }

    /// Skips blanks, comments and line ends before a token.
    fn skip_to_token(&mut self) -> Result<(), Fault> {
        loop {
            let tabs = self.flow_level > 0 || !self.simple_key_allowed;
            while self.byte(0) == Some(b' ') || tabs && self.byte(0) == Some(b'\t') {
                self.position += 1;
            }
            if self.byte(0) == Some(b'#') {
                self.skip_to_break();
            }
            if self.break_length(0) == 0 {
                return Ok(());
            }
            self.check_break()?;
            self.skip_break();
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    fn fetch_end(&mut self) -> Result<(), Fault> {
        self.line += 1;
        self.close_blocks(0, self.position);
        self.end_key()?;
        self.simple_key_allowed = false;
        self.push(TokenKind::StreamEnd, self.position, String::new());
        Ok(())
    }

    fn is_document_marker(&self, marker: &str) -> bool {
        let rest = self.text.get(self.position..).unwrap_or_default();
        self.column() == 0 && rest.starts_with(marker) && self.is_blank_or_end(marker.len())
    }

    fn fetch_document_end(&mut self) -> Result<(), Fault> {
        self.close_blocks(0, self.position);
        self.end_key()?;
        self.simple_key_allowed = false;
        self.push_indicator(TokenKind::DocumentEnd, 3);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Result<(), Fault> {
        self.begin_key()?;
        self.simple_keys.push(None);
        self.flow_level += 1;
        self.simple_key_allowed = true;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Result<(), Fault> {
        self.end_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            self.simple_keys.pop();
        }
        self.simple_key_allowed = false;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_indicator(&mut self, kind: TokenKind, simple_key_allowed: bool) -> Result<(), Fault> {
        self.end_key()?;
        self.simple_key_allowed = simple_key_allowed;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Fault> {
        if self.flow_level == 0 {
            self.check_place("a list item cannot begin here; begin it on a line of its own")?;
            self.open_block(TokenKind::BlockSequenceStart, self.column(), self.position, self.queue.len());
        }
        self.fetch_indicator(TokenKind::BlockEntry, true)
    }

    fn fetch_key(&mut self) -> Result<(), Fault> {
        if self.flow_level == 0 {
            self.check_place("a key cannot begin here; begin it on a line of its own")?;
            self.open_block(TokenKind::BlockMappingStart, self.column(), self.position, self.queue.len());
        }
        self.fetch_indicator(TokenKind::Key, self.flow_level == 0)
    }

    fn fetch_value(&mut self) -> Result<(), Fault> {
        let level = self.simple_keys.len().saturating_sub(1);
        if let Some(key) = self.valid_key(level)? {
            let index = key.token - self.taken;
            let place = u32::try_from(key.position).unwrap_or(NONE);
            let token =
                Token { kind: TokenKind::Key, start: place, end: place, column: 0, text: String::new() };
            self.queue.insert(index, token);
            self.open_block(TokenKind::BlockMappingStart, key.column, key.position, index);
            if let Some(last) = self.simple_keys.last_mut() {
                *last = None;
            }
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                self.check_place("a mapping cannot begin here: quote the text if it holds `: `")?;
                self.open_block(TokenKind::BlockMappingStart, self.column(), self.position, self.queue.len());
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.push_indicator(TokenKind::Value, 1);
        Ok(())
    }

    fn check_place(&self, message: &str) -> Result<(), Fault> {
        if self.simple_key_allowed { Ok(()) } else { Err(Fault::new(self.position, message)) }
    }

    /// Opens a block collection if its first entry, at this column, is deeper than the entries around it.
    fn open_block(&mut self, kind: TokenKind, column: usize, position: usize, index: usize) {
        if self.flow_level > 0 || column < self.inner {
            return;
        }
        self.outer.push(self.inner);
        self.inner = column + 1;
        let place = u32::try_from(position).unwrap_or(NONE);
        let column = u32::try_from(column).unwrap_or(NONE);
        self.queue.insert(index, Token { kind, start: place, end: place, column, text: String::new() });
    }

    /// Closes the block collections whose entries are deeper than what begins here.
    fn close_blocks(&mut self, inner: usize, position: usize) {
        while self.flow_level == 0 && self.inner > inner {
            self.push(TokenKind::BlockEnd, position, String::new());
            self.inner = self.outer.pop().unwrap_or(0);
        }
    }

    fn push_indicator(&mut self, kind: TokenKind, length: usize) {
        let start = self.position;
        self.position += length;
        self.push(kind, start, String::new());
    }

    /// Appends a token that ends here.
    fn push(&mut self, kind: TokenKind, start: usize, text: String) {
        let offset = |position| u32::try_from(position).unwrap_or(NONE);
        self.queue.push_back(Token {
            kind,
            start: offset(start),
            end: offset(self.position),
            column: 0,
            text,
        });
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.position + ahead).copied()
    }

    fn column(&self) -> usize {
        self.position - self.line_start
    }

    /// Number of bytes of the line end at this distance; zero if there is none.
    fn break_length(&self, ahead: usize) -> usize {
        break_length(self.text.as_bytes().get(self.position + ahead..).unwrap_or_default())
    }

    fn is_blank(&self) -> bool {
        matches!(self.byte(0), Some(b' ' | b'\t'))
    }

    fn is_blank_or_end(&self, ahead: usize) -> bool {
        matches!(self.byte(ahead), None | Some(b' ' | b'\t')) || self.break_length(ahead) > 0
    }

    fn skip_to_break(&mut self) {
        while self.byte(0).is_some() && self.break_length(0) == 0 {
            self.position += 1;
        }
    }

    fn skip_break(&mut self) {
        self.position += self.break_length(0);
        self.line += 1;
        self.line_start = self.position;
    }

    /// Refuses the line ends that only YAML 1.1 has: most editors do not show them, so text that looks like a
    /// comment would be a value.
    fn check_break(&self) -> Result<(), Fault> {
        if matches!(self.byte(0), None | Some(b'\n' | b'\r')) {
            return Ok(());
        }
        let character =
            self.text.get(self.position..).and_then(|rest| rest.chars().next()).unwrap_or_default();
        Err(Fault::new(
            self.position,
            format!(
                "the character U+{:04X} ends this line for Kubernetes; remove it, or write the value in double \
                 quotes with an escape",
                u32::from(character)
            ),
        ))
    }
}

/// Number of bytes of the line end that a text begins with: the five of YAML 1.1.
fn break_length(text: &[u8]) -> usize {
    match text {
        [b'\r', b'\n', ..] | [0xC2, 0x85, ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => 3,
        _ => 0,
    }
}
