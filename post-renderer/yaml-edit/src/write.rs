//! The text of new values: block style in the manner of the document, flow style inside brackets, JSON in JSON.

mod scalar;

use super::resolve::Scalar;
use super::tree::{Kind, NodeId, Style, Tree};
use scalar::{is_plain, json, must_escape, quote, string};

/// How a document is indented.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// Columns from a mapping's keys to those of a mapping below.
    pub(super) step: usize,
    /// Columns from a mapping's keys to the dashes of a list below.
    pub(super) dash: usize,
    pub(super) newline: &'static str,
    /// Whether texts of several lines may be block scalars.
    pub(super) literals: bool,
}

impl Manner {
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        let mut step = None;
        let mut dash = None;
        for node in tree.nodes.iter().skip(1) {
            if node.style != Style::Block || node.start == node.end || node.parent == super::NONE {
                continue;
            }
            let parent = tree.node(node.parent);
            if parent.kind != Kind::Mapping || parent.style != Style::Block {
                continue;
            }
            let distance = node.column.saturating_sub(parent.column) as usize;
            match node.kind {
                Kind::Mapping => step = step.or(Some(distance)),
                Kind::Sequence => dash = dash.or(Some(distance)),
                _ => {}
            }
            if step.is_some() && dash.is_some() {
                break;
            }
        }
        let step = step.filter(|step| *step > 0).unwrap_or(2);
        Self {
            step,
            dash: dash.unwrap_or(0),
            newline: tree.newline(),
            literals: !has_line_of_spaces(tree.text),
        }
    }
}

/// Whether there is a line of spaces: below a new block scalar it would become its text.
fn has_line_of_spaces(text: &str) -> bool {
    let is_blank =
        |end: usize| text.get(..end).is_some_and(|text| text.trim_end_matches(' ').ends_with('\n'));
    let ends = memchr::memmem::find_iter(text.as_bytes(), " \n")
        .chain(memchr::memmem::find_iter(text.as_bytes(), " \r\n"));
    text.ends_with(' ') || ends.map(|space| space + 1).any(is_blank)
}

/// The text after a key's colon: `␣text`, or lines below it. `column` is the key's.
pub(super) fn after_colon(tree: &Tree<'_>, id: NodeId, column: usize, manner: &Manner, output: &mut String) {
    anchor(tree, id, output);
    match tree.node(id).kind {
        Kind::Mapping if tree.children(id).next().is_some() => {
            let column = column + manner.step;
            for child in tree.children(id) {
                line(column, manner, output);
                member(tree, child, column, manner, output);
            }
        }
        Kind::Sequence if tree.children(id).next().is_some() => {
            let column = column + manner.dash;
            for child in tree.children(id) {
                line(column, manner, output);
                item(tree, child, column, manner, output);
            }
        }
        _ => {
            output.push(' ');
            inline(tree, id, column + manner.step, manner, output);
        }
    }
}

/// `key: value`, the key standing at `column`.
pub(super) fn member(tree: &Tree<'_>, id: NodeId, column: usize, manner: &Manner, output: &mut String) {
    key(tree, id, false, output);
    output.push(':');
    after_colon(tree, id, column, manner, output);
}

/// `- value`, the dash standing at `column`.
pub(super) fn item(tree: &Tree<'_>, id: NodeId, column: usize, manner: &Manner, output: &mut String) {
    output.push('-');
    after_dash(tree, id, column, manner, output);
}

/// The text after a dash at `column`.
pub(super) fn after_dash(tree: &Tree<'_>, id: NodeId, column: usize, manner: &Manner, output: &mut String) {
    let is_anchored = anchor(tree, id, output);
    let inner = column + 2;
    for (index, child) in tree.children(id).enumerate() {
        if index > 0 || is_anchored {
            // Behind an anchor, a key on the same line would be what is anchored.
            line(inner, manner, output);
        } else {
            output.push(' ');
        }
        match tree.node(id).kind {
            Kind::Sequence => item(tree, child, inner, manner, output),
            _ => member(tree, child, inner, manner, output),
        }
    }
    if tree.children(id).next().is_none() {
        output.push(' ');
        inline(tree, id, inner, manner, output);
    }
}

