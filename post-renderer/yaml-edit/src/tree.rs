//! The flat table of nodes: kinds, links and byte spans of one document. How values are read from it is in
//! `lookup`, how it is changed in `change`.

use super::index::Index;
use serde_json::Value;

/// Index of a node in its tree.
pub type NodeId = u32;
/// No node, no owned text.
pub const NONE: u32 = u32::MAX;

/// What a node is now (after changes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A single value.
    Scalar,
    /// Members with keys.
    Mapping,
    /// Items in order.
    Sequence,
    /// `*name`; the payload is the node that it stands for.
    Alias,
}

/// How a node is written in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
    Block,
    Flow,
}

/// What became of a node since it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it was read; with `dirty`, something below it changed.
    Original,
    /// Read from the source, but its value is another now.
    Replaced,
    /// Not in the source.
    New,
    /// In the source, but no more in the document.
    Removed,
}

/// The tag of a node, as far as it changes how a scalar is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    None,
    /// `!!str`, `!`, and tags that go-yaml does not know: the text stays a string.
    String,
    Binary,
    /// `!!int`, `!!float`, `!!bool`, `!!null`: read as if plain.
    Resolved,
}

/// One node. Spans are byte offsets in the document's text.
///
/// ```text
///   name: !!str &a "web" # why
///   ^   ^ ^        ^    ^
///   |   | |        |    end
///   |   | |        start
///   |   | properties
///   |   key_end
///   key_start                        column (of the mapping): 2
///
/// spec:            links of the node `ports`:
///   ports:           parent --> spec
///   - 80             first  --> 80      last --> 443
///   - 443            the nodes 80 and 443 refer to each other by `next` and `previous`;
///   ^                the key of an item is its dash
///   column of `ports`: 2
/// ```
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks in a table that is kept small")]
pub struct Node {
    pub kind: Kind,
    pub style: Style,
    pub state: State,
    pub tag: Tag,
    /// Whether something below changed.
    pub dirty: bool,
    /// Whether this node and what it is in were found fit to be changed.
    pub fit: bool,
    /// Whether an alias elsewhere stands for this node.
    pub shared: bool,
    /// Whether the order of the children is not that of the source.
    pub reordered: bool,
    /// Whether the key is written with `?`, bears a tag or an anchor, or has no colon.
    pub explicit: bool,
    /// Whether the key is a merge key: `<<`, not quoted, perhaps with its tag.
    pub merge: bool,
    /// Whether the key is a number or a boolean to go-yaml, and text only to JSON.
    pub typed_key: bool,
    pub parent: NodeId,
    pub next: NodeId,
    pub previous: NodeId,
    pub first: NodeId,
    pub last: NodeId,
    /// Of a mapping's member the key with its quotes; of a block sequence's item its dash.
    pub key_start: u32,
    pub key_end: u32,
    /// Where the anchor or tag before the value begins; `start` if there is none.
    pub properties: u32,
    pub start: u32,
    pub end: u32,
    /// Of block collections the column (in bytes) of keys or dashes; of block scalars that of their content.
    pub column: u32,
    /// Index in `values` (new and replaced scalars, texts cooked by the parser) or an alias' target.
    pub payload: u32,
    /// Index in `keys` for keys that are new or were cooked by the parser.
    pub key_payload: u32,
}

impl Node {
    pub const fn new(kind: Kind, style: Style) -> Self {
        Self {
            kind,
            style,
            state: State::Original,
            tag: Tag::None,
            dirty: false,
            fit: false,
            shared: false,
            reordered: false,
            explicit: false,
            merge: false,
            typed_key: false,
            parent: NONE,
            next: NONE,
            previous: NONE,
            first: NONE,
            last: NONE,
            key_start: 0,
            key_end: 0,
            properties: 0,
            start: 0,
            end: 0,
            column: 0,
            payload: NONE,
            key_payload: NONE,
        }
    }
}

/// One document: its text and its nodes. The first node is the root.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks of a document")]
pub struct Tree<'a> {
    /// The text of the document.
    pub text: &'a str,
    /// All nodes; a `NodeId` is an index.
    pub nodes: Vec<Node>,
    /// Values that `Node::payload` points at.
    pub values: Vec<Value>,
    /// Keys that `Node::key_payload` points at.
    pub keys: Vec<String>,
    /// Whether the fast scanner read it: block style, without anchors.
    pub by_scanner: bool,
    /// Whether the document is strict JSON and has to stay so.
    pub json: bool,
    /// Whether there are aliases or merge keys at all.
    pub aliased: bool,
    /// Whether any key is written in a way that is not edited around.
    pub odd_keys: bool,
    /// What was changed, where changes are collected.
    pub log: Option<Vec<Touch>>,
    /// The keys of large mappings.
    pub index: Index,
}

