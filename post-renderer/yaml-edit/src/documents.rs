//! Where the documents of a stream begin and end.

use std::ops::Range;

/// What a separator begins with.
const DASHES: &[u8] = b"---";

/// Splits a stream at lines of `---`, perhaps with a comment, which both Kubernetes and Helm do. Gives the bodies; what
/// lies between them is separators. Bodies without content are left out. Lines that begin with `---` and go on
/// otherwise stay in the body, which is refused when it is read.
pub fn documents(text: &str) -> Documents<'_> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    Documents { text, separators: memchr::memmem::find_iter(text.as_bytes(), DASHES), start: Some(start) }
}

/// The bodies themselves.
pub fn bodies(text: &str) -> impl Iterator<Item = &str> {
    documents(text).filter_map(|range| text.get(range))
}

/// The documents of a stream, found as they are asked for.
pub struct Documents<'t> {
    text: &'t str,
    separators: memchr::memmem::FindIter<'t, 'static>,
    /// Where the next body begins; nothing behind the last one.
    start: Option<usize>,
}

impl Iterator for Documents<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let start = self.start?;
            let separator = self.separators.find_map(|found| separator(self.text.as_bytes(), start, found));
            let end = separator.as_ref().map_or(self.text.len(), |separator| separator.start);
            self.start = separator.map(|separator| separator.end);
            if let Some(body) = body(self.text, start..end) {
                return Some(body);
            }
        }
    }
}

/// The separator line at these dashes behind `start`, if they are one.
fn separator(bytes: &[u8], start: usize, found: usize) -> Option<Range<usize>> {
    let begins_line = found == start || bytes.get(found.wrapping_sub(1)) == Some(&b'\n');
    if found < start || !begins_line {
        return None;
    }
    let rest = bytes.get(found + DASHES.len()..).unwrap_or_default();
    let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |index| index + 1);
    let line = rest.get(..length).unwrap_or_default();
    let text = line.trim_ascii_start();
    let is_comment = text.starts_with(b"#") && text.len() < line.len();
    (text.is_empty() || is_comment).then_some(found..found + DASHES.len() + length)
}

/// The first place at or behind `from` where a stream can be parted: its parts have the documents of the whole,
/// whatever comes behind these bytes.
pub fn first_boundary(bytes: &[u8], from: usize) -> Option<usize> {
    let line_ends = memchr::memmem::find_iter(bytes.get(from..)?, LINE_OF_DASHES);
    line_ends.map(|line_end| from + line_end + 1).find(|dashes| is_boundary(bytes, *dashes))
}

const LINE_OF_DASHES: &[u8] = b"\n---";

fn is_boundary(bytes: &[u8], dashes: usize) -> bool {
    // What may still come decides about a line without an end.
    bytes.get(dashes..).is_some_and(|rest| rest.contains(&b'\n')) && separator(bytes, dashes, dashes).is_some()
}

/// A body with content, without the byte-order mark of a file of its own.
fn body(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let body = text.get(range.clone()).unwrap_or_default();
    // Files that were written with a byte-order mark keep it when they are put together.
    let mark = if body.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    has_content(body.get(mark..).unwrap_or_default()).then_some(range.start + mark..range.end)
}

/// Whether there is more than blank lines and comments.
fn has_content(body: &str) -> bool {
    let mut rest = body;
    loop {
        rest = rest.trim_start();
        if !rest.starts_with('#') {
            return !rest.is_empty();
        }
        rest = memchr::memchr(b'\n', rest.as_bytes()).and_then(|end| rest.get(end..)).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, bodies: &[&str]) {
        let found: Vec<&str> = documents(text).map(|range| &text[range]).collect();
        assert_eq!(found, bodies);
    }

    #[test]
    fn a_stream_can_be_parted_only_where_a_separator_is_sure() {
        let text = b"--- \na: 1\n----\n--- #\nb: 2\n---\nc: 3\n---";
        assert_eq!(first_boundary(text, 0), Some(15));
        assert_eq!(first_boundary(text, 15), Some(26));
        assert_eq!(first_boundary(text, 26), None);
    }

    #[test]
    fn documents_are_split_as_kubernetes_does() {
        check("a: 1\n---\nb: 2\n", &["a: 1\n", "b: 2\n"]);
        check("---\n# Source: x\na: 1\n--- # comment\nb: 2", &["# Source: x\na: 1\n", "b: 2"]);
        check("---\n---\n\n# only\n---\n", &[]);
        check("a: 1\n---b: 2\n---\nc: 3\n", &["a: 1\n---b: 2\n", "c: 3\n"]);
        check("a: 1\n---#\nb: 2\n", &["a: 1\n---#\nb: 2\n"]);
        check("a: |\n  ---\n  ------\nb: 1\n", &["a: |\n  ---\n  ------\nb: 1\n"]);
        check("\u{feff}a: 1\r\n---\r\nb: 2\r\n", &["a: 1\r\n", "b: 2\r\n"]);
        check("a: 1\n---\n\u{feff}b: 2\n", &["a: 1\n", "b: 2\n"]);
        check("--- text\n", &["--- text\n"]);
        check("--- \u{a0}\na: 1\n", &["--- \u{a0}\na: 1\n"]);
        check("-----BEGIN\n", &["-----BEGIN\n"]);
        check("", &[]);
    }
}
