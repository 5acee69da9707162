//! The fast scanner's block collections: which are open, where they begin, and what closes them.

use super::scan::{Key, Scanner, Sure, Unsure, offset};
use super::tree::{Kind, NONE, Node, NodeId, Style};

/// A block collection that more may follow in. What of its node is only known at its end is here until then.
#[derive(Clone, Copy)]
pub(super) struct Open {
    pub(super) id: NodeId,
    kind: Kind,
    /// The least column of what is in its entries: one beyond its own, and none outside of all.
    inner: u32,
    /// Its last child.
    last: NodeId,
}

impl Open {
    /// What the outermost collection is in.
    pub(super) const NONE: Self = Self { id: NONE, kind: Kind::Mapping, inner: 0, last: NONE };

    /// The column of its entries.
    pub(super) fn column(&self) -> u32 {
        self.inner.wrapping_sub(1)
    }

    /// Whether a line of this column is in an entry.
    #[inline]
    pub(super) fn holds(&self, column: u32) -> bool {
        column >= self.inner
    }

    /// Whether a line of this column, which begins like this, is an entry.
    #[inline]
    pub(super) fn goes_on(&self, column: u32, start: Start) -> bool {
        let kind = match start {
            Start::Dash => Kind::Sequence,
            Start::Key(_) => Kind::Mapping,
            Start::Other => return false,
        };
        column + 1 == self.inner && kind == self.kind
    }

    /// Whether such a line is the value of the key or dash before it, whose line ended after it.
    #[inline]
    pub(super) fn nests(&self, column: u32, start: Start) -> bool {
        // A list may stand at the column of its key.
        let is_list = self.kind == Kind::Mapping && start == Start::Dash;
        self.holds(column) || column + 1 == self.inner && is_list
    }
}

/// How a block collection begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Dash,
    /// With a key that ends here; its colon hardly ever stands apart from it.
    Key(u32),
    /// There is none.
    Other,
}

impl Start {
    fn kind(self) -> Kind {
        if self == Self::Dash { Kind::Sequence } else { Kind::Mapping }
    }
}

impl Scanner<'_, '_> {
    /// Appends a node to the open collection.
    #[inline]
    pub(super) fn add(&mut self, mut node: Node) -> NodeId {
        let id = offset(self.tree.nodes.len());
        node.parent = self.open.id;
        node.previous = self.open.last;
        if let Some(previous) = self.tree.nodes.get_mut(self.open.last as usize) {
            previous.next = id;
        }
        self.end = node.end;
        self.open.last = id;
        self.tree.nodes.push(node);
        id
    }

    /// Takes out the node that was added last; gives its key and where it began.
    pub(super) fn take_back(&mut self) -> (Key, u32) {
        let Some(node) = self.tree.nodes.pop() else { return (Key::default(), 0) };
        self.open.last = node.previous;
        (Key { start: node.key_start, end: node.key_end }, node.start)
    }

    /// A block collection that begins at this place behind a dash.
    #[inline]
    pub(super) fn begin(&mut self, key: Key, column: u32, place: u32, start: Start) -> Sure<()> {
        let kind = start.kind();
        let id = self.add(Node { column, ..key.node(kind, Style::Block, place, place) });
        // Block collections are never empty.
        self.tree.node_mut(id).first = id + 1;
        self.enter(Open { id, kind, inner: column + 1, last: NONE })
    }

    /// The block collection that begins at this place is the value of the key or dash on a line before, for which
    /// an empty one was added.
    #[inline]
    pub(super) fn nest(&mut self, column: u32, place: u32, start: Start) -> Sure<()> {
        let id = self.open.last;
        let kind = start.kind();
        let node = self.tree.node_mut(id);
        node.kind = kind;
        node.style = Style::Block;
        node.properties = place;
        node.start = place;
        node.column = column;
        node.first = id + 1;
        self.enter(Open { id, kind, inner: column + 1, last: NONE })
    }

    #[inline]
    fn enter(&mut self, open: Open) -> Sure<()> {
        self.depth += 1;
        self.open = open;
        if self.depth > super::DEPTH_LIMIT { Err(Unsure) } else { Ok(()) }
    }

    /// Closes collections up to the one that a line continues.
    #[inline(never)]
    pub(super) fn close_to(&mut self, column: u32, start: Start) -> Sure<()> {
        while column + 1 < self.open.inner {
            self.close();
        }
        // A mapping continues after its list: `key:` above dashes of the same column.
        if column + 1 == self.open.inner && self.open.kind == Kind::Sequence && start != Start::Dash {
            self.close();
        }
        if self.open.goes_on(column, start) { Ok(()) } else { Err(Unsure) }
    }

    /// Closes all collections, at the end of the text.
    pub(super) fn close_all(&mut self) -> Sure<()> {
        if self.open.id == NONE {
            return Err(Unsure);
        }
        while self.open.id != NONE {
            self.close();
        }
        Ok(())
    }

    /// Closes the open collection: it ends where its last child does.
    #[inline]
    fn close(&mut self) {
        let id = self.open.id;
        let node = self.tree.node_mut(id);
        node.end = self.end;
        node.last = self.open.last;
        let parent = node.parent;
        self.depth -= 1;
        self.open = match self.tree.nodes.get(parent as usize) {
            Some(node) => Open { id: parent, kind: node.kind, inner: node.column + 1, last: id },
            None => Open::NONE,
        };
    }
}
