//! The whole stream: its text in chunks, the chunks rendered by threads, what they came to put together.

use super::chunks::{self, Chunk, chunks};
use super::edited::EditedStream;
use super::kapp::Kapp;
use super::plan::Plan;
use super::unmatched::unmatched;
use super::unused::unused;
use super::{Deployer, ErrorKind, RenderOptions, kustomization};
use crate::autoscalers::owners;
use crate::finding::{Finding, Severity};
use crate::selection::Selection;
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use yaml_edit::{Tree, bodies, may_hold};

/// Stack of a thread: documents may nest as deep in it as in the main thread.
const STACK: usize = 8 << 20;

/// Renders a stream; what failed is in the result.
pub(super) fn render<'t>(text: &'t str, mut plan: Plan<'_>, options: &RenderOptions) -> EditedStream<'t> {
    find_owners(text, &mut plan);
    find_selectors(text, &mut plan);
    if options.deployer == Deployer::Kapp {
        let settings = &plan.context.configuration.kapp;
        plan.kapp = Some(Kapp::of(bodies(text), settings, &plan.context.owners));
    }
    let unresolved = kustomization::resolve(text, &mut plan);
    plan.findings.extend(unresolved);
    let chunks: Vec<&str> = chunks(text).collect();
    let rendered = render_chunks(&chunks, &plan, options);
    finish(rendered, &plan)
}

/// Renders the chunks, in their order, on at most `options.threads` threads. Each thread takes the next chunk that no
/// other has taken.
fn render_chunks<'t>(chunks: &[&'t str], plan: &Plan<'_>, options: &RenderOptions) -> Vec<Chunk<'t>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut memory = chunks::Memory::default();
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(text) = chunks.get(index) else { return done };
            done.push((index, chunks::render(text, plan, options, &mut memory)));
        }
    };
    let threads = options.threads.min(chunks.len());
    let mut done = thread::scope(|scope| {
        let start = || thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        // If the system refuses a thread, the others do its share.
        let others: Vec<_> = (1..threads).filter_map(|_| start().ok()).collect();
        let mut done = work();
        for other in others {
            done.extend(other.join().unwrap_or_else(|reason| panic::resume_unwind(reason)));
        }
        done
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, chunk)| chunk).collect()
}

/// Puts the rendered chunks together, with everything that is wrong with them.
fn finish<'t>(rendered: Vec<Chunk<'t>>, plan: &Plan<'_>) -> EditedStream<'t> {
    let (texts, report) = chunks::join(rendered);
    let chunks::Report {
        invalid, findings: of_documents, changes, objects, matched, used, is_rendered, ..
    } = report;
    let is_invalid = !invalid.is_empty();
    let mut findings = invalid;
    findings.extend(plan.findings.iter().cloned().chain(of_documents));
    // Settings and exceptions may be for objects of invalid documents, so without them nothing is known.
    if !is_invalid {
        let bodies = texts.iter().flat_map(|edited| bodies(edited.text));
        findings.extend(unmatched(bodies, plan, &matched, is_rendered));
        findings.extend(unused(plan, &used));
    }
    let has_failed =
        |findings: &[Finding]| findings.iter().any(|finding| finding.severity == Severity::Error);
    if report.removed > 0 && report.removed == report.count && !has_failed(&findings) {
        findings.push(
            Finding::error("empty-output", "every object was removed, so the output would be empty")
                .help("Helm 3 takes empty output for a release without objects, and deletes everything"),
        );
    }
    let failure =
        if is_invalid { Some(ErrorKind::Input) } else { has_failed(&findings).then_some(ErrorKind::Rule) };
    let appended = plan.kapp.as_ref().and_then(Kapp::config).unwrap_or_default();
    EditedStream { texts, appended, objects, changes, findings, failure }
}

/// Finds the workloads that autoscalers own; an autoscaler may come after its workload.
fn find_owners(text: &str, plan: &mut Plan<'_>) {
    for body in bodies(text).filter(|body| may_hold(body, "scaleTargetRef")) {
        if let Ok(tree) = yaml_edit::read(body, Tree::default()) {
            owners(&tree, &mut plan.context.owners);
        }
    }
}

/// Finds the selectors that read a label of the standards; a selector may come after what it selects.
fn find_selectors(text: &str, plan: &mut Plan<'_>) {
    let configuration = plan.context.configuration;
    if !configuration.labels.is_empty() && configuration.standards.labels.mode.writes() {
        plan.context.selection = Selection::of(bodies(text), &configuration.labels, plan.context.namespace);
    }
}
