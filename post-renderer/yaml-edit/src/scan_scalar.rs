//! The fast scanner's scalars: keys, plain and quoted text, block scalars.

use super::line::line_length;
use super::scan::{Key, Scanner, Sure, Unsure, blanks, offset};
use super::tree::{Kind, Node, Style};
use memchr::memchr;
use wide::u8x16;

/// go-yaml does not accept keys beyond this length.
const KEY_LIMIT: usize = 1_000;

impl Scanner<'_, '_> {
    pub(super) fn line(&self) -> &[u8] {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        rest.get(..line_length(rest)).unwrap_or_default()
    }

    /// Length of the key that begins here, if the line holds one: the text before a colon that a blank or the
    /// line end follows.
    pub(super) fn key_length(&self) -> Sure<Option<usize>> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        match rest.first() {
            None | Some(b'\n') => Ok(None),
            // The end of a document, where no one expects it.
            Some(b'.') if rest.starts_with(b"...") && matches!(rest.get(3), None | Some(b' ' | b'\n')) => {
                Err(Unsure)
            }
            // Nearly every line.
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.plain_key_length(rest),
            Some(b'"' | b'\'') => {
                let line = self.line();
                let Some(quoted) = Quoted::at(line) else { return Ok(None) };
                let length = quoted.length;
                let after = line.get(length..).unwrap_or_default();
                let blanks = blanks(after);
                if after.get(blanks) != Some(&b':') {
                    return Ok(None);
                }
                quoted.check_escapes(line)?;
                match after.get(blanks + 1) {
                    None | Some(b' ') if length <= KEY_LIMIT => Ok(Some(length)),
                    _ => Err(Unsure),
                }
            }
            Some(first) if !starts_plain(*first, rest.get(1).copied()) => match first {
                b'|' | b'>' | b'{' | b'[' => Ok(None),
                _ => Err(Unsure),
            },
            Some(_) => self.plain_key_length(rest),
        }
    }

    fn plain_key_length(&self, rest: &[u8]) -> Sure<Option<usize>> {
        match self.plain_stop(rest)? {
            (end, Stop::Colon) => {
                let length = trimmed(rest, end);
                let is_sure = length > 0 && length <= KEY_LIMIT;
                if is_sure { Ok(Some(length)) } else { Err(Unsure) }
            }
            _ => Ok(None),
        }
    }

    /// Where plain text ends on its line, and by what. A tab in it, or behind its colon, is not for the scanner.
    #[inline]
    fn plain_stop(&self, rest: &[u8]) -> Sure<(usize, Stop)> {
        let mut from = 0;
        let (end, stop) = loop {
            let Some(index) = next_mark(rest, from) else { break (rest.len(), Stop::Line) };
            match rest.get(index) {
                Some(b'\n') => break (index, Stop::Line),
                Some(b':') if matches!(rest.get(index + 1), None | Some(b' ' | b'\n')) => {
                    break (index, Stop::Colon);
                }
                Some(b'#') if index == 0 || rest.get(index - 1) == Some(&b' ') => {
                    break (index, Stop::Comment);
                }
                _ => from = index + 1,
            }
        };
        if self.has_tabs && memchr(b'\t', rest.get(..end).unwrap_or_default()).is_some() {
            return Err(Unsure);
        }
        Ok((end, stop))
    }

    /// Length of the plain text here without blanks behind it, and of its line; and whether a comment follows.
    fn plain_length(&self) -> Sure<(usize, usize, bool)> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        match self.plain_stop(rest)? {
            (_, Stop::Colon) => Err(Unsure),
            (end, Stop::Line) => Ok((trimmed(rest, end), end, false)),
            (end, Stop::Comment) => {
                let after = rest.get(end..).unwrap_or_default();
                Ok((trimmed(rest, end), end + line_length(after), true))
            }
        }
    }

    /// A plain scalar, perhaps over several lines that are indented beyond the column of its collection.
    pub(super) fn plain(&mut self, key: Key) -> Sure<()> {
        if !self.byte(0).is_some_and(|first| starts_plain(first, self.byte(1))) {
            return Err(Unsure);
        }
        let begin = self.here();
        let mut end;
        loop {
            let (length, line_length, is_commented) = self.plain_length()?;
            end = offset(self.position + length);
            self.position += line_length;
            if self.position < self.bytes.len() {
                self.position += 1;
            }
            let start = self.position;
            let continued = self.continuation()?;
            if is_commented && continued {
                return Err(Unsure);
            }
            if !continued {
                self.position = start;
                break;
            }
        }
        check_finite(self.bytes.get(begin as usize..end as usize).unwrap_or_default())?;
        self.add(key.node(Kind::Scalar, Style::Plain, begin, end));
        Ok(())
    }

    /// Whether the next line that is not empty continues a scalar; the position is then at its text.
    fn continuation(&mut self) -> Sure<bool> {
        loop {
            let start = self.position;
            self.skip_indentation();
            match self.byte(0) {
                None | Some(b'#') => return Ok(false),
                Some(b'\n') => self.position += 1,
                Some(b'\t') => return Err(Unsure),
                Some(_) => {
                    return Ok(self.position - start > self.column());
                }
            }
        }
    }

    /// A quoted scalar as a value, perhaps over several lines.
    pub(super) fn quoted(&mut self, key: Key) -> Sure<()> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let quoted = Quoted::at(rest).ok_or(Unsure)?;
        let text = rest.get(..quoted.length).unwrap_or_default();
        if memchr(b'\n', text).is_some() {
            check_quoted_lines(text, self.column())?;
        }
        quoted.check_escapes(text)?;
        let start = self.here();
        self.position += quoted.length;
        let end = self.here();
        self.finish_line()?;
        self.add(key.node(Kind::Scalar, quoted.style, start, end));
        Ok(())
    }

    /// `|` or `>` with its lines.
    pub(super) fn block_scalar(&mut self, key: Key) -> Sure<()> {
        let column = self.column();
        let start = self.here();
        let header = self.line();
        let style = if header.first() == Some(&b'|') { Style::Literal } else { Style::Folded };
        let header_length = header.len();
        let mut keep = false;
        let mut is_chomped = false;
        let mut explicit = None;
        let mut indicators = 1;
        for byte in header.iter().skip(1) {
            match byte {
                b'+' if !is_chomped => keep = true,
                b'-' if !is_chomped => {}
                b'1'..=b'9' if explicit.is_none() => explicit = Some(column + usize::from(byte - b'0')),
                b' ' => break,
                _ => return Err(Unsure),
            }
            is_chomped |= matches!(byte, b'+' | b'-');
            indicators += 1;
        }
        let tail = header.get(indicators..).unwrap_or_default().trim_ascii_start();
        if indicators > 3 || !(tail.is_empty() || tail.first() == Some(&b'#')) {
            return Err(Unsure);
        }
        let mut end = self.position + header.trim_ascii_end().len();
        self.position += header_length;
        let mut indent = explicit;
        let mut deepest_blank = 0;
        let mut trailing = end;
        while self.position < self.bytes.len() {
            let line_start = self.position + 1;
            let rest = self.bytes.get(line_start..).unwrap_or_default();
            let length = line_length(rest);
            let line = rest.get(..length).unwrap_or_default();
            let blanks = blanks(line);
            if blanks == line.len() && indent.is_none_or(|indent| blanks <= indent) {
                // An empty line belongs to the scalar only if content or `+` follows.
                if line_start < self.bytes.len() {
                    trailing = line_start + length;
                }
                deepest_blank = deepest_blank.max(blanks);
                self.position = line_start + length;
                continue;
            }
            let needed = *indent.get_or_insert(blanks);
            if blanks < needed || needed <= column {
                if indent == Some(blanks) && blanks <= column {
                    indent = None;
                }
                break;
            }
            if explicit.is_none() && deepest_blank > needed
                || line.get(blanks) == Some(&b'\t') && blanks == needed
            {
                return Err(Unsure);
            }
            deepest_blank = 0;
            end = line_start + length;
            trailing = end;
            self.position = end;
        }
        // The position is at the line end before the first line that is not ours, or at the end of the text.
        if self.position < self.bytes.len() {
            self.position += 1;
        }
        if indent.is_none() {
            // Parsers differ on where a scalar without text ends.
            return Err(Unsure);
        }
        if keep && self.position >= self.bytes.len() && self.bytes.last() != Some(&b'\n') {
            // The last line has no end, and whether one counts is subtle.
            return Err(Unsure);
        }
        let end = offset(if keep { trailing } else { end });
        let column = offset(indent.unwrap_or(column + 1));
        self.add(Node { column, ..key.node(Kind::Scalar, style, start, end) });
        Ok(())
    }
}

