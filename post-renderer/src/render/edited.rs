//! A rendered stream as edits of its input: what no rule changes is copied once, when it is written.

use super::{Change, ErrorKind, RenderError, Rendered, RenderedObject};
use crate::finding::{Finding, Severity};
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
    /// The objects, in document order; empty unless changes were asked for.
    pub(crate) objects: Vec<RenderedObject>,
    /// Changed fields, in document order; empty unless asked for.
    pub(crate) changes: Vec<Change>,
    /// Everything that was found.
    pub(crate) findings: Vec<Finding>,
    /// Why the stream must not be written, if it must not.
    pub(crate) failure: Option<ErrorKind>,
}

/// More findings than this in an error help no one; the rest is counted.
const SHOWN: usize = 100;

/// Text and its edits, sorted and without overlap.
pub(super) struct EditedText<'t> {
    pub(super) text: &'t str,
    pub(super) edits: Edits,
}

impl EditedStream<'_> {
    /// The stream, or the error that forbids to write it.
    pub(super) fn checked(self) -> Result<Self, RenderError> {
        match self.failure {
            None => Ok(self),
            Some(kind) => Err(RenderError { kind, findings: shortened(self.findings) }),
        }
    }

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

/// At most as many findings as a person reads, errors first.
fn shortened(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    if findings.len() > SHOWN {
        let rest = findings.len() - SHOWN;
        findings.truncate(SHOWN);
        findings.push(Finding::new("more", Severity::Note, format!("{rest} more findings are not shown")));
    }
    findings
}

/// What the program does with it besides.
#[cfg(feature = "cli")]
impl<'t> EditedStream<'t> {
    /// A stream that stays as it is.
    pub(crate) fn unchanged(text: &'t str) -> Self {
        let texts = vec![EditedText { text, edits: Edits::default() }];
        let (objects, changes, findings) = (Vec::new(), Vec::new(), Vec::new());
        Self { texts, appended: String::new(), objects, changes, findings, failure: None }
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
