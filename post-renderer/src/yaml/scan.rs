//! The fast scanner: block collections by indentation. It reads what it fully understands and hands over
//! everything else; it never judges a document wrong.

use super::tree::{Kind, NONE, Node, NodeId, Style, Tree};

/// The scanner does not understand this document: the reference parser decides.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unsure;

pub(super) type Sure<T> = Result<T, Unsure>;

/// The state of the scanner: everything before `position` is read.
pub(super) struct Scanner<'t, 'a> {
    pub(super) tree: &'t mut Tree<'a>,
    pub(super) bytes: &'a [u8],
    pub(super) position: usize,
    /// Start of the line that `next_content` found content in.
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
    if bytes.len() > (1 << 30) || has_odd_bytes(bytes) {
        return Err(Unsure);
    }
    let has_tabs = memchr::memchr(b'\t', bytes).is_some();
    let mut scanner =
        Scanner { tree, bytes, position: 0, line: usize::MAX, content: usize::MAX, has_tabs, depth: 0 };
    let column = scanner.next_content()?.ok_or(Unsure)?;
    let start = scanner.start()?.ok_or(Unsure)?;
    scanner.block(NONE, Node::new(Kind::Scalar, Style::Plain), column, start)?;
    match scanner.next_content()? {
        None => Ok(()),
        Some(_) => Err(Unsure),
    }
}

/// Whether there are bytes that only the reference parser judges: line ends of two bytes, control characters,
/// and what begins a line separator, a byte-order mark or another character that is not printable.
fn has_odd_bytes(bytes: &[u8]) -> bool {
    // Without an early exit the compiler makes wide instructions of it.
    let odd = bytes.iter().fold(0_u8, |odd, byte| {
        let is_control = *byte < b' ' && *byte != b'\n' && *byte != b'\t';
        odd | u8::from(is_control || *byte == 0x7f) | (u8::from(*byte >= 0x80) << 1)
    });
    let is_unprintable =
        |pair: &[u8]| matches!(pair, [0xC2, 0x80..=0x9F] | [0xE2, 0x80] | [0xEF, 0xBB..=0xBF]);
    odd & 1 == 1 || (odd & 2 == 2 && bytes.windows(2).any(is_unprintable))
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
    fn next_content(&mut self) -> Sure<Option<usize>> {
        if self.position == self.line && self.line < self.bytes.len() {
            self.position = self.content;
            return Ok(Some(self.content - self.line));
        }
        loop {
            let start = self.position;
            self.skip_blanks();
            self.line = start;
            self.content = self.position;
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

    pub(super) fn skip_blanks(&mut self) {
        self.position += blanks(self.bytes.get(self.position..).unwrap_or_default());
    }

    fn skip_line(&mut self) {
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
    fn block(&mut self, parent: NodeId, node: Node, column: usize, start: Start) -> Sure<NodeId> {
        self.depth += 1;
        if self.depth > super::DEPTH_LIMIT {
            return Err(Unsure);
        }
        let id = match start {
            Start::Dash => self.sequence(parent, node, column)?,
            Start::Key(length) => self.mapping(parent, node, column, length)?,
        };
        self.depth -= 1;
        Ok(id)
    }

    /// A mapping whose first key has the given length.
    fn mapping(&mut self, parent: NodeId, node: Node, column: usize, mut length: usize) -> Sure<NodeId> {
        let start = self.here();
        let id = self.tree.push(
            parent,
            Node {
                kind: Kind::Mapping,
                style: Style::Block,
                start,
                properties: start,
                column: offset(column),
                ..node
            },
        );
        loop {
            let key_start = self.here();
            self.position += length;
            let key_end = self.here();
            self.skip_blanks();
            // `key_length` has seen the colon.
            self.position += 1;
            let member = Node { key_start, key_end, ..Node::new(Kind::Scalar, Style::Plain) };
            let child = self.value(id, member, column, Place::Member)?;
            let end = self.tree.node(child).end;
            self.tree.node_mut(id).end = end;
            if self.next_content()? != Some(column) {
                return Ok(id);
            }
            length = match self.start()? {
                Some(Start::Key(length)) => length,
                _ => return Err(Unsure),
            };
        }
    }

    fn sequence(&mut self, parent: NodeId, node: Node, column: usize) -> Sure<NodeId> {
        let start = self.here();
        let id = self.tree.push(
            parent,
            Node {
                kind: Kind::Sequence,
                style: Style::Block,
                start,
                properties: start,
                column: offset(column),
                ..node
            },
        );
        loop {
            let key_start = self.here();
            self.position += 1;
            let item = Node { key_start, key_end: key_start + 1, ..Node::new(Kind::Scalar, Style::Plain) };
            let child = self.value(id, item, column, Place::Item)?;
            let end = self.tree.node(child).end;
            self.tree.node_mut(id).end = end;
            if self.next_content()? != Some(column) {
                return Ok(id);
            }
            if !self.is_dash() {
                // A mapping goes on after its list: `key:` above dashes of the same column.
                self.rewind_line();
                return Ok(id);
            }
        }
    }

    /// Back to the start of the line that was looked at last, so that a collection further out reads it.
    fn rewind_line(&mut self) {
        self.position = self.line;
    }

    /// The value after a colon or dash. The position ends at a line start.
    fn value(&mut self, parent: NodeId, mut node: Node, column: usize, place: Place) -> Sure<NodeId> {
        let after = self.position;
        self.skip_blanks();
        node.start = self.here();
        node.properties = node.start;
        node.end = node.start;
        match self.byte(0) {
            None | Some(b'\n' | b'#') => {
                if self.byte(0) == Some(b'#') && self.position == after {
                    return Err(Unsure);
                }
                self.skip_line();
                self.value_below(parent, node, column, place, after)
            }
            Some(b'|' | b'>') => self.block_scalar(parent, node, column),
            Some(b'{' | b'[') => {
                let id = self.flow(parent, node)?;
                self.finish_line()?;
                Ok(id)
            }
            Some(b'\t') => Err(Unsure),
            Some(first) => {
                if place == Place::Item
                    && let Some(start) = self.start()?
                {
                    let inner = column + 1 + (self.position - after);
                    let id = self.block(parent, node, inner, start)?;
                    self.leave(inner, column)?;
                    return Ok(id);
                }
                match first {
                    b'"' | b'\'' => self.quoted(parent, node, column),
                    _ => self.plain(parent, node, column),
                }
            }
        }
    }

    /// The value of a key or dash whose line ends after it.
    fn value_below(
        &mut self,
        parent: NodeId,
        mut node: Node,
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
            let start = self.start()?.ok_or(Unsure)?;
            let id = self.block(parent, node, inner, start)?;
            self.leave(inner, column)?;
            return Ok(id);
        }
        if inner.is_some() {
            self.rewind_line();
        }
        node.start = offset(after);
        node.properties = node.start;
        node.end = node.start;
        Ok(self.tree.push(parent, node))
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

/// Number of blanks that a text begins with, counted eight at a time: most of a manifest is indentation.
pub(super) fn blanks(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let others = u64::from_le_bytes(*word) ^ u64::from_le_bytes([b' '; 8]);
        if others != 0 {
            return 8 * index + others.trailing_zeros() as usize / 8;
        }
    }
    8 * words.len() + rest.iter().take_while(|byte| **byte == b' ').count()
}

pub(super) fn offset(position: usize) -> u32 {
    // `scan` refuses texts beyond 1 GiB.
    u32::try_from(position).unwrap_or(NONE)
}
