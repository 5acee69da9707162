//! The reference reader: granit-parser's events into the same table of nodes. It reads what the fast scanner
//! hands over and judges what is no YAML.

use super::decode::decode;
use super::lookup::is_merge_key;
use super::tree::{Fault, Kind, NONE, Node, NodeId, Style, Tag, Tree};
use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};
use serde_json::Value;
use std::collections::BTreeMap;

/// An open collection.
struct Open {
    id: NodeId,
    /// In a mapping: the key that waits for its value.
    key: Option<Key>,
}

struct Key {
    start: u32,
    end: u32,
    /// The text of a key that does not read by itself: folded, tagged, an alias.
    cooked: Option<String>,
    explicit: bool,
}

struct Loader<'t, 'a> {
    tree: &'t mut Tree<'a>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, NodeId>,
    /// The node pushed last, which an anchor event speaks of.
    last: NodeId,
    /// Everything before this offset belongs to nodes that are read.
    cursor: usize,
}

/// Fills the tree from its text.
pub(super) fn load(tree: &mut Tree<'_>) -> Result<(), Fault> {
    let options = granit_parser::options! { emit_anchor_events: true, emit_comments: false };
    let text = tree.text;
    let mut loader = Loader { tree, open: Vec::new(), anchors: BTreeMap::new(), last: NONE, cursor: 0 };
    let mut documents = 0;
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| {
            let offset = error.marker().byte_offset().unwrap_or(0);
            Fault::new(offset, error.info().clone())
        })?;
        if matches!(event, Event::DocumentStart(..)) {
            documents += 1;
            if documents > 1 {
                let message =
                    "content follows the end of the document (`...`); begin the next one with `---`";
                return Err(Fault::new(range(&span).0 as usize, message));
            }
        }
        loader.event(event, &span)?;
    }
    if loader.tree.nodes.is_empty() {
        return Err(Fault::new(0, "the document is empty"));
    }
    Ok(())
}

fn range(span: &Span) -> (u32, u32) {
    let range = span.byte_range().unwrap_or(0..0);
    (u32::try_from(range.start).unwrap_or(NONE), u32::try_from(range.end).unwrap_or(NONE))
}

