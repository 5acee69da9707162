//! Edits YAML and JSON text in place, and reads it exactly as Kubernetes does or refuses it.
//!
//! A document becomes a flat table of nodes with byte spans ([`Tree`]), rules change the table, and only what they
//! changed is written again ([`edits`]). [`Checker`] reads the result again and compares.

#[cfg(any(test, feature = "fuzzing"))]
mod agreement;
mod anchors;
mod change;
mod characters;
mod compare;
mod confirm;
mod decode;
mod documents;
mod edits;
mod emit;
mod expansion;
mod index;
mod line;
mod links;
mod lookup;
mod merge;
mod parser;
mod resolve;
mod scan;
mod scan_block;
mod scan_flow;
mod scan_scalar;
mod tokens;
mod tree;
mod words;
mod write;

#[cfg(any(test, feature = "fuzzing"))]
pub use agreement::agreement;
pub use confirm::Checker;
pub use documents::{bodies, documents, first_boundary};
pub use edits::{Edits, pieces};
pub use emit::edits;
pub use lookup::member_name;
pub use resolve::Scalar;
pub use tree::{Fault, Kind, NONE, NodeId, Tree};
pub use words::may_hold;

/// Nesting beyond this is refused: recursion stays far from the end of the stack, and the deepest manifests
/// known (custom resource definitions) stay under 60.
pub const DEPTH_LIMIT: usize = 250;

/// A document with more values is refused: it would take more memory than its text is worth. The largest objects that
/// an API server takes (3 MiB) have about 100,000.
pub const VALUE_LIMIT: usize = 1_000_000;

/// Reads one document. `text` is the document's body without its separator line.
pub fn read<'a>(text: &'a str, tree: Tree<'a>) -> Result<Tree<'a>, Fault> {
    read_within(text, tree, VALUE_LIMIT)
}

/// Reads one document of at most `limit` values.
fn read_within<'a>(text: &'a str, mut tree: Tree<'a>, limit: usize) -> Result<Tree<'a>, Fault> {
    tree.reset(text);
    check_separators(text)?;
    if !is_json(text) && scan::scan(&mut tree, limit).is_ok() {
        tree.by_scanner = true;
        return Ok(tree);
    }
    parse_within(text, tree, limit)
}

/// Reads one document by the parser alone.
#[cfg(any(test, feature = "fuzzing"))]
pub fn read_by_parser<'a>(text: &'a str, tree: Tree<'a>) -> Result<Tree<'a>, Fault> {
    check_separators(text)?;
    parse_within(text, tree, VALUE_LIMIT)
}

/// Reads one document by the fast scanner alone; `None` where it hands over to the parser.
#[cfg(any(test, feature = "fuzzing"))]
pub fn read_by_scanner(text: &str) -> Option<Tree<'_>> {
    check_separators(text).ok()?;
    let mut tree = Tree::default();
    tree.reset(text);
    scan::scan(&mut tree, VALUE_LIMIT).is_ok().then_some(tree)
}

fn parse_within<'a>(text: &'a str, mut tree: Tree<'a>, limit: usize) -> Result<Tree<'a>, Fault> {
    tree.reset(text);
    characters::check(text)?;
    let json = is_json(text) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if json {
        characters::check_json(text)?;
    }
    tree.json = json;
    parser::parse(&mut tree, json, limit)?;
    if let Some(offset) = expansion::bomb(&tree) {
        return Err(Fault::new(
            offset,
            "the aliases up to here expand to more values than Kubernetes allows",
        ));
    }
    merge::check(&tree)?;
    Ok(tree)
}

/// Refuses lines that begin with `---` within a document. Kubernetes splits a stream there, wherever the line is, and
/// allows only a comment behind the dashes; Helm reads what follows as the next document.
fn check_separators(text: &str) -> Result<(), Fault> {
    let first = text.starts_with("---").then_some(0);
    let other = || memchr::memmem::find(text.as_bytes(), b"\n---").map(|line_end| line_end + 1);
    match first.or_else(other) {
        None => Ok(()),
        Some(offset) => Err(Fault::new(
            offset,
            "only blanks and a comment may follow the document separator `---`; put the text on the next line",
        )),
    }
}

fn is_json(text: &str) -> bool {
    text.bytes().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) == Some(b'{')
}

#[cfg(test)]
mod tests;
