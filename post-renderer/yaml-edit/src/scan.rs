//! The fast scanner: block collections by indentation, line by line. It reads what it fully understands and hands
//! over everything else; it never judges a document wrong.

use super::characters::{has_odd_bytes, is_usual};
use super::line::{Line, Plain, Rest, line_length};
use super::resolve::is_special;
use super::scan_block::{Open, Start};
use super::tree::{Kind, NONE, Node, Style, Tree};
use wide::u8x16;

/// The scanner does not understand this document: the parser decides.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unsure;

pub(super) type Sure<T> = Result<T, Unsure>;

/// The state of the scanner.
pub(super) struct Scanner<'t, 'a> {
    pub(super) tree: &'t mut Tree<'a>,
    pub(super) bytes: &'a [u8],
    /// Where what is unusual is read. Usual lines pass without it.
    pub(super) position: usize,
    /// Whether there is any tab, which most documents do not have and keys and plain text must not.
    pub(super) has_tabs: bool,
    /// The innermost of the open collections; the others are those that it is in.
    pub(super) open: Open,
    pub(super) depth: usize,
    /// Where the value that was read last ends, and so the collections that end with it.
    pub(super) end: u32,
    /// How many nodes there may be.
    limit: usize,
}

/// Fills the tree from its text.
pub(super) fn scan(tree: &mut Tree<'_>, limit: usize) -> Sure<()> {
    let bytes = tree.text.as_bytes();
    if bytes.len() > (1 << 30) {
        return Err(Unsure);
    }
    let is_usual = is_usual(bytes);
    if !is_usual && has_odd_bytes(bytes) {
        return Err(Unsure);
    }
    let has_tabs = !is_usual && memchr::memchr(b'\t', bytes).is_some();
    Scanner { tree, bytes, position: 0, has_tabs, open: Open::NONE, depth: 0, end: 0, limit }.lines()
}

/// What was read before a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// A value that has ended.
    Value,
    /// Plain text, which a line with more indentation continues.
    Word,
    /// A key or dash without a value so far. An empty one was added for it.
    Nothing,
}

impl Scanner<'_, '_> {
    /// Reads line by line to the end of the text.
    #[inline(never)]
    fn lines(&mut self) -> Sure<()> {
        // The document is the value of nothing, and begins on a line below that.
        self.add(Key::default().node(Kind::Scalar, Style::Plain, 0, 0));
        let mut before = Before::Nothing;
        let mut at = 0;
        loop {
            self.check_limit()?;
            let line = Line::at(self.bytes, at);
            let column = line.column;
            if !line.has_content() || before == Before::Word && self.open.holds(column) {
                let Some(next) = self.unusual_line(&line, before)? else { break };
                if before == Before::Word {
                    before = Before::Value;
                }
                at = next;
                continue;
            }
            let start = self.start(&line, line.first, line.content)?;
            if before == Before::Nothing && self.open.nests(column, start) {
                if start == Start::Other {
                    at = self.value_below(line.content)?;
                    before = Before::Value;
                    continue;
                }
                self.nest(column, line.content, start)?;
            } else if !self.open.goes_on(column, start) {
                self.close_to(column, start)?;
            }
            let (key, after) = self.entry(&line, start)?;
            (before, at) = self.value(line.rest(after), key, after)?;
        }
        self.close_all()
    }

    /// The start of the line behind one that has no content or may go on with the text before it; nothing at the
    /// end of the text.
    #[inline]
    fn unusual_line(&mut self, line: &Line, before: Before) -> Sure<Option<u32>> {
        match line.first {
            0 => return Ok(None),
            b'#' => {
                self.position = line.content as usize;
                self.skip_line();
            }
            _ if before == Before::Word => self.long_text()?,
            b'\n' => return Ok(Some(line.content + 1)),
            // A tab may stand before a comment or line end, but never indents.
            _ => return Err(Unsure),
        }
        Ok(Some(self.here()))
    }

    /// Reads plain text once more that may go on behind its line.
    #[cold]
    #[inline(never)]
    fn long_text(&mut self) -> Sure<()> {
        let (key, start) = self.take_back();
        self.position = start as usize;
        self.plain(key)
    }

