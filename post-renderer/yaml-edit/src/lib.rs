//! Reading and editing YAML and JSON text in place: a document becomes a flat table of nodes with byte spans,
//! rules change the table, and only what they changed is written anew.

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
mod events;
mod expansion;
mod line;
mod links;
mod lookup;
mod resolve;
mod scan;
mod scan_block;
mod scan_flow;
mod scan_scalar;
mod tree;
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

/// Nesting beyond this is refused: recursion stays far from the end of the stack, and the deepest manifests
/// known (custom resource definitions) stay under 60.
pub const DEPTH_LIMIT: usize = 250;

/// Reads one document. `text` is the document's body without its separator line.
pub fn read<'a>(text: &'a str, mut tree: Tree<'a>) -> Result<Tree<'a>, Fault> {
    tree.reset(text);
    if let Some(offset) = directive(text) {
        return Err(Fault::new(
            offset,
            "directives (`%YAML`, `%TAG`) are not read by Kubernetes; take the line out",
        ));
    }
    if !is_json(text) && scan::scan(&mut tree).is_ok() {
        tree.by_scanner = true;
        return Ok(tree);
    }
    read_by_events(text, tree)
}

/// Reads one document by the reference parser alone.
pub fn read_by_events<'a>(text: &'a str, mut tree: Tree<'a>) -> Result<Tree<'a>, Fault> {
    tree.reset(text);
    if let Some(offset) = memchr::memmem::find(text.as_bytes(), "\n\u{feff}".as_bytes()) {
        return Err(Fault::new(offset + 1, "a byte-order mark within the document; take it out"));
    }
    events::load(&mut tree)?;
    if let Some(offset) = expansion::bomb(&tree) {
        return Err(Fault::new(
            offset,
            "the aliases up to here expand to more values than any honest document has",
        ));
    }
    tree.json = is_json(text) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    Ok(tree)
}

/// Reads one document by the fast scanner alone; `None` where it hands over to the reference parser.
#[cfg(any(test, feature = "fuzzing"))]
pub fn read_by_scanner(text: &str) -> Option<Tree<'_>> {
    let mut tree = Tree::default();
    tree.reset(text);
    scan::scan(&mut tree).is_ok().then_some(tree)
}

/// Where a directive stands before the content. Kubernetes' reader takes it for a document of its own.
fn directive(text: &str) -> Option<usize> {
    let mut offset = 0;
    loop {
        let line = text.get(offset..).filter(|rest| !rest.is_empty())?;
        // Nearly every document's first line that is no comment.
        if line.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return None;
        }
        let length = memchr::memchr(b'\n', line.as_bytes()).map_or(line.len(), |index| index + 1);
        match line.as_bytes().first() {
            Some(b'%') => return Some(offset),
            Some(b'#') => {}
            _ if line.get(..length).is_some_and(|line| line.trim().is_empty()) => {}
            _ => return None,
        }
        offset += length;
    }
}

fn is_json(text: &str) -> bool {
    text.bytes().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) == Some(b'{')
}

#[cfg(test)]
mod tests;