impl Loader<'_, '_> {
    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), Fault> {
        let (start, end) = range(span);
        let tag_start =
            span.tag_start().and_then(|mark| mark.byte_offset()).and_then(|at| u32::try_from(at).ok());
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_merge_tag = tag.as_deref().is_some_and(|tag| yaml_suffix(tag) == "merge");
                let tag = tag.as_deref().map_or(Tag::None, kind_of_tag);
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::Single,
                    ScalarStyle::DoubleQuoted => Style::Double,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                if self.expects_key() {
                    // `!!merge <<`, as kyaml writes a merge key and so Helm 4 does, is one key with its tag.
                    let tagged = tag_start.filter(|_| is_merge_tag && anchor == 0);
                    let tagged = tagged.filter(|from| is_merge_key(self.tree.slice(*from, end)));
                    let is_bare = anchor == 0 && (tag == Tag::None || tagged.is_some());
                    self.scalar_key(&text, style, is_bare, tagged.unwrap_or(start), end);
                    return Ok(());
                }
                let properties = tag_start.unwrap_or(start);
                let mut node = Node { tag, properties, start, end, ..Node::new(Kind::Scalar, style) };
                self.trim(&mut node)?;
                let has_properties = anchor != 0 || tag != Tag::None;
                let id = self.place(node, has_properties)?;
                self.cursor = self.cursor.max(end as usize);
                self.cook(id, &text);
                self.remember(anchor, id);
            }
            Event::MappingStart(style, anchor, _) => {
                self.collection(Kind::Mapping, style, anchor, start, tag_start)?;
            }
            Event::SequenceStart(style, anchor, _) => {
                self.collection(Kind::Sequence, style, anchor, start, tag_start)?;
            }
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(open) = self.open.pop() {
                    self.close(open.id, end);
                }
            }
            Event::Alias(anchor) => {
                self.tree.aliased = true;
                if self.expects_key() {
                    return Err(Fault::new(start as usize, "an alias as a key is not supported"));
                }
                let Some(target) = self.anchors.get(&anchor).copied() else {
                    return Err(Fault::new(
                        start as usize,
                        "an alias to a key or to a node around it is not supported",
                    ));
                };
                if self.open.iter().any(|open| open.id == target) {
                    return Err(Fault::new(start as usize, "the alias stands for a node that it is in"));
                }
                let style = Style::Plain;
                let node =
                    Node { start, end, properties: start, payload: target, ..Node::new(Kind::Alias, style) };
                let id = self.place(node, false)?;
                self.cursor = end as usize;
                self.tree.node_mut(target).shared = true;
                self.last = id;
            }
            Event::Anchor(..) if self.last != NONE => {
                let node = self.tree.node_mut(self.last);
                node.properties = node.properties.min(start);
            }
            Event::UnresolvedAlias(name) => {
                return Err(Fault::new(start as usize, format!("the anchor `{name}` is not known")));
            }
            _ => {}
        }
        Ok(())
    }

    fn expects_key(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| open.key.is_none() && self.tree.node(open.id).kind == Kind::Mapping)
    }

    fn collection(
        &mut self,
        kind: Kind,
        style: StructureStyle,
        anchor: usize,
        start: u32,
        tag_start: Option<u32>,
    ) -> Result<(), Fault> {
        if self.expects_key() {
            return Err(Fault::new(
                start as usize,
                "a mapping or list as a key is not possible in Kubernetes",
            ));
        }
        if self.open.len() >= super::DEPTH_LIMIT {
            return Err(Fault::new(
                start as usize,
                format!("nested more than {} levels deep", super::DEPTH_LIMIT),
            ));
        }
        let style = if style == StructureStyle::Flow { Style::Flow } else { Style::Block };
        let properties = tag_start.unwrap_or(start);
        let id = self.place(Node { start, end: start, properties, ..Node::new(kind, style) }, true)?;
        if style == Style::Flow {
            self.cursor = start as usize + 1;
        }
        self.remember(anchor, id);
        self.open.push(Open { id, key: None });
        Ok(())
    }

    fn scalar_key(&mut self, text: &str, style: Style, is_bare: bool, start: u32, end: u32) {
        let raw = self.tree.slice(start, end);
        let merges = style == Style::Plain && is_merge_key(raw);
        self.tree.aliased |= merges;
        let reads_itself = is_bare
            && matches!(style, Style::Plain | Style::Single | Style::Double)
            && (merges || decode(raw, style, 0).as_deref() == Some(text))
            && !raw.contains('\n');
        let cooked = if reads_itself { None } else { Some(text.to_owned()) };
        let before = self.tree.text.get(self.cursor..start as usize).unwrap_or_default();
        let explicit = !is_bare
            || before.lines().any(|line| line.trim_start_matches([' ', '-', ',', '{', '}']).starts_with('?'));
        self.cursor = end as usize;
        self.last = NONE;
        if let Some(open) = self.open.last_mut() {
            open.key = Some(Key { start, end, cooked, explicit });
        }
    }

    fn remember(&mut self, anchor: usize, id: NodeId) {
        self.last = id;
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
    }

    /// Puts a node into the open collection.
    fn place(&mut self, mut node: Node, has_properties: bool) -> Result<NodeId, Fault> {
        let Some(open) = self.open.last_mut() else {
            return Ok(self.tree.push(NONE, node));
        };
        let parent = open.id;
        let key = open.key.take();
        let parent_node = *self.tree.node(parent);
        let is_empty = node.kind == Kind::Scalar && node.style == Style::Plain && node.start == node.end;
        let mut nothing = None;
        if let Some(key) = key {
            node.key_start = key.start;
            node.key_end = key.end;
            if let Some(text) = key.cooked {
                node.key_payload = u32::try_from(self.tree.keys.len()).unwrap_or(NONE);
                self.tree.keys.push(text);
            }
            nothing = after_colon(self.tree.text, key.end);
            node.explicit = key.explicit || nothing.is_none();
            self.tree.odd_keys |= node.explicit;
        } else if parent_node.style == Style::Block && parent_node.kind == Kind::Sequence {
            let dash = seek(self.tree.text, self.cursor, b'-').ok_or_else(|| {
                Fault::new(node.start as usize, "the dash of this list item cannot be found")
            })?;
            self.cursor = dash + 1;
            node.key_start = u32::try_from(dash).unwrap_or(NONE);
            node.key_end = node.key_start + 1;
            nothing = Some(node.key_end);
        }
        if is_empty && !has_properties {
            let place = nothing.unwrap_or(node.key_end);
            (node.start, node.end, node.properties) = (place, place, place);
        }
        Ok(self.tree.push(parent, node))
    }

    /// Keeps the reference parser's reading of a scalar where our own would differ.
    fn cook(&mut self, id: NodeId, text: &str) {
        let node = *self.tree.node(id);
        if node.start == node.end && text.is_empty() {
            return;
        }
        let raw = self.tree.slice(node.start, node.end);
        if decode(raw, node.style, node.column).as_deref() != Some(text) {
            let payload = u32::try_from(self.tree.values.len()).unwrap_or(NONE);
            self.tree.values.push(Value::String(text.to_owned()));
            self.tree.node_mut(id).payload = payload;
        }
    }

    /// Spans of scalars as the scanner gives them: blocks from their header, nothing with its line end.
    fn trim(&self, node: &mut Node) -> Result<(), Fault> {
        if node.style == Style::Plain {
            let raw = self.tree.slice(node.start, node.end);
            node.end = node.start + u32::try_from(raw.trim_end().len()).unwrap_or(0);
        }
        if !matches!(node.style, Style::Literal | Style::Folded) {
            return Ok(());
        }
        let indicator = if node.style == Style::Literal { b'|' } else { b'>' };
        let header = seek(self.tree.text, self.cursor, indicator).ok_or_else(|| {
            Fault::new(node.start as usize, "the head of this block scalar cannot be found")
        })?;
        let start = u32::try_from(header).unwrap_or(NONE);
        if node.properties == node.start {
            node.properties = start;
        }
        node.start = start;
        let raw = self.tree.slice(start, node.end.max(self.tree.line_end(start)));
        let (head, body) = raw.split_once('\n').unwrap_or((raw, ""));
        let head = head.split([' ', '\t', '\r', '#']).next().unwrap_or_default();
        let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let first =
            body.split('\n').find(|line| !line.trim_end_matches('\r').trim_start_matches(' ').is_empty());
        let column = match (head.bytes().find(u8::is_ascii_digit), first) {
            // The column of the collection around it is not known before it closes, so the text tells it.
            (Some(digit), _) => self.outer_column(start) + usize::from(digit - b'0'),
            (None, Some(line)) => blanks(line),
            (None, None) => 1,
        };
        if first.is_some() && column <= self.outer_column(start) && !self.open.is_empty() {
            // libyaml reads such a scalar as empty, and this parser does not: nothing that could be edited safely.
            return Err(Fault::new(
                start as usize,
                "the text of this block scalar is not indented deeper than what it is in",
            ));
        }
        node.column = u32::try_from(column).unwrap_or(1);
        let kept = if head.contains('+') {
            // The span may reach into the blanks before what follows.
            let raw = raw.trim_end_matches(' ');
            let raw = raw.strip_suffix('\n').unwrap_or(raw);
            raw.strip_suffix('\r').unwrap_or(raw)
        } else if first.is_none() {
            // The span may reach into the blanks before what follows.
            raw.lines().next().unwrap_or_default().trim_end()
        } else {
            filled(raw, column)
        };
        node.end = start + u32::try_from(kept.len()).unwrap_or(0);
        Ok(())
    }

    /// Column of the key or dash that the value at `start` belongs to.
    fn outer_column(&self, start: u32) -> usize {
        if let Some(key) = self.open.last().and_then(|open| open.key.as_ref()) {
            return (key.start - self.tree.line_start(key.start)) as usize;
        }
        let line = self.tree.slice(self.tree.line_start(start), start);
        line.rfind('-').unwrap_or(0)
    }

    /// Sets start, end and column of a collection whose children are all there.
    fn close(&mut self, id: NodeId, end: u32) {
        let node = *self.tree.node(id);
        if node.style == Style::Flow {
            self.tree.node_mut(id).end = end;
            self.cursor = end as usize;
            return;
        }
        if node.first == NONE {
            return;
        }
        let first = *self.tree.node(node.first);
        let last = *self.tree.node(node.last);
        self.cursor = self.cursor.max(last.end as usize);
        let line = self.tree.line_start(first.key_start);
        let changed = self.tree.node_mut(id);
        if changed.properties >= changed.start {
            changed.properties = first.key_start;
        }
        changed.start = first.key_start;
        changed.column = first.key_start - line;
        changed.end = last.end;
    }
}