    /// The block collection that begins at this place of a line with this byte, if one does.
    #[inline]
    fn start(&mut self, line: &Line, first: u8, place: u32) -> Sure<Start> {
        match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'/'..=b'9' | b'_' => match line.plain(self.bytes) {
                Plain::Key(end) => return Ok(Start::Key(end)),
                Plain::Value => return Ok(Start::Other),
                Plain::Unclear => {}
            },
            b'-' if self.is_dash(place) => return Ok(Start::Dash),
            _ => {}
        }
        self.unusual_start(place)
    }

    /// The same, by a look at each byte of the key.
    #[cold]
    #[inline(never)]
    fn unusual_start(&mut self, place: u32) -> Sure<Start> {
        self.position = place as usize;
        let length = self.key_length()?;
        Ok(length.map_or(Start::Other, |length| Start::Key(place + offset(length))))
    }

    fn is_dash(&self, place: u32) -> bool {
        let at = |place: u32| self.bytes.get(place as usize);
        at(place) == Some(&b'-') && matches!(at(place + 1), None | Some(b' ' | b'\n'))
    }

    /// The key or dash on a line of the open collection that a value belongs to, and where that begins or the
    /// blanks before it. The collections that begin behind dashes are opened.
    #[inline]
    fn entry(&mut self, line: &Line, mut start: Start) -> Sure<(Key, u32)> {
        let mut place = line.content;
        if start == Start::Dash {
            let mut inner = line.rest(place + 1).content();
            if matches!(self.bytes.get(inner as usize), Some(b' ' | b'-')) {
                place = self.dashes(line.content - line.column, place)?;
                inner = self.content_from(place + 1);
            }
            start = match self.bytes.get(inner as usize) {
                None | Some(b'\n' | b'#') => Start::Other,
                Some(quote @ (b'"' | b'\'')) if line.rest(inner).quoted_end(self.bytes, *quote).is_some() => {
                    Start::Other
                }
                Some(first) => self.start(line, *first, inner)?,
            };
            let dash = Key { start: place, end: place + 1 };
            if start == Start::Other {
                return Ok((dash, dash.end));
            }
            self.begin(dash, line.column + (inner - line.content), inner, start)?;
            place = inner;
        }
        let Start::Key(end) = start else { return Err(Unsure) };
        self.check_key(place, end)?;
        let is_apart = self.bytes.get(end as usize) != Some(&b':');
        let colon = if is_apart { self.content_from(end) } else { end };
        Ok((Key { start: place, end }, colon + 1))
    }

    /// Leaves keys that are not text to Kubernetes to the parser: `8080`, `y`, `null`, `<<`.
    #[inline]
    pub(super) fn check_key(&self, start: u32, end: u32) -> Sure<()> {
        let may_be_special = |first: &u8| !matches!(first, b'a'..=b'e' | b'g'..=b'm' | b'p'..=b's' | b'u'..=b'x' | b'\"' | b'\'');
        let first = self.bytes.get(start as usize);
        if first.is_some_and(may_be_special) && is_special(self.tree.slice(start, end)) {
            return Err(Unsure);
        }
        Ok(())
    }

    /// Opens the sequences that begin behind a dash with more dashes, and gives the last of these.
    #[cold]
    #[inline(never)]
    fn dashes(&mut self, line: u32, mut place: u32) -> Sure<u32> {
        loop {
            let inner = self.content_from(place + 1);
            if !self.is_dash(inner) {
                return Ok(place);
            }
            self.begin(Key { start: place, end: place + 1 }, inner - line, inner, Start::Dash)?;
            place = inner;
        }
    }

    /// The end of the blanks at this place.
    #[cold]
    #[inline(never)]
    fn content_from(&self, place: u32) -> u32 {
        place + offset(blanks(self.bytes.get(place as usize..).unwrap_or_default()))
    }

    /// The value behind a colon or dash: what was read then, and where the next line begins.
    #[inline]
    fn value(&mut self, rest: Rest, key: Key, after: u32) -> Sure<(Before, u32)> {
        let start = rest.content();
        let (style, end, before) = match self.bytes.get(start as usize) {
            Some(b'\n') => {
                self.add(key.node(Kind::Scalar, Style::Plain, after, after));
                return Ok((Before::Nothing, start + 1));
            }
            Some(b'"') => (Style::Double, rest.quoted_end(self.bytes, b'"'), Before::Value),
            Some(b'\'') => (Style::Single, rest.quoted_end(self.bytes, b'\''), Before::Value),
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'/'..=b'9') => {
                (Style::Plain, rest.word_end(self.bytes), Before::Word)
            }
            _ => (Style::Plain, None, Before::Value),
        };
        if let Some(end) = end {
            self.add(key.node(Kind::Scalar, style, start, end));
            return Ok((before, end + 1));
        }
        let before = self.unusual_value(key, after)?;
        Ok((before, self.here()))
    }

    /// A value that may be of any kind but a block collection. The position ends at a line start.
    #[inline(never)]
    fn unusual_value(&mut self, key: Key, after: u32) -> Sure<Before> {
        self.position = after as usize;
        self.skip_blanks();
        match self.byte(0) {
            None | Some(b'\n' | b'#') => {
                if self.byte(0) == Some(b'#') && self.here() == after {
                    return Err(Unsure);
                }
                self.add(key.node(Kind::Scalar, Style::Plain, after, after));
                self.skip_line();
                return Ok(Before::Nothing);
            }
            Some(b'|' | b'>') => self.block_scalar(key)?,
            Some(b'\t') => return Err(Unsure),
            _ => self.value_on_its_line(key)?,
        }
        Ok(Before::Value)
    }

    /// A value, other than a block collection, on the line below its key or dash.
    #[cold]
    #[inline(never)]
    fn value_below(&mut self, place: u32) -> Sure<u32> {
        if self.open.id == NONE {
            return Err(Unsure);
        }
        let (key, _) = self.take_back();
        self.position = place as usize;
        self.value_on_its_line(key)?;
        Ok(self.here())
    }

    /// A value here, other than a block collection or a block scalar.
    fn value_on_its_line(&mut self, key: Key) -> Sure<()> {
        match self.byte(0) {
            Some(b'{' | b'[') => {
                self.flow(key)?;
                self.finish_line()
            }
            Some(b'"' | b'\'') => self.quoted(key),
            Some(b'|' | b'>') => Err(Unsure),
            _ => self.plain(key),
        }
    }

    /// Leaves a document of too many values to the parser, which refuses it.
    #[inline]
    pub(super) fn check_limit(&self) -> Sure<()> {
        if self.tree.nodes.len() < self.limit { Ok(()) } else { Err(Unsure) }
    }

    pub(super) fn byte(&self, offset: usize) -> Option<u8> {
        self.bytes.get(self.position + offset).copied()
    }

    pub(super) fn here(&self) -> u32 {
        offset(self.position)
    }

    /// The column of the collection that a value is in.
    pub(super) fn column(&self) -> usize {
        self.open.column() as usize
    }

    #[inline]
    pub(super) fn skip_blanks(&mut self) {
        // Where one stands, hardly ever more do.
        if self.byte(0) == Some(b' ') {
            self.position += 1;
        }
        if self.byte(0) == Some(b' ') {
            self.skip_indentation();
        }
    }

    pub(super) fn skip_indentation(&mut self) {
        self.position += blanks(self.bytes.get(self.position..).unwrap_or_default());
    }

    fn skip_line(&mut self) {
        if self.byte(0) == Some(b'\n') {
            self.position += 1;
            return;
        }
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        self.position += rest.len().min(line_length(rest) + 1);
    }

    /// After a value: blanks, perhaps a comment, and the line end.
    pub(super) fn finish_line(&mut self) -> Sure<()> {
        let start = self.position;
        self.skip_blanks();
        match self.byte(0) {
            None => Ok(()),
            Some(b'\n') => {
                self.position += 1;
                Ok(())
            }
            Some(b'#') if self.position > start => {
                self.skip_line();
                Ok(())
            }
            Some(_) => Err(Unsure),
        }
    }
}

/// Where the key or dash of a value is.
#[derive(Clone, Copy, Default)]
pub(super) struct Key {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Key {
    /// The node of its value, without anchor and tag.
    pub(super) fn node(self, kind: Kind, style: Style, start: u32, end: u32) -> Node {
        Node {
            key_start: self.start,
            key_end: self.end,
            properties: start,
            start,
            end,
            ..Node::new(kind, style)
        }
    }
}

/// Number of blanks that a text begins with: most of a manifest is indentation.
#[inline]
pub(super) fn blanks(text: &[u8]) -> usize {
    let (chunks, rest) = text.as_chunks::<16>();
    for (index, chunk) in chunks.iter().enumerate() {
        let blanks = u8x16::new(*chunk).simd_eq(u8x16::splat(b' ')).to_bitmask().trailing_ones();
        if blanks < 16 {
            return 16 * index + blanks as usize;
        }
    }
    16 * chunks.len() + rest.iter().take_while(|byte| **byte == b' ').count()
}

pub(super) fn offset(position: usize) -> u32 {
    // `scan` refuses texts beyond 1 GiB.
    u32::try_from(position).unwrap_or(NONE)
}