/// A whole document in block style.
pub(super) fn root(tree: &Tree<'_>, id: NodeId, manner: &Manner, output: &mut String) {
    for (index, child) in tree.children(id).enumerate() {
        if index > 0 {
            line(0, manner, output);
        }
        match tree.node(id).kind {
            Kind::Sequence => item(tree, child, 0, manner, output),
            _ => member(tree, child, 0, manner, output),
        }
    }
    if tree.children(id).next().is_none() {
        inline(tree, id, manner.step, manner, output);
    }
}

/// ` &name`, if the node has an anchor.
fn anchor(tree: &Tree<'_>, id: NodeId, output: &mut String) -> bool {
    let Some(name) = tree.anchor(id) else { return false };
    output.push_str(" &");
    output.push_str(name);
    true
}

/// A scalar or an empty collection in block context; lines of a literal stand at `column`.
fn inline(tree: &Tree<'_>, id: NodeId, column: usize, manner: &Manner, output: &mut String) {
    match tree.scalar(id) {
        _ if tree.node(id).kind == Kind::Alias => alias(tree, id, output),
        Some(Scalar::String(text)) if manner.literals && text.contains('\n') && fits_literal(&text) => {
            literal(&text, column, manner, output);
        }
        Some(Scalar::String(text)) => string(&text, false, output),
        Some(other) => json(&other.into_value(), output),
        None => output.push_str(if tree.node(id).kind == Kind::Sequence { "[]" } else { "{}" }),
    }
}

fn alias(tree: &Tree<'_>, id: NodeId, output: &mut String) {
    let node = tree.node(id);
    output.push_str(tree.slice(node.start, node.end));
}

/// A value in flow style.
pub(super) fn flow(tree: &Tree<'_>, id: NodeId, quoted: bool, output: &mut String) {
    if let Some(name) = tree.anchor(id) {
        output.push('&');
        output.push_str(name);
        output.push(' ');
    }
    match tree.node(id).kind {
        Kind::Alias => alias(tree, id, output),
        Kind::Mapping => {
            output.push('{');
            for (index, child) in tree.children(id).enumerate() {
                if index > 0 {
                    output.push_str(", ");
                }
                flow_member(tree, child, quoted, output);
            }
            output.push('}');
        }
        Kind::Sequence => {
            output.push('[');
            for (index, child) in tree.children(id).enumerate() {
                if index > 0 {
                    output.push_str(", ");
                }
                flow(tree, child, quoted, output);
            }
            output.push(']');
        }
        Kind::Scalar => match tree.scalar(id).unwrap_or(Scalar::Null) {
            Scalar::String(text) if !quoted => string(&text, true, output),
            other => json(&other.into_value(), output),
        },
    }
}

/// `key: value` in flow style.
pub(super) fn flow_member(tree: &Tree<'_>, id: NodeId, quoted: bool, output: &mut String) {
    key(tree, id, quoted, output);
    output.push_str(": ");
    flow(tree, id, quoted, output);
}

/// A key. A merge key stays plain: in quotes it would be a member called `<<`.
fn key(tree: &Tree<'_>, id: NodeId, quoted: bool, output: &mut String) {
    let text = tree.key(id);
    if tree.is_merge(id) {
        output.push_str("<<");
    } else if !quoted && text.len() < 1_000 && is_plain(&text, true) {
        output.push_str(&text);
    } else {
        quote(&text, output);
    }
}

pub(super) fn line(column: usize, manner: &Manner, output: &mut String) {
    output.push_str(manner.newline);
    output.extend(std::iter::repeat_n(' ', column));
}

fn fits_literal(text: &str) -> bool {
    let lines = text.strip_suffix('\n').unwrap_or(text);
    lines.contains('\n')
        && !lines.ends_with('\n')
        && !lines.starts_with([' ', '\t', '\n'])
        && !lines.chars().any(|character| must_escape(character) && !matches!(character, '\n' | '\t'))
        && lines
            .split('\n')
            .all(|line| !line.trim_start_matches(' ').starts_with('\t') && !line.ends_with([' ', '\t']))
}

fn literal(text: &str, column: usize, manner: &Manner, output: &mut String) {
    let (header, lines) = match text.strip_suffix('\n') {
        Some(lines) => ("|", lines),
        None => ("|-", text),
    };
    output.push_str(header);
    for text in lines.split('\n') {
        if text.is_empty() {
            output.push_str(manner.newline);
        } else {
            line(column, manner, output);
            output.push_str(text);
        }
    }
}
