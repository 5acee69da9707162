//! Documents depend on nothing but the plan: a long stream is rendered in parts side by side, and the parts come
//! together in their order, so that the number of threads is not seen in what comes out.

use super::document::{self, Notes, Work, Written};
use super::plan::Plan;
use super::{Change, RenderOptions, place};
use crate::finding::{Finding, Location};
use crate::manifest::documents;
use crate::object::Remark;
use crate::yaml::{Checker, Edits, Tree};
use std::ops::Range;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::{panic, thread};

/// A part of this many bytes takes some times as long to render as a thread takes to start, and is small enough that
/// threads end at about the same time.
const SIZE: usize = 128 << 10;
/// Documents may nest as deep in a thread as they may without one.
const STACK: usize = 8 << 20;

/// What a part of a stream came to.
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

/// What a thread needs for a document and can use again for the next.
#[derive(Default)]
struct Memory {
    tree: Tree<'static>,
    checker: Checker,
    edits: Edits,
}

/// Renders the documents of a stream. Gives its edits part by part, sorted, and what else there is of the parts.
pub(super) fn render(text: &str, plan: &Plan<'_>, options: &RenderOptions) -> (Vec<Edits>, Part) {
    let stream = Stream { text, plan, options };
    let threads = options.threads.min(text.len() / SIZE);
    if threads < 2 {
        let batch = Batch { index: 0, first: 0, documents: documents(text).collect() };
        let (edits, part) = stream.part(batch, &mut Memory::default());
        return (vec![edits], part);
    }
    let (sender, receiver) = mpsc::channel();
    let receiver = Mutex::new(receiver);
    let work = || {
        let mut done = Vec::new();
        let mut memory = Memory::default();
        while let Some(batch) = take(&receiver) {
            done.push((batch.index, stream.part(batch, &mut memory)));
        }
        done
    };
    let mut parts = thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        // Where the system has no thread to give, those that are there do its share.
        let others: Vec<_> = (1..threads).filter_map(|number| spawn(number).ok()).collect();
        // They begin while the rest of the stream is still being split.
        deal(text, sender);
        let mut parts = work();
        for thread in others {
            parts.append(&mut thread.join().unwrap_or_else(|reason| panic::resume_unwind(reason)));
        }
        parts
    });
    parts.sort_by_key(|(index, _)| *index);
    let (edits, parts): (Vec<Edits>, Vec<Part>) = parts.into_iter().map(|(_, part)| part).unzip();
    let mut parts = parts.into_iter();
    let mut whole = parts.next().unwrap_or_default();
    parts.for_each(|part| whole.append(part));
    (edits, whole)
}

/// Documents that are rendered at a stretch.
struct Batch {
    /// Its place among all.
    index: usize,
    /// How many documents come before it.
    first: usize,
    documents: Vec<Range<usize>>,
}

/// Splits the stream into batches of about the same size.
fn deal(text: &str, sender: Sender<Batch>) {
    let mut batch = Batch { index: 0, first: 0, documents: Vec::new() };
    let mut begun = 0;
    for document in documents(text) {
        let end = document.end;
        batch.documents.push(document);
        if end - begun >= SIZE {
            let next = Batch {
                index: batch.index + 1,
                first: batch.first + batch.documents.len(),
                documents: Vec::with_capacity(batch.documents.len()),
            };
            // Nobody who could take it goes before the sender does.
            let _ = sender.send(std::mem::replace(&mut batch, next));
            begun = end;
        }
    }
    let _ = sender.send(batch);
    // Whoever waits learns by this that there is no more.
    drop(sender);
}

/// The next batch that no thread has taken; waits for it while the stream is still being split.
fn take(receiver: &Mutex<Receiver<Batch>>) -> Option<Batch> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// What all parts share.
#[derive(Clone, Copy)]
struct Stream<'s, 'c> {
    text: &'s str,
    plan: &'s Plan<'c>,
    options: &'s RenderOptions,
}

impl Stream<'_, '_> {
    /// Renders some of the documents.
    fn part(&self, batch: Batch, memory: &mut Memory) -> (Edits, Part) {
        let Self { text, plan, options } = *self;
        let mut part = Part {
            matched: vec![false; plan.settings.len()],
            count: batch.documents.len(),
            ..Part::default()
        };
        let mut edits = Edits::default();
        let mut tree = std::mem::take(&mut memory.tree).recycle();
        let mut lines = Lines { text, until: 0, found: 0 };
        let mut work = Work {
            matched: &mut part.matched,
            is_rendered: &mut part.is_rendered,
            checker: &mut memory.checker,
            edits: &mut memory.edits,
        };
        for (number, range) in (batch.first + 1..).zip(batch.documents) {
            let body = text.get(range.clone()).unwrap_or_default();
            let mut notes = Notes::default();
            let (written, used) =
                document::render(body, number, plan, options, tree.recycle(), &mut work, &mut notes);
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
                findings.push(locate(&mut lines, &range, number, remark, options));
            }
            part.changes.append(&mut notes.changes);
        }
        memory.tree = tree.recycle();
        (edits, part)
    }
}

impl Part {
    /// Takes in the part that comes next.
    fn append(&mut self, mut next: Self) {
        self.invalid.append(&mut next.invalid);
        self.findings.append(&mut next.findings);
        self.changes.append(&mut next.changes);
        for (matched, also) in self.matched.iter_mut().zip(next.matched) {
            *matched |= also;
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
