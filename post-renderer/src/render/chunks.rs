//! Documents depend on nothing but the plan, so a stream is rendered in chunks of whole documents, side by side.

use super::document::{self, Written};
use super::edited::EditedText;
use super::plan::Plan;
use super::work::Work;
use super::{Change, RenderOptions, RenderedObject, place};
use crate::finding::{Finding, Location, template};
use crate::object::Remark;
use crate::secrets::{may_hold_secret, without_quotations};
use std::ops::Range;
use yaml_edit::{Checker, Edits, Tree, documents, first_boundary};

/// Bytes of a chunk, at least: rendering that much takes several times as long as starting a thread.
const SIZE: usize = 64 << 10;

/// A rendered chunk: its text with edits, and what was found.
pub(super) type Chunk<'t> = (EditedText<'t>, Report);

/// What rendering found. Numbers of documents and lines count from the beginning of the chunk.
#[derive(Default)]
pub(super) struct Report {
    /// Documents that cannot be read or hold no object.
    pub(super) invalid: Vec<Finding>,
    /// Findings of standards and settings.
    pub(super) findings: Vec<Finding>,
    /// Changed fields, if the caller asked for them.
    pub(super) changes: Vec<Change>,
    /// The objects, if the caller asked for changes.
    pub(super) objects: Vec<RenderedObject>,
    /// For each setting, whether it matched an object.
    pub(super) matched: Vec<bool>,
    /// For each exception, whether it was used.
    pub(super) used: Vec<bool>,
    /// Whether an object carries the stamp of this configuration.
    pub(super) is_rendered: bool,
    /// Number of documents.
    pub(super) count: usize,
    /// Number of documents that were removed.
    pub(super) removed: usize,
}

/// Memory that a thread uses again for its next chunk.
#[derive(Default)]
pub(super) struct Memory {
    tree: Tree<'static>,
    checker: Checker,
    document_edits: Edits,
    chunk_edits: Edits,
}

/// Splits a text into chunks of about the same size, at boundaries of documents.
pub(super) fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (chunk, more) = match first_boundary(text.as_bytes(), SIZE) {
            Some(boundary) => text.split_at(boundary),
            None => (text, ""),
        };
        rest = Some(more).filter(|more| !more.is_empty());
        Some(chunk)
    })
}

/// Renders the documents of a chunk.
pub(super) fn render<'t>(
    text: &'t str,
    plan: &Plan<'_>,
    options: &RenderOptions,
    memory: &mut Memory,
) -> Chunk<'t> {
    let mut report = Report {
        matched: vec![false; plan.settings.len()],
        used: vec![false; plan.context.exceptions.len()],
        ..Report::default()
    };
    let edits = &mut memory.chunk_edits;
    edits.clear();
    let mut tree = std::mem::take(&mut memory.tree).recycle();
    let mut lines = Lines { text, until: 0, found: 0 };
    let mut work = Work {
        matched: &mut report.matched,
        used: &mut report.used,
        is_rendered: &mut report.is_rendered,
        checker: &mut memory.checker,
        edits: &mut memory.document_edits,
        needs_changes: false,
    };
    for range in documents(text) {
        report.count += 1;
        let body = text.get(range.clone()).unwrap_or_default();
        let (written, used, mut notes) =
            document::render(body, report.count, plan, options, tree.recycle(), &mut work);
        tree = used;
        match written {
            Written::Same => {}
            Written::Edited => edits.append(work.edits, range.start),
            Written::Removed => {
                report.removed += 1;
                edits.push(range.start, range.end, "");
            }
        }
        let is_named = !notes.remarks.is_empty() || !notes.objects.is_empty();
        let template = if is_named { template(body) } else { None };
        for remark in notes.remarks {
            let findings = if remark.invalid { &mut report.invalid } else { &mut report.findings };
            let mut finding = locate(&mut lines, &range, report.count, remark, options);
            finding.location.template.clone_from(&template);
            findings.push(finding);
        }
        for seen in notes.objects {
            report.objects.push(RenderedObject {
                object: seen.label,
                document: report.count,
                line: seen.offset.map(|offset| lines.before(range.start + offset) + 1),
                template: template.clone(),
                is_changed: seen.is_changed,
            });
        }
        report.changes.append(&mut notes.changes);
    }
    memory.tree = tree.recycle();
    // The clone is as large as it needs to be; the original keeps its memory for the next chunk.
    (EditedText { text, edits: edits.clone() }, report)
}

/// Puts rendered chunks together: the texts, and one report for the whole stream.
pub(super) fn join(chunks: Vec<Chunk<'_>>) -> (Vec<EditedText<'_>>, Report) {
    let (mut texts, mut whole, mut lines) = (Vec::with_capacity(chunks.len()), Report::default(), 0);
    for (edited, report) in chunks {
        whole.append(report, lines);
        lines += memchr::memchr_iter(b'\n', edited.text.as_bytes()).count();
        texts.push(edited);
    }
    (texts, whole)
}

impl Report {
    /// Adds the report of the next chunk, which begins `lines` lines below the beginning of the stream.
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
        let moved = |object: RenderedObject| RenderedObject {
            document: documents + object.document,
            line: object.line.map(|line| lines + line),
            ..object
        };
        self.objects.extend(next.objects.into_iter().map(moved));
        let moved = |change: Change| Change { document: documents + change.document, ..change };
        self.changes.extend(next.changes.into_iter().map(moved));
        for (flags, more) in [(&mut self.matched, next.matched), (&mut self.used, next.used)] {
            if flags.is_empty() {
                *flags = more;
            } else {
                flags.iter_mut().zip(more).for_each(|(flag, also)| *flag |= also);
            }
        }
        self.is_rendered |= next.is_rendered;
        self.count += next.count;
        self.removed += next.removed;
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

/// A remark about a document, with its place in the chunk.
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
    let mut finding = remark.finding;
    if may_hold_secret(lines.text.get(range.clone()).unwrap_or_default()) {
        place.text = None;
        // The reader's message may quote the document.
        if matches!(finding.id.as_str(), "invalid-yaml" | "invalid-object") {
            finding.message = without_quotations(&finding.message);
        }
    }
    finding.at(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn chunks_have_the_documents_of_the_whole() {
        const SEPARATORS: [&str; 6] = ["---\n", "--- # x\r\n", "---\n---\n", "---", "----: 1\n", "--- "];
        let mut text = String::from("\u{feff}a: 0\n");
        for (index, separator) in SEPARATORS.iter().cycle().take(3_000).enumerate() {
            let _ = writeln!(text, "{separator}b{index}: {}", "x".repeat(index % 700));
        }
        let whole: Vec<&str> = yaml_edit::documents(&text).map(|range| &text[range]).collect();
        let chunks: Vec<&str> = chunks(&text).collect();
        assert!(chunks.len() > 5 && chunks.concat() == text);
        let of_chunks =
            chunks.iter().flat_map(|chunk| yaml_edit::documents(chunk).map(|range| &chunk[range]));
        assert_eq!(of_chunks.collect::<Vec<_>>(), whole);
    }
}
