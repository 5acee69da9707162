//! The text of new values: block style in the manner of the document, flow style inside brackets, JSON in JSON.

use super::resolve::{Scalar, is_special};
use super::tree::{Kind, NodeId, Style, Tree};
use serde_json::Value;
use std::fmt::Write as _;

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
        Self { step, dash: dash.unwrap_or(0), newline: tree.newline(), literals: true }
    }
}

/// What goes behind a key's colon: `␣text`, or lines below it. `column` is that of the key.
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
    key(&tree.key(id), false, output);
    output.push(':');
    after_colon(tree, id, column, manner, output);
}

/// `- value`, the dash standing at `column`.
pub(super) fn item(tree: &Tree<'_>, id: NodeId, column: usize, manner: &Manner, output: &mut String) {
    output.push('-');
    after_dash(tree, id, column, manner, output);
}

/// What goes behind a dash at `column`.
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
    key(&tree.key(id), quoted, output);
    output.push_str(": ");
    flow(tree, id, quoted, output);
}

fn key(text: &str, quoted: bool, output: &mut String) {
    if !quoted && text.len() < 1_000 && is_plain(text, true) {
        output.push_str(text);
    } else {
        quote(text, output);
    }
}

pub(super) fn line(column: usize, manner: &Manner, output: &mut String) {
    output.push_str(manner.newline);
    output.extend(std::iter::repeat_n(' ', column));
}

/// A string on one line.
fn string(text: &str, in_flow: bool, output: &mut String) {
    if is_plain(text, in_flow) {
        output.push_str(text);
    } else {
        quote(text, output);
    }
}

fn json(value: &Value, output: &mut String) {
    match value {
        Value::String(text) => quote(text, output),
        Value::Number(number) => {
            let text = number.to_string();
            // A whole float stays a float to YAML without a point, but JSON readers like it either way.
            output.push_str(text.strip_suffix(".0").unwrap_or(&text));
        }
        // Writing into a String cannot fail.
        other => drop(write!(output, "{other}")),
    }
}

/// Double quotes as both YAML and JSON read them.
fn quote(text: &str, output: &mut String) {
    output.push('"');
    let is_simple = |byte: u8| (b' '..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_simple) {
        output.push_str(text);
    } else {
        text.chars().for_each(|character| escaped(character, output));
    }
    output.push('"');
}

fn escaped(character: char, output: &mut String) {
    match character {
        '"' => output.push_str("\\\""),
        '\\' => output.push_str("\\\\"),
        '\n' => output.push_str("\\n"),
        '\r' => output.push_str("\\r"),
        '\t' => output.push_str("\\t"),
        other if must_escape(other) => {
            let mut units = [0_u16; 2];
            for unit in other.encode_utf16(&mut units) {
                // Writing into a String cannot fail.
                let _ = write!(output, "\\u{unit:04x}");
            }
        }
        other => output.push(other),
    }
}

/// What a YAML reader might refuse, break a line at, or drop.
fn must_escape(character: char) -> bool {
    character < ' '
        || ('\u{7f}'..='\u{a0}').contains(&character)
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a string means itself without quotes in YAML 1.1, in YAML 1.2 and to every reader in between.
fn is_plain(text: &str, in_flow: bool) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    if !(first.is_ascii_alphanumeric() || matches!(first, b'_' | b'/' | b'.')) || matches!(last, b':' | b' ')
    {
        return false;
    }
    let wanted = if in_flow { IN_FLOW } else { IN_BLOCK };
    let is_allowed = |byte: &u8| PLAIN.get(usize::from(*byte)).is_some_and(|places| places & wanted != 0);
    if !bytes.iter().all(is_allowed) || text.contains(' ') && has_odd_blanks(bytes) {
        return false;
    }
    if first.is_ascii_alphabetic() || matches!(first, b'_' | b'/') {
        return !is_special(text);
    }
    // Dates, times, versions and number forms of other readers all begin so: a unit as in `100m` tells them apart.
    bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'.')
        && last.is_ascii_alphabetic()
        && bytes
            .iter()
            .any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E' | b'x' | b'o' | b'b'))
        && !is_special(text)
}

/// A blank behind a colon makes a key, and one behind another is lost where a line is folded.
fn has_odd_blanks(text: &[u8]) -> bool {
    text.windows(2).any(|pair| matches!(pair, [b':' | b' ', b' ']))
}

/// Where plain text may hold a byte.
const IN_BLOCK: u8 = 1;
const IN_FLOW: u8 = 2;
const PLAIN: [u8; 128] = {
    let mut places = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        places[byte as usize] = match byte {
            b'0'..=b'9'
            | b'a'..=b'z'
            | b'A'..=b'Z'
            | b'_'
            | b'-'
            | b'.'
            | b'/'
            | b'@'
            | b'+'
            | b'='
            | b'~'
            | b'$'
            | b'('
            | b')'
            | b'*'
            | b'%'
            | b'^' => IN_BLOCK | IN_FLOW,
            b' ' | b',' | b':' | b';' | b'&' | b'<' | b'>' | b'|' | b'!' | b'?' | b'\'' => IN_BLOCK,
            _ => 0,
        };
        byte += 1;
    }
    places
};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_plain_only_where_every_reader_agrees() {
        for text in [
            "web",
            "100m",
            "1.5Gi",
            "app.kubernetes.io/name",
            "nginx:1.25",
            "/healthz",
            "a b",
            "--x".trim_start_matches('-'),
        ] {
            assert!(is_plain(text, false), "{text}");
        }
        for text in [
            "",
            "yes",
            "No",
            "on",
            "y",
            "null",
            "~",
            "true",
            "1",
            "1.5",
            "0644",
            "1e3",
            "0x1F",
            "1_000",
            "12:30",
            "2001-01-01",
            "2001-01-01T00:00:00Z",
            "=",
            "<<",
            "- a",
            "a: b",
            "a #b",
            "#a",
            "a:",
            " a",
            "a ",
            "*a",
            "&a",
            "!a",
            "{a",
            "1.2.3",
            ".5",
            ".inf",
            "0b1",
            "0o7",
            "1E",
            "\u{e9}",
            "%a",
            "@a",
            "`a",
            "a\tb",
            "---",
        ] {
            assert!(!is_plain(text, false), "{text}");
        }
        assert!(!is_plain("a,b", true) && !is_plain("a:b", true));
    }

    #[test]
    fn quotes_escape_what_readers_drop() {
        let check = |text: &str, expected: &str| {
            let mut output = String::new();
            quote(text, &mut output);
            assert_eq!(output, expected);
        };
        check("a\"\\\n\u{7f}\u{2028}😀", "\"a\\\"\\\\\\n\\u007f\\u2028😀\"");
        check("\u{0}", "\"\\u0000\"");
        check("yes", "\"yes\"");
    }
}
