//! The check of every edited document: what was written is read again and compared with what was meant.
//!
//! Most of a document is untouched, and reading it again would cost as much as all the rest. In block style a value
//! ends where a line is indented no deeper than its key, whatever the value is: for the check, untouched values are
//! left out, a plain `0` in their place. It ends at the same line, and swallows a deeper one as they would, so that an
//! edit that reaches into its neighbours is seen. What this does not confirm, reading the whole text decides.

use super::compare::same;
use super::edits::{Edit, Edits, pieces};
use super::read;
use super::tree::{Kind, NONE, Node, NodeId, State, Style, Tree};

/// What is read in place of an untouched value, with the blank before it.
pub(super) const STAND_IN: &str = " 0";
/// Values of fewer bytes are read sooner than left out.
const LEAST: u32 = 32;

/// Memory that one check leaves to the next.
#[derive(Default)]
pub struct Checker {
    tree: Tree<'static>,
    text: String,
    /// Untouched values, in the order of the document, which is that of their ids.
    left_out: Vec<NodeId>,
}

impl Checker {
    /// Whether the tree's text with these edits reads as what the tree was changed to.
    pub fn confirms(&mut self, intended: &Tree<'_>, edits: &Edits) -> bool {
        self.confirms_touched(intended, edits)
            || self.reads_as(intended, &[], &pieces(intended.text, edits.iter()).collect::<String>())
    }

    fn confirms_touched(&mut self, intended: &Tree<'_>, edits: &Edits) -> bool {
        let mut left_out = std::mem::take(&mut self.left_out);
        left_out.clear();
        if intended.by_scanner {
            untouched(intended, intended.root(), &mut left_out);
        }
        if left_out.is_empty() {
            return false;
        }
        let stand_ins = left_out.iter().map(|id| stand_in(intended, *id));
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let confirmed = replaced(intended.text, merged(stand_ins, edits.iter()), &mut text)
            && self.reads_as(intended, &left_out, &text);
        self.text = text;
        self.left_out = left_out;
        confirmed
    }

    fn reads_as(&mut self, intended: &Tree<'_>, left_out: &[NodeId], written: &str) -> bool {
        match read(written, std::mem::take(&mut self.tree).recycle()) {
            Ok(tree) => {
                let confirmed = same(intended, intended.root(), &tree, tree.root(), left_out);
                self.tree = tree.recycle();
                confirmed
            }
            Err(_) => false,
        }
    }
}

/// Finds the values to leave out, as far up as nothing in them is touched.
fn untouched(tree: &Tree<'_>, id: NodeId, found: &mut Vec<NodeId>) {
    let parent = tree.node(id);
    if parent.style != Style::Block || parent.reordered || parent.state != State::Original {
        return;
    }
    for child in tree.children(id) {
        let node = tree.node(child);
        if node.dirty {
            untouched(tree, child, found);
        } else if node.state == State::Original && is_left_out(tree, node) {
            found.push(child);
        }
    }
}

/// Whether a value spans lines that are all indented deeper than its key, or are the items of its list.
fn is_left_out(tree: &Tree<'_>, node: &Node) -> bool {
    let is_block = match node.style {
        Style::Block => node.first != NONE,
        Style::Literal | Style::Folded => {
            // With `+`, what follows decides how many line ends belong to it.
            let header = tree.slice(node.start, node.end).lines().next().unwrap_or_default();
            !header.contains('+')
        }
        _ => false,
    };
    is_block && node.end - node.start >= LEAST
}

/// The value behind its colon or dash, replaced.
fn stand_in(tree: &Tree<'_>, id: NodeId) -> Edit<'static> {
    let node = tree.node(id);
    let is_item = tree.node(node.parent).kind == Kind::Sequence;
    let between = tree.slice(node.key_end, node.start);
    let colon = if is_item { 0 } else { between.find(':').map_or(between.len(), |index| index + 1) };
    Edit { start: node.key_end as usize + colon, end: node.end as usize, text: STAND_IN }
}

/// Two sorted lists of edits as one.
fn merged<'e>(
    ones: impl Iterator<Item = Edit<'e>>,
    others: impl Iterator<Item = Edit<'e>>,
) -> impl Iterator<Item = Edit<'e>> {
    let (mut ones, mut others) = (ones.peekable(), others.peekable());
    std::iter::from_fn(move || match (ones.peek(), others.peek()) {
        (Some(one), Some(other)) if (other.start, other.end) < (one.start, one.end) => others.next(),
        (Some(_), _) => ones.next(),
        (None, _) => others.next(),
    })
}

/// The text with sorted spans of it replaced; nothing where they overlap.
fn replaced<'e>(text: &str, edits: impl Iterator<Item = Edit<'e>>, output: &mut String) -> bool {
    let mut copied = 0;
    for edit in edits {
        let Some(kept) = text.get(copied..edit.start) else { return false };
        output.push_str(kept);
        output.push_str(edit.text);
        copied = edit.end;
    }
    output.push_str(text.get(copied..).unwrap_or_default());
    true
}
