//! Documents depend on nothing but the plan: a stream is rendered in parts, side by side where it is long, and the
//! parts come together in their order.

use super::document::{self, Notes, Work, Written};
use super::edited::EditedText;
use super::plan::Plan;
use super::{Change, RenderOptions, place};
use crate::finding::{Finding, Location};
use crate::manifest::{documents, first_boundary};
use crate::object::Remark;
use crate::yaml::{Checker, Edits, Tree};
use std::borrow::Cow;
use std::ops::Range;

/// A part of about this many bytes takes some times as long to render as a thread takes to start, and is small enough
/// that threads end at about the same time.
pub(crate) const SIZE: usize = 128 << 10;

/// What a part of a stream came to. Numbers of documents and lines are those of the part alone.
#[derive(Default)]
pub(super) struct Part {
    /// Documents that cannot be read or are no objects.
    pub(super) invalid: Vec<Finding>,
    /// What standards and settings have to say.
    pub(super) findings: Vec<Finding>,
    pub(super) changes: Vec<Change>,
    /// Which settings matched an object.
    pub(super) matched: Vec<bool>,
    /// Whether an object bore the stamp of this very configuration.
    pub(super) is_rendered: bool,
    /// How many documents there are.
    pub(super) count: usize,
    /// How many of them went.
    pub(super) gone: usize,
}

/// What a thread needs for a part and can use again for the next.
#[derive(Default)]
pub(super) struct Memory {
    tree: Tree<'static>,
    checker: Checker,
    /// Of a document.
    edits: Edits,
    /// Of the part.
    all: Edits,
}

/// A text in parts of about the same size that have the documents of the whole.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (part, more) = match first_boundary(text.as_bytes(), SIZE) {
            Some(boundary) => text.split_at(boundary),
            None => (text, ""),
        };
        rest = Some(more).filter(|more| !more.is_empty());
        Some(part)
    })
}

/// Renders the documents of a part.
pub(super) fn render<'t>(
    text: Cow<'t, str>,
    plan: &Plan<'_>,
    options: &RenderOptions,
    memory: &mut Memory,
) -> (EditedText<'t>, Part) {
    let mut part = Part { matched: vec![false; plan.settings.len()], ..Part::default() };
    let edits = &mut memory.all;
    edits.clear();
    let mut tree = std::mem::take(&mut memory.tree).recycle();
    let mut lines = Lines { text: &text, until: 0, found: 0 };
    let mut work = Work {
        matched: &mut part.matched,
        is_rendered: &mut part.is_rendered,
        checker: &mut memory.checker,
        edits: &mut memory.edits,
    };
    for range in documents(&text) {
        part.count += 1;
        let body = text.get(range.clone()).unwrap_or_default();
        let mut notes = Notes::default();
        let (written, used) =
            document::render(body, part.count, plan, options, tree.recycle(), &mut work, &mut notes);
        tree = used;
        match written {
            Written::Same => {}
            Written::Edited => edits.append(work.edits, range.start),
            Written::Gone => {
                part.gone += 1;
                edits.push(range.start, range.end, "");
            }
        }
        for remark in notes.remarks {
            let findings = if remark.invalid { &mut part.invalid } else { &mut part.findings };
            findings.push(locate(&mut lines, &range, part.count, remark, options));
        }
        part.changes.append(&mut notes.changes);
    }
    memory.tree = tree.recycle();
    // As large as they are: parts are kept until all are done.
    let edits = edits.clone();
    (EditedText { text, edits }, part)
}

/// Puts parts together: the whole stream, and what it came to.
pub(super) fn join(parts: Vec<(EditedText<'_>, Part)>) -> (Vec<EditedText<'_>>, Part) {
    let has_places = |(_, part): &(_, Part)| !part.invalid.is_empty() || !part.findings.is_empty();
    let counts_lines = parts.iter().any(has_places);
    let (mut texts, mut whole, mut lines) = (Vec::with_capacity(parts.len()), Part::default(), 0);
    for (edited, part) in parts {
        whole.append(part, lines);
        if counts_lines {
            lines += memchr::memchr_iter(b'\n', edited.text.as_bytes()).count();
        }
        texts.push(edited);
    }
    (texts, whole)
}

impl Part {
    /// Takes in the part that comes next, `lines` below the beginning.
    fn append(&mut self, next: Self, lines: usize) {
        let documents = self.count;
        let moved = |mut finding: Finding| {
            let place = &mut finding.location;
            place.document = place.document.map(|number| documents + number);
            place.line = place.line.map(|line| lines + line);
            finding
        };
        self.invalid.extend(next.invalid.into_iter().map(moved));
        self.findings.extend(next.findings.into_iter().map(moved));
        let moved = |change: Change| Change { document: documents + change.document, ..change };
        self.changes.extend(next.changes.into_iter().map(moved));
        if self.matched.is_empty() {
            self.matched = next.matched;
        } else {
            self.matched.iter_mut().zip(next.matched).for_each(|(matched, also)| *matched |= also);
        }
        self.is_rendered |= next.is_rendered;
        self.count += next.count;
        self.gone += next.gone;
    }
}

/// Counts lines as far as it is asked for, each once.
struct Lines<'s> {
    text: &'s str,
    until: usize,
    found: usize,
}

impl Lines<'_> {
    /// Number of lines before an offset; offsets do not go back.
    fn before(&mut self, offset: usize) -> usize {
        let bytes = self.text.as_bytes().get(self.until..offset).unwrap_or_default();
        self.found += memchr::memchr_iter(b'\n', bytes).count();
        self.until = self.until.max(offset);
        self.found
    }
}

/// A remark about a document, with its place in the part.
fn locate(
    lines: &mut Lines<'_>,
    range: &Range<usize>,
    document: usize,
    remark: Remark,
    options: &RenderOptions,
) -> Finding {
    let Some(offset) = remark.offset else {
        return remark.finding.at(Location { document: Some(document), ..Location::default() });
    };
    // A document may begin behind a separator on its line.
    let before = lines.text.as_bytes().get(..range.start).unwrap_or_default();
    let begin = memchr::memrchr(b'\n', before).map_or(0, |index| index + 1);
    let mut place =
        place(lines.text.get(begin..).unwrap_or_default(), range.start - begin + offset, document, options);
    place.line = place.line.map(|line| line + lines.before(begin));
    if is_secret(lines.text.get(range.clone()).unwrap_or_default()) {
        place.text = None;
    }
    remark.finding.at(place)
}

/// Whether a document says that it is a Secret, however badly it is written: no log shows its lines.
fn is_secret(body: &str) -> bool {
    body.lines().any(|line| line.contains("kind") && line.contains("Secret"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest;
    use std::fmt::Write;

    #[test]
    fn parts_have_the_documents_of_the_whole() {
        const SEPARATORS: [&str; 6] = ["---\n", "--- # x\r\n", "---\n---\n", "---", "----: 1\n", "--- "];
        let mut text = String::from("\u{feff}a: 0\n");
        for (index, separator) in SEPARATORS.iter().cycle().take(3_000).enumerate() {
            let _ = writeln!(text, "{separator}b{index}: {}", "x".repeat(index % 700));
        }
        let whole: Vec<&str> = manifest::documents(&text).map(|range| &text[range]).collect();
        let parts: Vec<&str> = parts(&text).collect();
        assert!(parts.len() > 5 && parts.concat() == text);
        let of_parts = parts.iter().flat_map(|part| manifest::documents(part).map(|range| &part[range]));
        assert_eq!(of_parts.collect::<Vec<_>>(), whole);
    }
}