/// The next colon, line end or `#`: there is one every few bytes, so that a call of a search costs more than it.
#[inline]
fn next_mark(text: &[u8], from: usize) -> Option<usize> {
    let (chunks, rest) = text.get(from..)?.as_chunks::<16>();
    for (index, chunk) in chunks.iter().enumerate() {
        let bytes = u8x16::new(*chunk);
        let is = |byte: u8| bytes.simd_eq(u8x16::splat(byte));
        let found = (is(b':') | is(b'\n') | is(b'#')).to_bitmask();
        if found != 0 {
            return Some(from + 16 * index + found.trailing_zeros() as usize);
        }
    }
    let found = rest.iter().position(|byte| matches!(byte, b':' | b'\n' | b'#'))?;
    Some(from + 16 * chunks.len() + found)
}

/// What ends plain text on a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// A colon that makes it a key.
    Colon,
    Comment,
    /// The end of the line, or of the text.
    Line,
}

/// Length of the text before `end` without the blanks at its end.
fn trimmed(text: &[u8], end: usize) -> usize {
    if end.checked_sub(1).and_then(|last| text.get(last)).is_some_and(|last| *last != b' ') {
        return end;
    }
    text.get(..end).unwrap_or_default().iter().rposition(|byte| *byte != b' ').map_or(0, |index| index + 1)
}

