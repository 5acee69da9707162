//! The fast scanner: block collections by indentation. It reads what it fully understands and hands over
//! everything else; it never judges a document wrong.

use super::tree::{Kind, NONE, Node, NodeId, Style, Tree};
use wide::u8x16;

/// The scanner does not understand this document: the reference parser decides.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unsure;

pub(super) type Sure<T> = Result<T, Unsure>;

/// The state of the scanner: everything before `position` is read.
pub(super) struct Scanner<'t, 'a> {
    pub(super) tree: &'t mut Tree<'a>,
    pub(super) bytes: &'a [u8],
    pub(super) position: usize,
    /// Start of the line that content was found in last.
    line: usize,
    /// Where the content of that line begins: several collections look at a line before one of them reads it.
    content: usize,
    /// Whether there is any tab, which most documents do not have and keys and plain text must not.
    pub(super) has_tabs: bool,
    depth: usize,
}

/// Fills the tree from its text.
pub(super) fn scan(tree: &mut Tree<'_>) -> Sure<()> {
    let bytes = tree.text.as_bytes();
    if bytes.len() > (1 << 30) {
        return Err(Unsure);
    }
    let is_usual = is_usual(bytes);
    if !is_usual && has_odd_bytes(bytes) {
        return Err(Unsure);
    }
    let has_tabs = !is_usual && memchr::memchr(b'\t', bytes).is_some();
    let mut scanner =
        Scanner { tree, bytes, position: 0, line: usize::MAX, content: usize::MAX, has_tabs, depth: 0 };
    let column = scanner.next_content()?.ok_or(Unsure)?;
    let start = scanner.start()?.ok_or(Unsure)?;
    scanner.block(NONE, Key::default(), column, start)?;
    match scanner.next_content()? {
        None => Ok(()),
        Some(_) => Err(Unsure),
    }
}

/// Whether there is nothing but printable ASCII and line ends, as in most documents.
fn is_usual(bytes: &[u8]) -> bool {
    let (chunks, rest) = bytes.as_chunks::<16>();
    let usual = |chunk: [u8; 16]| {
        let bytes = u8x16::new(chunk);
        let printable = bytes.max(u8x16::splat(b' ')).min(u8x16::splat(b'~')).simd_eq(bytes);
        printable | bytes.simd_eq(u8x16::splat(b'\n'))
    };
    let mut last = [b' '; 16];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    // Without an early exit: hardly any document has a reason for one.
    chunks.iter().fold(usual(last), |so_far, chunk| so_far & usual(*chunk)).to_bitmask() == 0xFFFF
}

/// Whether there are characters that only the reference parser judges: control characters, line ends of other
/// standards (U+0085, U+2028, U+2029), byte-order marks and what else is not printable.
fn has_odd_bytes(bytes: &[u8]) -> bool {
    let is_control = |byte: u8| matches!(byte, 0..b' ' | 0x7f) && byte != b'\n' && byte != b'\t';
    let is_odd = |rest: &[u8]| {
        matches!(
            rest,
            [0xC2, 0x80..=0x9F, ..]
                | [0xE2, 0x80, 0xA8 | 0xA9, ..]
                | [0xEF, 0xBB, 0xBF, ..]
                | [0xEF, 0xBF, 0xBE | 0xBF, ..]
        )
    };
    bytes.iter().any(|byte| is_control(*byte))
        || memchr::memchr3_iter(0xC2, 0xE2, 0xEF, bytes).any(|start| bytes.get(start..).is_some_and(is_odd))
}

impl Scanner<'_, '_> {
    pub(super) fn byte(&self, offset: usize) -> Option<u8> {
        self.bytes.get(self.position + offset).copied()
    }

    pub(super) fn here(&self) -> u32 {
        offset(self.position)
    }

    /// Skips blank and comment lines from a line's start to the next content and gives its column. The position
    /// is then at the content; at the end of the text there is none.
    #[inline]
    fn next_content(&mut self) -> Sure<Option<usize>> {
        if self.position == self.line && self.line < self.bytes.len() {
            self.position = self.content;
            return Ok(Some(self.content - self.line));
        }
        self.search_content()
    }

    fn search_content(&mut self) -> Sure<Option<usize>> {
        loop {
            let start = self.position;
            self.skip_indentation();
            self.remember_line(start);
            match self.byte(0) {
                None => {
                    self.line = self.position;
                    return Ok(None);
                }
                Some(b'\n') => self.position += 1,
                Some(b'#') => self.skip_line(),
                // A tab may stand before a comment or line end, but never indents.
                Some(b'\t') => return Err(Unsure),
                Some(_) => return Ok(Some(self.position - start)),
            }
        }
    }

