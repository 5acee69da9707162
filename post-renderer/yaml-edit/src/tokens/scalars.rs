//! Scalars: where they end, and the text that they mean.

use super::{Fault, Token, TokenKind, Tokens};
use crate::decode::{escape, json_escape};
use crate::tree::{NONE, Style};

/// Blanks and line ends between two words of a flow scalar.
#[derive(Default)]
struct Gap {
    blanks: String,
    /// The first line end, and those of the empty lines behind it.
    first_break: Option<&'static str>,
    breaks: String,
}

impl Gap {
    /// What the gap means: one line end is a blank, empty lines stay line ends.
    fn push_to(self, text: &mut String) {
        match self.first_break {
            None => text.push_str(&self.blanks),
            Some("\n") if self.breaks.is_empty() => text.push(' '),
            Some("\n") => text.push_str(&self.breaks),
            Some(other) => {
                text.push_str(other);
                text.push_str(&self.breaks);
            }
        }
    }
}

impl Tokens<'_> {
    pub(super) fn fetch_scalar(&mut self, style: Style) -> Result<(), Fault> {
        self.begin_key()?;
        self.simple_key_allowed = false;
        match style {
            Style::Plain => self.plain(),
            _ => self.quoted(style),
        }
    }

    fn plain(&mut self) -> Result<(), Fault> {
        let start = self.position;
        let mut end = start;
        let mut text = String::new();
        let mut gap = Gap::default();
        let mut is_folded = false;
        while !self.is_marker_line() && self.byte(0) != Some(b'#') {
            let word = self.word();
            if !word.is_empty() {
                gap.push_to(&mut text);
                gap = Gap::default();
                is_folded = false;
                text.push_str(word);
                self.position += word.len();
                end = self.position;
            }
            if !self.is_blank() && self.break_length(0) == 0 {
                break;
            }
            gap = self.gap(gap, true)?;
            is_folded |= gap.first_break.is_some();
            if self.flow_level == 0 && self.column() < self.inner {
                break;
            }
        }
        self.simple_key_allowed |= is_folded;
        self.push_scalar(Style::Plain, start, end, 0, text);
        Ok(())
    }

    /// The text here without blanks that belongs to a plain scalar.
    fn word(&self) -> &str {
        let rest = self.text.get(self.position..).unwrap_or_default();
        let mut length = 0;
        while let Some(byte) = rest.as_bytes().get(length) {
            let ends = match byte {
                b' ' | b'\t' => true,
                b':' => self.is_blank_or_end(length + 1),
                b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.flow_level > 0,
                _ => self.break_length(length) > 0,
            };
            if ends {
                break;
            }
            length += 1;
        }
        rest.get(..length).unwrap_or_default()
    }

    /// Whether a line begins here with the marker of a document's begin or end.
    fn is_marker_line(&self) -> bool {
        self.is_document_marker("---") || self.is_document_marker("...")
    }

    /// The blanks and line ends here.
    fn gap(&mut self, mut gap: Gap, is_plain: bool) -> Result<Gap, Fault> {
        loop {
            if self.is_blank() {
                let is_tab = self.byte(0) == Some(b'\t');
                if is_plain && is_tab && gap.first_break.is_some() && self.column() < self.inner {
                    return Err(Fault::new(self.position, "a tab cannot indent; use blanks"));
                }
                if gap.first_break.is_none() {
                    gap.blanks.push(if is_tab { '\t' } else { ' ' });
                }
                self.position += 1;
            } else if self.break_length(0) > 0 {
                if is_plain {
                    self.check_break()?;
                }
                let found = self.take_break();
                match gap.first_break {
                    None => gap.first_break = Some(found),
                    Some(_) => gap.breaks.push_str(found),
                }
            } else {
                return Ok(gap);
            }
        }
    }

    /// What the line end here means in text.
    fn take_break(&mut self) -> &'static str {
        let found = match self.text.as_bytes().get(self.position..) {
            Some([0xE2, 0x80, 0xA8, ..]) => "\u{2028}",
            Some([0xE2, 0x80, 0xA9, ..]) => "\u{2029}",
            _ => "\n",
        };
        self.skip_break();
        found
    }

    fn quoted(&mut self, style: Style) -> Result<(), Fault> {
        let start = self.position;
        let quote = if style == Style::Single { '\'' } else { '"' };
        let is_quote = |byte| byte == Some(if style == Style::Single { b'\'' } else { b'"' });
        let mut text = String::new();
        self.position += 1;
        loop {
            if self.is_marker_line() || self.byte(0).is_none() {
                return Err(Fault::new(start, format!("the quote `{quote}` that begins here is not closed")));
            }
            let joins = self.quoted_words(style, &mut text)?;
            if !joins && is_quote(self.byte(0)) {
                break;
            }
            // An escaped line end counts as a first line end without text.
            let first_break = joins.then_some("");
            self.gap(Gap { first_break, ..Gap::default() }, false)?.push_to(&mut text);
        }
        self.position += 1;
        self.push_scalar(style, start, self.position, 0, text);
        Ok(())
    }

    /// Reads up to a blank, a line end or the closing quote; whether it ended with an escaped line end.
    fn quoted_words(&mut self, style: Style, text: &mut String) -> Result<bool, Fault> {
        while !self.is_blank_or_end(0) {
            match (style, self.byte(0)) {
                (Style::Single, Some(b'\'')) if self.byte(1) == Some(b'\'') => {
                    text.push('\'');
                    self.position += 2;
                }
                (Style::Single, Some(b'\'')) | (Style::Double, Some(b'"')) => break,
                (Style::Double, Some(b'\\')) if self.break_length(1) > 0 => {
                    self.position += 1;
                    self.skip_break();
                    return Ok(true);
                }
                (Style::Double, Some(b'\\')) => self.escape(text)?,
                _ => {
                    let rest = self.text.get(self.position..).unwrap_or_default();
                    let Some(character) = rest.chars().next() else { break };
                    text.push(character);
                    self.position += character.len_utf8();
                }
            }
        }
        Ok(false)
    }

    fn escape(&mut self, text: &mut String) -> Result<(), Fault> {
        let rest = self.text.get(self.position + 1..).unwrap_or_default();
        let wrong = || Fault::new(self.position, "this escape is not known to YAML 1.1");
        let after = escape(rest, text)
            .or_else(|| if self.json { json_escape(rest, text) } else { None })
            .ok_or_else(wrong)?;
        self.position = self.text.len() - after.len();
        Ok(())
    }

    pub(super) fn fetch_block_scalar(&mut self, style: Style) -> Result<(), Fault> {
        self.end_key()?;
        self.simple_key_allowed = true;
        let start = self.position;
        self.position += 1;
        let (chomping, increment) = self.block_header(start)?;
        let header = self.text.get(start..self.position).unwrap_or_default();
        let mut end = start + header.trim_end().len();
        let mut indent = increment.map(|increment| self.inner.saturating_sub(1) + increment);
        if self.break_length(0) > 0 {
            self.check_break()?;
            self.skip_break();
        }
        let mut text = String::new();
        // The line end of the line before, and those of the empty lines behind it.
        let mut first_break = "";
        let mut breaks = String::new();
        let mut was_indented = false;
        let mut lines_end = self.block_breaks(&mut indent, &mut breaks)?;
        while self.byte(0).is_some() && Some(self.column()) == indent {
            let is_indented = self.is_blank();
            if style == Style::Folded && !was_indented && !is_indented && first_break == "\n" {
                if breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(first_break);
            }
            text.push_str(&breaks);
            breaks.clear();
            was_indented = is_indented;
            let line = self.position;
            self.skip_to_break();
            end = self.position;
            text.push_str(self.text.get(line..end).unwrap_or_default());
            // Kubernetes ends the last line of a text where it has no end.
            first_break = if self.break_length(0) > 0 { self.take_break() } else { "\n" };
            lines_end = self.block_breaks(&mut indent, &mut breaks)?;
        }
        if chomping != Some(b'-') {
            text.push_str(first_break);
        }
        if chomping == Some(b'+') && !breaks.is_empty() {
            text.push_str(&breaks);
            // The last line end belongs to what follows.
            let lines = self.text.get(start..lines_end).unwrap_or_default();
            let lines = lines.strip_suffix('\n').unwrap_or(lines);
            end = end.max(start + lines.strip_suffix('\r').unwrap_or(lines).len());
        }
        self.push_scalar(style, start, end, indent.unwrap_or(0), text);
        Ok(())
    }

    /// The indicators behind `|` or `>` and the rest of their line; the position is at its end.
    fn block_header(&mut self, start: usize) -> Result<(Option<u8>, Option<usize>), Fault> {
        let mut chomping = None;
        let mut increment = None;
        loop {
            match self.byte(0) {
                Some(sign @ (b'+' | b'-')) if chomping.is_none() => chomping = Some(sign),
                Some(digit @ b'1'..=b'9') if increment.is_none() => {
                    increment = Some(usize::from(digit - b'0'));
                }
                _ => break,
            }
            self.position += 1;
        }
        while self.is_blank() {
            self.position += 1;
        }
        if self.byte(0) == Some(b'#') {
            self.skip_to_break();
        }
        if self.byte(0).is_some() && self.break_length(0) == 0 {
            return Err(Fault::new(start, "expected the line end or a comment behind `|` or `>`"));
        }
        Ok((chomping, increment))
    }

    /// Skips the empty lines of a block scalar and the indentation of the next line; the first call finds out the
    /// column of the content. Gives the end of the last line end.
    fn block_breaks(&mut self, indent: &mut Option<usize>, breaks: &mut String) -> Result<usize, Fault> {
        let mut end = self.position;
        let mut deepest = 0;
        loop {
            while self.byte(0) == Some(b' ') && indent.is_none_or(|indent| self.column() < indent) {
                self.position += 1;
            }
            deepest = deepest.max(self.column());
            if self.byte(0) == Some(b'\t') && indent.is_none_or(|indent| self.column() < indent) {
                return Err(Fault::new(self.position, "a tab cannot indent; use blanks"));
            }
            if self.break_length(0) == 0 {
                break;
            }
            breaks.push_str(self.take_break());
            end = self.position;
        }
        if self.byte(0).is_none() && self.position > end {
            breaks.push('\n');
        }
        indent.get_or_insert(deepest.max(self.inner).max(1));
        Ok(end)
    }

    fn push_scalar(&mut self, style: Style, start: usize, end: usize, column: usize, text: String) {
        let offset = |position| u32::try_from(position).unwrap_or(NONE);
        self.queue.push_back(Token {
            kind: TokenKind::Scalar(style),
            start: offset(start),
            end: offset(end),
            column: offset(column),
            text,
        });
    }
}