/// The lines of a block scalar up to the last one with content; blanks beyond the column are content.
fn filled(raw: &str, column: usize) -> &str {
    let mut end = raw.len();
    loop {
        let text = raw.get(..end).unwrap_or_default();
        let line = text.rfind('\n').map_or(0, |index| index + 1);
        let last = text.get(line..).unwrap_or_default();
        let is_blank = last.bytes().all(|byte| matches!(byte, b' ' | b'\r'))
            && last.trim_end_matches('\r').len() <= column;
        if line == 0 {
            return text.trim_end();
        }
        if !is_blank {
            return text.strip_suffix('\r').unwrap_or(text);
        }
        end = line - 1;
    }
}

/// The name of one of YAML's own tags, such as `str`; empty for others.
fn yaml_suffix(tag: &granit_parser::Tag) -> &str {
    if tag.handle() == "tag:yaml.org,2002:" { tag.suffix() } else { "" }
}

fn kind_of_tag(tag: &granit_parser::Tag) -> Tag {
    match yaml_suffix(tag) {
        "binary" => Tag::Binary,
        "int" | "float" | "bool" | "null" => Tag::Resolved,
        // `!!str`, `!`, and whatever go-yaml does not know.
        _ => Tag::String,
    }
}

/// Offset behind the colon that follows a key.
fn after_colon(text: &str, key_end: u32) -> Option<u32> {
    let rest = text.get(key_end as usize..)?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    (rest.as_bytes().get(blanks) == Some(&b':')).then(|| key_end + u32::try_from(blanks + 1).unwrap_or(0))
}

/// The next indicator from `cursor` on, over blanks, comments, anchors, tags and the indicators before it.
fn seek(text: &str, cursor: usize, indicator: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut position = cursor;
    loop {
        let byte = *bytes.get(position)?;
        let ends = matches!(bytes.get(position + 1), None | Some(b' ' | b'\t' | b'\n' | b'\r'));
        match byte {
            _ if byte == indicator && (byte != b'-' || ends) => return Some(position),
            b' ' | b'\t' | b'\n' | b'\r' | b':' | b'?' | b'-' => position += 1,
            b'#' => position += memchr::memchr(b'\n', bytes.get(position..)?)?,
            b'&' | b'!' => {
                let rest = bytes.get(position..)?;
                position += rest.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
            }
            0xEF if bytes.get(position..position + 3) == Some("\u{feff}".as_bytes()) => position += 3,
            _ => return None,
        }
    }
}