    /// Remembers the line whose content begins at the position.
    pub(super) fn remember_line(&mut self, start: usize) {
        self.line = start;
        self.content = self.position;
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
        self.position += memchr::memchr(b'\n', rest).map_or(rest.len(), |index| index + 1);
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

    fn is_dash(&self) -> bool {
        self.byte(0) == Some(b'-') && matches!(self.byte(1), None | Some(b' ' | b'\n'))
    }

    /// The block collection that begins here, if one does.
    fn start(&self) -> Sure<Option<Start>> {
        if self.is_dash() {
            return Ok(Some(Start::Dash));
        }
        Ok(self.key_length()?.map(Start::Key))
    }

    /// A block collection that begins here, at `column`, on its own line or after dashes. The position ends at a
    /// line start.
    fn block(&mut self, parent: NodeId, key: Key, column: usize, start: Start) -> Sure<NodeId> {
        self.depth += 1;
        if self.depth > super::DEPTH_LIMIT {
            return Err(Unsure);
        }
        let id = match start {
            Start::Dash => self.sequence(parent, key, column)?,
            Start::Key(length) => self.mapping(parent, key, column, length)?,
        };
        self.depth -= 1;
        Ok(id)
    }

    /// A mapping whose first key has the given length.
    fn mapping(&mut self, parent: NodeId, key: Key, column: usize, mut length: usize) -> Sure<NodeId> {
        let id = self.collection(parent, key, Kind::Mapping, column);
        loop {
            let start = self.here();
            self.position += length;
            let end = self.here();
            // `key_length` has seen the colon, which hardly ever stands apart from its key.
            if self.byte(0) != Some(b':') {
                self.skip_blanks();
            }
            self.position += 1;
            let key = Key { start, end };
            if !self.word(id, key, column)? {
                self.value(id, key, column, Place::Member)?;
            }
            if self.next_content()? != Some(column) {
                return Ok(self.closed(id));
            }
            length = match self.start()? {
                Some(Start::Key(length)) => length,
                _ => return Err(Unsure),
            };
        }
    }

    fn sequence(&mut self, parent: NodeId, key: Key, column: usize) -> Sure<NodeId> {
        let id = self.collection(parent, key, Kind::Sequence, column);
        loop {
            let start = self.here();
            self.position += 1;
            self.value(id, Key { start, end: start + 1 }, column, Place::Item)?;
            if self.next_content()? != Some(column) {
                return Ok(self.closed(id));
            }
            if !self.is_dash() {
                // A mapping goes on after its list: `key:` above dashes of the same column.
                self.rewind_line();
                return Ok(self.closed(id));
            }
        }
    }

    /// A block collection that begins here.
    fn collection(&mut self, parent: NodeId, key: Key, kind: Kind, column: usize) -> NodeId {
        let start = self.here();
        self.tree.push(parent, Node { column: offset(column), ..key.node(kind, Style::Block, start, start) })
    }

    /// The collection, which ends where its last child does.
    fn closed(&mut self, id: NodeId) -> NodeId {
        let end = self.tree.node(self.tree.node(id).last).end;
        self.tree.node_mut(id).end = end;
        id
    }

    /// Back to the start of the line that was looked at last, so that a collection further out reads it.
    fn rewind_line(&mut self) {
        self.position = self.line;
    }

    /// The value after a colon or dash. The position ends at a line start.
    fn value(&mut self, parent: NodeId, key: Key, column: usize, place: Place) -> Sure<NodeId> {
        let after = self.position;
        self.skip_blanks();
        match self.byte(0) {
            None | Some(b'\n' | b'#') => {
                if self.byte(0) == Some(b'#') && self.position == after {
                    return Err(Unsure);
                }
                self.skip_line();
                self.value_below(parent, key, column, place, after)
            }
            Some(b'|' | b'>') => self.block_scalar(parent, key, column),
            Some(b'{' | b'[') => {
                let id = self.flow(parent, key)?;
                self.finish_line()?;
                Ok(id)
            }
            Some(b'\t') => Err(Unsure),
            Some(first) => {
                if place == Place::Item
                    && let Some(start) = self.start()?
                {
                    let inner = column + 1 + (self.position - after);
                    let id = self.block(parent, key, inner, start)?;
                    self.leave(inner, column)?;
                    return Ok(id);
                }
                match first {
                    b'"' | b'\'' => self.quoted(parent, key, column),
                    _ => self.plain(parent, key, column),
                }
            }
        }
    }

    /// The value of a key or dash whose line ends after it.
    fn value_below(
        &mut self,
        parent: NodeId,
        key: Key,
        column: usize,
        place: Place,
        after: usize,
    ) -> Sure<NodeId> {
        let inner = self.next_content()?;
        let nested = match inner {
            Some(inner) if inner > column => Some(inner),
            // A list may stand at the column of its key.
            Some(inner) if inner == column && place == Place::Member && self.is_dash() => Some(inner),
            _ => None,
        };
        if let Some(inner) = nested {
            let Some(start) = self.start()? else { return self.value_on_its_line(parent, key, column) };
            let id = self.block(parent, key, inner, start)?;
            self.leave(inner, column)?;
            return Ok(id);
        }
        if inner.is_some() {
            self.rewind_line();
        }
        let after = offset(after);
        Ok(self.tree.push(parent, key.node(Kind::Scalar, Style::Plain, after, after)))
    }

    /// A value that is no block collection on the line below its key or dash.
    fn value_on_its_line(&mut self, parent: NodeId, key: Key, column: usize) -> Sure<NodeId> {
        match self.byte(0) {
            Some(b'{' | b'[') => {
                let id = self.flow(parent, key)?;
                self.finish_line()?;
                Ok(id)
            }
            Some(b'"' | b'\'') => self.quoted(parent, key, column),
            Some(b'|' | b'>') => Err(Unsure),
            _ => self.plain(parent, key, column),
        }
    }

    /// After a nested collection: what follows belongs to a collection further out, never to a column between.
    fn leave(&mut self, inner: usize, outer: usize) -> Sure<()> {
        self.rewind_line();
        let line = self.position;
        let next = self.next_content()?;
        self.position = line;
        match next {
            Some(column) if column > outer && column != inner => Err(Unsure),
            // The inner collection would have gone on at its own column.
            Some(column) if column == inner && inner > outer => Err(Unsure),
            _ => Ok(()),
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

/// Whether a value stands after a key's colon or after a dash.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Member,
    Item,
}

/// How a block collection begins.
#[derive(Clone, Copy)]
enum Start {
    Dash,
    /// With a key of this length.
    Key(usize),
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
