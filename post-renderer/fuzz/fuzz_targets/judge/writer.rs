//! Writes values as YAML in odd ways: block and flow style, quotes and escapes, keys in base64 or behind `?`, comments
//! with characters that end a line only for some readers.

use crate::node::Node;
use arbitrary::{Result, Unstructured};
use std::fmt::Write as _;

/// What may stand behind a value on its line.
const LINE_ENDS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    "\n",
    "\n",
    "\r\n",
    " # note\n",
    "\t# note\n",
    " \n",
    "\n\n",
    "\n# note\n",
    " # a\u{85}b: c\n",
    " # a\u{2028}    memory: 64Gi\n",
    "\u{85}\n",
    "\r",
    " # a\r---\n",
];

/// Writes one document behind what is there.
pub(crate) struct Writer<'a, 'b, 's> {
    bytes: &'b mut Unstructured<'a>,
    out: &'s mut String,
}

impl<'a, 'b, 's> Writer<'a, 'b, 's> {
    pub(crate) fn new(bytes: &'b mut Unstructured<'a>, out: &'s mut String) -> Self {
        Self { bytes, out }
    }

    /// Writes a document in block style, in flow style or as JSON.
    pub(crate) fn document(&mut self, node: &Node) -> Result<()> {
        if self.below(8)? == 7 {
            self.flow(node)?;
            self.out.push('\n');
            return Ok(());
        }
        match node {
            Node::Mapping(_) | Node::List(_) => self.block(node, 0),
            _ => self.value(node, 0),
        }
    }

    fn below(&mut self, bound: usize) -> Result<usize> {
        self.bytes.int_in_range(0..=bound.saturating_sub(1))
    }

    fn line_end(&mut self) -> Result<()> {
        let end = if self.below(8)? == 7 { LINE_ENDS[self.below(LINE_ENDS.len())?] } else { "\n" };
        self.out.push_str(end);
        Ok(())
    }

    /// A collection on lines of its own.
    fn block(&mut self, node: &Node, indent: usize) -> Result<()> {
        match node {
            Node::Mapping(entries) if !entries.is_empty() => {
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 || !self.out.ends_with("- ") {
                        self.indent(indent);
                    }
                    self.key(key, indent)?;
                    self.value(value, indent)?;
                }
                Ok(())
            }
            Node::List(items) if !items.is_empty() => {
                for item in items {
                    self.indent(indent);
                    self.out.push('-');
                    match item {
                        Node::Mapping(entries) if !entries.is_empty() => {
                            self.out.push(' ');
                            self.block(item, indent + 2)?;
                        }
                        _ => self.value(item, indent)?,
                    }
                }
                Ok(())
            }
            _ => {
                self.indent(indent);
                self.flow(node)?;
                self.line_end()
            }
        }
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// A value behind its key or dash, with what follows on lines of its own.
    fn value(&mut self, node: &Node, indent: usize) -> Result<()> {
        match node {
            Node::Anchor(number, inner) => {
                write!(self.out, " &a{number}").expect("writing into a text");
                self.value(inner, indent)
            }
            Node::Tag(tag, inner) => {
                write!(self.out, " {tag}").expect("writing into a text");
                self.value(inner, indent)
            }
            Node::Mapping(entries) if !entries.is_empty() && self.below(8)? != 7 => {
                self.line_end()?;
                self.block(node, indent + 2)
            }
            Node::List(items) if !items.is_empty() && self.below(8)? != 7 => {
                self.line_end()?;
                self.block(node, indent + 2)
            }
            Node::Text(text) if self.below(16)? == 15 => {
                let header = ["|", ">-", "|+", "|2"][self.below(4)?];
                writeln!(self.out, " {header}").expect("writing into a text");
                self.indent(indent + 2);
                self.out.push_str(text);
                self.out.push('\n');
                Ok(())
            }
            _ => {
                self.out.push(' ');
                self.flow(node)?;
                self.line_end()
            }
        }
    }

    /// A value on the line.
    fn flow(&mut self, node: &Node) -> Result<()> {
        match node {
            Node::Text(text) => self.scalar(text),
            Node::Plain(text) => {
                self.out.push_str(text);
                Ok(())
            }
            Node::Alias(number) => {
                write!(self.out, "*a{number}").expect("writing into a text");
                Ok(())
            }
            Node::Anchor(number, inner) => {
                write!(self.out, "&a{number} ").expect("writing into a text");
                self.flow(inner)
            }
            Node::Tag(tag, inner) => {
                write!(self.out, "{tag} ").expect("writing into a text");
                self.flow(inner)
            }
            Node::Mapping(entries) => {
                self.out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    self.out.push_str(if index > 0 { ", " } else { "" });
                    self.scalar(key)?;
                    self.out.push_str(": ");
                    self.flow(value)?;
                }
                self.out.push('}');
                Ok(())
            }
            Node::List(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.out.push_str(if index > 0 { ", " } else { "" });
                    self.flow(item)?;
                }
                self.out.push(']');
                Ok(())
            }
        }
    }

    /// A key with its colon.
    fn key(&mut self, key: &str, indent: usize) -> Result<()> {
        match self.below(40)? {
            32 => write!(self.out, "? {key}\n{:indent$}:", ""),
            33 => write!(self.out, "!!binary {}:", base64(key)),
            34 => write!(self.out, "!!str {key}:"),
            35 => write!(self.out, "{key} :"),
            36 => write!(self.out, "&k {key}:"),
            37 => write!(self.out, "? \"{key}\"\n{:indent$}:", ""),
            38 => write!(self.out, "{key}\t:"),
            39 => write!(self.out, "!!merge {key}:"),
            choice => {
                if choice >= 28 {
                    self.scalar(key)?;
                } else {
                    self.out.push_str(key);
                }
                write!(self.out, ":")
            }
        }
        .expect("writing into a text");
        Ok(())
    }

    /// A scalar in one of its styles.
    fn scalar(&mut self, text: &str) -> Result<()> {
        match self.below(16)? {
            12 | 13 => write!(self.out, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            14 => write!(self.out, "'{}'", text.replace('\'', "''")),
            15 => {
                self.out.push('"');
                for character in text.chars() {
                    let code = u32::from(character);
                    match self.below(3)? {
                        1 if code < 0x100 => write!(self.out, "\\x{code:02x}"),
                        2 if code < 0x10000 => write!(self.out, "\\u{code:04x}"),
                        _ if character == '"' || character == '\\' => write!(self.out, "\\{character}"),
                        _ => write!(self.out, "{character}"),
                    }
                    .expect("writing into a text");
                }
                write!(self.out, "\"")
            }
            _ => write!(self.out, "{text}"),
        }
        .expect("writing into a text");
        Ok(())
    }
}

/// Base64, as the tag `!!binary` has it.
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0, |bits, index| bits << 8 | u32::from(*chunk.get(index).unwrap_or(&0)));
        for index in 0..4 {
            let digit = usize::try_from(bits >> (18 - 6 * index) & 63).expect("six bits");
            encoded.push(if index <= chunk.len() { char::from(DIGITS[digit]) } else { '=' });
        }
    }
    encoded
}
