//! Where the documents of a stream begin and end.

use std::ops::Range;

/// What a separator begins with.
const DASHES: &[u8] = b"---";
/// A byte-order mark.
const MARK: &str = "\u{feff}";

/// Splits a stream at lines of `---`, perhaps with a comment, which both Kubernetes and Helm do. Gives the bodies; what
/// lies between them is separators. Bodies without content are left out. Lines that begin with `---` and go on
/// otherwise stay in the body, which is refused when it is read.
pub fn documents(text: &str) -> Documents<'_> {
    let start = if text.starts_with(MARK) { MARK.len() } else { 0 };
    let separators = memchr::memmem::find_iter(text.as_bytes(), DASHES);
    Documents { text, separators, start: Some(start), follows_text: false }
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
    /// Whether the separator before the next body has a YAML document before it.
    follows_text: bool,
}

impl Iterator for Documents<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let start = self.start?;
            let separator = self.separators.find_map(|found| separator(self.text.as_bytes(), start, found));
            let end = separator.as_ref().map_or(self.text.len(), |separator| separator.start);
            let body = body(self.text, start..end, self.follows_text);
            // Kubernetes reads JSON at the start of a stream apart from what follows it.
            let before = self.text.get(start..end).unwrap_or_default();
            self.follows_text = !before.is_empty() && !before.trim_start().starts_with('{');
            self.start = separator.map(|separator| separator.end);
            if let Some(body) = body {
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
    let is_comment = text.starts_with(b"#")
        && text.len() < line.len()
        && std::str::from_utf8(text).is_ok_and(|text| !breaks_line(text.trim_end()));
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
    let rest = bytes.get(dashes..).unwrap_or_default();
    // What may still come decides about a line without an end, and what stands before about a byte-order mark.
    let is_complete = rest.contains(&b'\n');
    let is_followed_by = |separator: &Range<usize>, text: &[u8]| {
        bytes.get(separator.end..).is_some_and(|rest| rest.starts_with(text))
    };
    is_complete
        && separator(bytes, dashes, dashes).is_some_and(|separator| {
            !is_followed_by(&separator, DASHES) && !is_followed_by(&separator, MARK.as_bytes())
        })
}

/// A body with content. Files that were written with a byte-order mark keep it when they are put together, and
/// Kubernetes skips it at the start of a document; but to a document without text before its separator it gives that
/// separator as well, and then the mark is text.
fn body(text: &str, range: Range<usize>, skips_mark: bool) -> Option<Range<usize>> {
    let body = text.get(range.clone()).unwrap_or_default();
    let mark = if skips_mark && body.starts_with(MARK) { MARK.len() } else { 0 };
    has_content(body.get(mark..).unwrap_or_default()).then_some(range.start + mark..range.end)
}

/// Whether there is more than blank lines and comments.
fn has_content(body: &str) -> bool {
    body.split('\n').any(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line).trim_start_matches([' ', '\t']);
        !line.is_empty() && (!line.starts_with('#') || breaks_line(line))
    })
}

/// Whether a line holds a character that ends lines, and so comments, for go-yaml. Reading refuses it there.
fn breaks_line(line: &str) -> bool {
    line.contains(['\r', '\u{85}', '\u{2028}', '\u{2029}'])
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
        assert_eq!(first_boundary(b"a: 1\n---\n---\n\xEF\xBB\xBFb: 1\n", 0), None);
    }

    #[test]
    fn documents_are_split_as_kubernetes_does() {
        check("a: 1\n---\nb: 2\n", &["a: 1\n", "b: 2\n"]);
        check("---\n# Source: x\na: 1\n--- # comment\nb: 2", &["# Source: x\na: 1\n", "b: 2"]);
        check("---\n---\n\n# only\n---\n", &[]);
        check("a: 1\n---b: 2\n---\nc: 3\n", &["a: 1\n---b: 2\n", "c: 3\n"]);
        check("a: 1\n---#\nb: 2\n", &["a: 1\n---#\nb: 2\n"]);
        check("# x\u{2028}a: 1\n", &["# x\u{2028}a: 1\n"]);
        check("a: 1\n--- # x\u{85}b: 1\n", &["a: 1\n--- # x\u{85}b: 1\n"]);
        check("a: 1\n--- # x\r\nb: 1\n", &["a: 1\n", "b: 1\n"]);
        check("a: |\n  ---\n  ------\nb: 1\n", &["a: |\n  ---\n  ------\nb: 1\n"]);
        check("\u{feff}a: 1\r\n---\r\nb: 2\r\n", &["a: 1\r\n", "b: 2\r\n"]);
        check("a: 1\n---\n\u{feff}b: 2\n", &["a: 1\n", "b: 2\n"]);
        check("a: 1\n---\n---\n\u{feff}b: 2\n", &["a: 1\n", "\u{feff}b: 2\n"]);
        check("\u{feff}\u{feff}a: 1\n", &["\u{feff}a: 1\n"]);
        check("--- text\n", &["--- text\n"]);
        check("--- \u{a0}\na: 1\n", &["--- \u{a0}\na: 1\n"]);
        check("-----BEGIN\n", &["-----BEGIN\n"]);
        check("", &[]);
    }
}