/// Leaves infinity and NaN to the parser, which refuses them.
pub(super) fn check_finite(text: &[u8]) -> Sure<()> {
    let name = text.strip_prefix(b"+").or_else(|| text.strip_prefix(b"-")).unwrap_or(text);
    match name {
        b".inf" | b".Inf" | b".INF" | b".nan" | b".NaN" | b".NAN" => Err(Unsure),
        _ => Ok(()),
    }
}

/// Whether a plain scalar may begin with this byte.
fn starts_plain(first: u8, second: Option<u8>) -> bool {
    match first {
        b'-' | b'?' | b':' => !matches!(second, None | Some(b' ' | b'\t' | b'\n')),
        b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%'
        | b'@' | b'`' => false,
        _ => first > b' ' && first != 0x7f,
    }
}

/// A quoted scalar that a text begins with.
pub(super) struct Quoted {
    /// With its quotes.
    pub(super) length: usize,
    pub(super) style: Style,
    has_escapes: bool,
}

impl Quoted {
    /// None where it does not end.
    pub(super) fn at(text: &[u8]) -> Option<Self> {
        let is_single = *text.first()? == b'\'';
        let style = if is_single { Style::Single } else { Style::Double };
        let mut has_escapes = false;
        let mut length = 1;
        loop {
            let rest = text.get(length..)?;
            if is_single {
                length += memchr(b'\'', rest)? + 1;
                if text.get(length) != Some(&b'\'') {
                    return Some(Self { length, style, has_escapes });
                }
            } else {
                let index = memchr::memchr2(b'"', b'\\', rest)?;
                length += index + 1;
                if rest.get(index) == Some(&b'"') {
                    return Some(Self { length, style, has_escapes });
                }
                has_escapes = true;
            }
            length += 1;
        }
    }

    /// Whether its escapes are such as there are; `text` begins with it.
    pub(super) fn check_escapes(&self, text: &[u8]) -> Sure<()> {
        if self.has_escapes {
            let source =
                std::str::from_utf8(text.get(..self.length).unwrap_or_default()).map_err(|_| Unsure)?;
            super::decode::decode(source, self.style, 0).ok_or(Unsure)?;
        }
        Ok(())
    }
}

/// Lines of a quoted scalar after the first must be indented, and none may look like a document's separator.
fn check_quoted_lines(text: &[u8], column: usize) -> Sure<()> {
    for line in text.split(|byte| *byte == b'\n').skip(1) {
        let blanks = blanks(line);
        let is_empty = line.get(blanks..).unwrap_or_default().trim_ascii().is_empty();
        if !is_empty && blanks <= column || memchr(b'\t', line).is_some() {
            return Err(Unsure);
        }
    }
    Ok(())
}
