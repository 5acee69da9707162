//! A rendered stream as edits of its input: what no rule changes is copied once, when it is written.

use super::{Change, Rendered};
use crate::finding::Finding;
#[cfg(feature = "cli")]
use std::io::{self, BufWriter, Write};
use yaml_edit::{Edits, pieces};

/// How much is given to the system at once: large enough to make calls few, and small enough to stay in the
/// processor's cache.
#[cfg(feature = "cli")]
const CHUNK: usize = 256 << 10;

/// A stream of manifests, rendered but not yet written.
pub(crate) struct EditedStream<'t> {
    /// Its text in chunks, in their order.
    pub(super) texts: Vec<EditedText<'t>>,
    /// Documents that come after everything else; empty for none.
    pub(super) appended: String,
    /// Changed fields, in document order; empty unless asked for.
    pub(crate) changes: Vec<Change>,
    /// Warnings and notes.
    pub(crate) findings: Vec<Finding>,
}

/// Text and its edits, sorted and without overlap.
pub(super) struct EditedText<'t> {
    pub(super) text: &'t str,
    pub(super) edits: Edits,
}

impl EditedStream<'_> {
    /// The stream in memory.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.pieces().map(str::len).sum());
        self.pieces().for_each(|piece| bytes.extend_from_slice(piece.as_bytes()));
        bytes
    }

    fn pieces(&self) -> impl Iterator<Item = &str> {
        let edited = || self.texts.iter().flat_map(|edited| pieces(edited.text, edited.edits.iter()));
        let last = edited().filter(|piece| !piece.is_empty()).last();
        let ends_line = self.appended.is_empty() || last.is_none_or(|last| last.ends_with('\n'));
        edited().chain([if ends_line { "" } else { "\n" }, self.appended.as_str()])
    }
}

/// What the program does with it besides.
#[cfg(feature = "cli")]
impl<'t> EditedStream<'t> {
    /// A stream that stays as it is.
    pub(crate) fn unchanged(text: &'t str) -> Self {
        let texts = vec![EditedText { text, edits: Edits::default() }];
        Self { texts, appended: String::new(), changes: Vec::new(), findings: Vec::new() }
    }

    /// The stream as it came.
    pub(crate) fn original(&self) -> Vec<u8> {
        self.texts.iter().flat_map(|edited| edited.text.bytes()).collect()
    }

    /// Whether the stream comes out as it came in.
    pub(crate) fn is_same(&self) -> bool {
        let is_same = |edited: &EditedText<'_>| {
            edited.edits.iter().all(|edit| edited.text.get(edit.start..edit.end) == Some(edit.text))
        };
        self.appended.is_empty() && self.texts.iter().all(is_same)
    }

    /// Writes the stream.
    pub(crate) fn write(&self, stream: &mut dyn Write) -> io::Result<()> {
        let length: usize = self.texts.iter().map(|edited| edited.text.len()).sum();
        let mut writer = BufWriter::with_capacity(CHUNK.min(length), stream);
        self.pieces().try_for_each(|piece| writer.write_all(piece.as_bytes()))?;
        writer.flush()
    }
}

impl From<EditedStream<'_>> for Rendered {
    fn from(edited: EditedStream<'_>) -> Self {
        let output = edited.bytes();
        Self { output, changes: edited.changes, findings: edited.findings }
    }
}

#[cfg(test)]
#[cfg(feature = "cli")]
mod tests {
    use super::*;

    fn edited<'t>(text: &'t str, all: &[(usize, usize, &str)]) -> EditedStream<'t> {
        let mut edits = Edits::default();
        for &(start, end, text) in all {
            edits.push(start, end, text);
        }
        EditedStream { texts: vec![EditedText { text, edits }], ..EditedStream::unchanged("") }
    }

    fn check(text: &str, edits: &[(usize, usize, &str)], expected: &str) {
        let edited = edited(text, edits);
        let mut written = Vec::new();
        edited.write(&mut written).unwrap();
        assert_eq!(String::from_utf8_lossy(&written), expected);
        assert_eq!(edited.bytes(), written);
        assert_eq!(edited.is_same(), text == expected);
    }

    #[test]
    fn edits_take_the_place_of_what_they_span() {
        check("", &[], "");
        check("abc", &[], "abc");
        check("abc", &[(1, 1, "x"), (1, 2, ""), (3, 3, "y")], "axcy");
        check("abc", &[(0, 3, "")], "");
        check("abc", &[(1, 2, "b")], "abc");
    }

    #[test]
    fn what_is_appended_stands_on_its_own_lines() {
        let appended = |text: &str, edits: &[(usize, usize, &str)]| {
            let mut edited = edited(text, edits);
            edited.appended = "more".to_owned();
            String::from_utf8(edited.bytes()).unwrap()
        };
        assert_eq!(appended("", &[]), "more");
        assert_eq!(appended("a", &[]), "a\nmore");
        assert_eq!(appended("a\n", &[]), "a\nmore");
        assert_eq!(appended("a\nb", &[(2, 3, "")]), "a\nmore");
    }
}