/// One change of the table, for reports.
#[derive(Clone, Debug)]
pub struct Touch {
    pub field: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// Why a text cannot be read or edited as a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Byte offset in the document.
    pub offset: usize,
    /// What is wrong there, for people.
    pub message: String,
    /// Whether the text is at fault, not what a rule wants of it.
    pub invalid: bool,
}

impl Fault {
    /// A fault that is not the document's own: something here cannot be edited.
    pub fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into(), invalid: false }
    }

    /// A fault of the text itself, which only shows where a rule edits it.
    pub fn invalid(offset: usize, message: impl Into<String>) -> Self {
        Self { invalid: true, ..Self::new(offset, message) }
    }
}

impl<'a> Tree<'a> {
    /// Empties the tree for another text, keeping its memory.
    pub fn reset(&mut self, text: &'a str) {
        self.text = text;
        self.nodes.clear();
        self.values.clear();
        self.keys.clear();
        self.by_scanner = false;
        self.json = false;
        self.aliased = false;
        self.odd_keys = false;
        self.index.clear();
        if let Some(log) = &mut self.log {
            log.clear();
        }
    }

    /// The same memory for a tree over another text.
    pub fn recycle<'b>(self) -> Tree<'b> {
        let Self { mut nodes, mut values, mut keys, log, .. } = self;
        nodes.clear();
        values.clear();
        keys.clear();
        Tree {
            text: "",
            nodes,
            values,
            keys,
            by_scanner: false,
            json: false,
            aliased: false,
            odd_keys: false,
            log: log.map(|_| Vec::new()),
            index: Index::default(),
        }
    }

    /// The root node.
    pub fn root(&self) -> NodeId {
        0
    }

    /// The node with this id.
    ///
    /// # Panics
    /// Never: ids come from this tree, and nodes are never taken out of it.
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id as usize).expect("node ids come from this tree and nodes are never taken out")
    }

    /// The node with this id, for changing it.
    ///
    /// # Panics
    /// Never: ids come from this tree, and nodes are never taken out of it.
    pub fn node_mut(&mut self, id: NodeId) -> &mut Node {
        self.nodes.get_mut(id as usize).expect("node ids come from this tree and nodes are never taken out")
    }

    /// The text between two offsets; empty if they are not a valid range.
    pub fn slice(&self, start: u32, end: u32) -> &'a str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Appends a node as the last child of `parent` (`NONE` for the root).
    #[inline]
    ///
    /// # Panics
    /// Never: input is limited to 256 MiB, so that ids fit 32 bits.
    pub fn push(&mut self, parent: NodeId, mut node: Node) -> NodeId {
        let id =
            NodeId::try_from(self.nodes.len()).expect("spans and ids fit 32 bits: input is limited to 1 GiB");
        node.parent = parent;
        if parent != NONE {
            let last = self.node(parent).last;
            node.previous = last;
            if last == NONE {
                self.node_mut(parent).first = id;
            } else {
                self.node_mut(last).next = id;
            }
            self.node_mut(parent).last = id;
        }
        self.nodes.push(node);
        self.index_last(parent, id);
        id
    }

    /// The children that are in the document now, in order.
    pub fn children(&self, id: NodeId) -> Children<'_, 'a> {
        Children { tree: self, next: self.node(id).first }
    }

    /// Byte offset of the start of the line that holds `offset`.
    pub fn line_start(&self, offset: u32) -> u32 {
        let before = self.text.as_bytes().get(..offset as usize).unwrap_or_default();
        memchr::memrchr(b'\n', before).map_or(0, |index| u32::try_from(index + 1).unwrap_or(NONE))
    }

    /// Byte offset of the end of that line, before its line end.
    pub fn line_end(&self, offset: u32) -> u32 {
        let bytes = self.text.as_bytes();
        let after = bytes.get(offset as usize..).unwrap_or_default();
        let end = memchr::memchr(b'\n', after).map_or(bytes.len(), |index| offset as usize + index);
        let end = if end > offset as usize && bytes.get(end - 1) == Some(&b'\r') { end - 1 } else { end };
        u32::try_from(end).unwrap_or(NONE)
    }

    /// The line end of this document.
    pub fn newline(&self) -> &'static str {
        match memchr::memchr(b'\n', self.text.as_bytes()) {
            Some(index) if index > 0 && self.text.as_bytes().get(index - 1) == Some(&b'\r') => "\r\n",
            _ => "\n",
        }
    }
}

/// Iterator over living children.
pub struct Children<'t, 'a> {
    tree: &'t Tree<'a>,
    next: NodeId,
}

impl Iterator for Children<'_, '_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        while self.next != NONE {
            let id = self.next;
            let node = self.tree.node(id);
            self.next = node.next;
            if node.state != State::Removed {
                return Some(id);
            }
        }
        None
    }
}
