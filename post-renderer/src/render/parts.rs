//! Documents depend on nothing but the plan: a long stream is rendered in parts side by side, and the parts come
//! together in their order, so that the number of threads is not seen in what comes out.

use super::document::{self, Notes, Work, Written};
use super::plan::Plan;
use super::{Change, RenderOptions, place};
use crate::finding::{Finding, Location};
use crate::object::Remark;
use crate::yaml::{Checker, Edit, Tree};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{panic, thread};

/// A part of this many bytes takes some times as long to render as a thread takes to start, and is small enough that
/// threads end at about the same time.
const SIZE: usize = 128 << 10;
/// Documents may nest as deep in a thread as they may without one.
const STACK: usize = 8 << 20;

/// What a part of a stream came to.
#[derive(Default)]
pub(super) struct Part {
    /// Edits of the stream, sorted.
    pub(super) edits: Vec<Edit>,
    /// Documents that cannot be read or are no objects.
    pub(super) invalid: Vec<Finding>,
    /// What standards and settings have to say.
    pub(super) findings: Vec<Finding>,
    pub(super) changes: Vec<Change>,
    /// Which settings matched an object.
    pub(super) matched: Vec<bool>,
    /// Whether an object bore the stamp of this very configuration.
    pub(super) is_rendered: bool,
    /// How many documents went.
    pub(super) gone: usize,
}

/// Renders the documents of a stream.
pub(super) fn render(text: &str, ranges: &[Range<usize>], plan: &Plan<'_>, options: &RenderOptions) -> Part {
    let stream = Stream { text, ranges, plan, options };
    let threads = options.threads.min(text.len() / SIZE);
    if threads < 2 {
        return stream.part(0..ranges.len());
    }
    let cuts = stream.cuts(text.len() / SIZE);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((index, cut)) = take(&next, &cuts) {
            done.push((index, stream.part(cut)));
        }
        done
    };
    let mut parts = thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        // Where the system has no thread to give, those that are there do its share.
        let others: Vec<_> = (1..threads).filter_map(|number| spawn(number).ok()).collect();
        let mut parts = work();
        for thread in others {
            parts.append(&mut thread.join().unwrap_or_else(|reason| panic::resume_unwind(reason)));
        }
        parts
    });
    parts.sort_by_key(|(index, _)| *index);
    let mut parts = parts.into_iter().map(|(_, part)| part);
    let mut whole = parts.next().unwrap_or_default();
    parts.for_each(|part| whole.append(part));
    whole
}

/// The next part that no thread has taken.
fn take(next: &AtomicUsize, cuts: &[Range<usize>]) -> Option<(usize, Range<usize>)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    cuts.get(index).map(|cut| (index, cut.clone()))
}

/// What all parts share.
#[derive(Clone, Copy)]
struct Stream<'s, 'c> {
    text: &'s str,
    ranges: &'s [Range<usize>],
    plan: &'s Plan<'c>,
    options: &'s RenderOptions,
}

impl Stream<'_, '_> {
    /// Cuts the list of documents into at most so many parts of about as many bytes.
    fn cuts(&self, parts: usize) -> Vec<Range<usize>> {
        let mut cuts: Vec<Range<usize>> = Vec::new();
        let mut begun = 0;
        for (index, range) in self.ranges.iter().enumerate() {
            let is_full = range.end >= self.text.len() / parts * (cuts.len() + 1);
            if is_full && cuts.len() + 1 < parts {
                cuts.push(begun..index + 1);
                begun = index + 1;
            }
        }
        cuts.push(begun..self.ranges.len());
        cuts
    }

    /// Renders some of the documents.
    fn part(&self, documents: Range<usize>) -> Part {
        let Self { text, ranges, plan, options } = *self;
        let mut part = Part { matched: vec![false; plan.settings.len()], ..Part::default() };
        let mut memory = Tree::default();
        let mut lines = Lines { text, until: 0, found: 0 };
        let mut work = Work {
            matched: &mut part.matched,
            is_rendered: &mut part.is_rendered,
            checker: Checker::default(),
        };
        for index in documents {
            let range = ranges.get(index).cloned().unwrap_or_default();
            let body = text.get(range.clone()).unwrap_or_default();
            let mut notes = Notes::default();
            let (written, used) =
                document::render(body, index + 1, plan, options, memory.recycle(), &mut work, &mut notes);
            memory = used.recycle();
            match written {
                Written::Same => {}
                Written::Edited(edits) => part.edits.extend(edits.into_iter().map(|edit| Edit {
                    start: range.start + edit.start,
                    end: range.start + edit.end,
                    text: edit.text,
                })),
                Written::Gone => {
                    part.gone += 1;
                    part.edits.push(Edit { start: range.start, end: range.end, text: String::new() });
                }
            }
            for remark in notes.remarks {
                let findings = if remark.invalid { &mut part.invalid } else { &mut part.findings };
                findings.push(locate(&mut lines, &range, index + 1, remark, options));
            }
            part.changes.append(&mut notes.changes);
        }
        part
    }
}

impl Part {
    /// Takes in the part that comes next.
    fn append(&mut self, mut next: Self) {
        self.edits.append(&mut next.edits);
        self.invalid.append(&mut next.invalid);
        self.findings.append(&mut next.findings);
        self.changes.append(&mut next.changes);
        for (matched, also) in self.matched.iter_mut().zip(next.matched) {
            *matched |= also;
        }
        self.is_rendered |= next.is_rendered;
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

/// A remark about a document, with its place in the stream.
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
