//! The whole stream: documents one after the other, their findings gathered, the output written once.

use super::document::{self, Notes, Written};
use super::kapp::Kapp;
use super::plan::Plan;
use super::unmatched::unmatched;
use super::{Deployer, ErrorKind, RenderError, RenderOptions, Rendered, place};
use crate::finding::{Finding, Location, Severity};
use crate::manifest::documents;
use crate::object::Remark;
use crate::standards::owners;
use crate::yaml::{self, Tree};

/// More findings than this help no one; the rest is counted.
const SHOWN: usize = 100;

/// Renders a stream.
pub(super) fn render(
    text: &str,
    mut plan: Plan<'_>,
    options: &RenderOptions,
) -> Result<Rendered, RenderError> {
    let ranges = documents(text);
    find_owners(text, &ranges, &mut plan);
    if options.deployer == Deployer::Kapp {
        plan.kapp = Some(Kapp::of(text, &plan.context.configuration.kapp, &plan.context.owners));
    }
    let mut output = Vec::with_capacity(text.len() + text.len() / 8);
    let mut invalid = Vec::new();
    let mut findings = std::mem::take(&mut plan.findings);
    let mut changes = Vec::new();
    let mut memory = Tree::default();
    let mut copied = 0;
    let mut gone = 0;
    for (index, range) in ranges.iter().enumerate() {
        let body = text.get(range.clone()).unwrap_or_default();
        output.extend_from_slice(text.as_bytes().get(copied..range.start).unwrap_or_default());
        copied = range.end;
        let mut notes = Notes::default();
        let (written, used) =
            document::render(body, index + 1, &mut plan, options, memory.recycle(), &mut output, &mut notes);
        memory = used.recycle();
        match written {
            Written::Same => output.extend_from_slice(body.as_bytes()),
            Written::Edited => {}
            Written::Gone => gone += 1,
        }
        let located = |remark: Remark| locate(text, range.start, index + 1, remark, options);
        invalid.extend(notes.invalid.into_iter().map(located));
        findings.extend(notes.remarks.into_iter().map(located));
        changes.append(&mut notes.changes);
    }
    output.extend_from_slice(text.as_bytes().get(copied..).unwrap_or_default());
    if let Some(config) = plan.kapp.as_ref().and_then(Kapp::config) {
        if !output.is_empty() && !output.ends_with(b"\n") {
            output.push(b'\n');
        }
        output.extend_from_slice(config.as_bytes());
    }
    if !invalid.is_empty() {
        return Err(RenderError { kind: ErrorKind::Input, findings: shortened(invalid) });
    }
    findings.extend(unmatched(text, &plan.settings));
    if gone > 0 && gone == ranges.len() && findings.iter().all(|finding| finding.severity != Severity::Error)
    {
        findings.push(
            Finding::error("empty-output", "nothing is left of the stream")
                .help("Helm 3 would take empty output for a release without objects and delete everything"),
        );
    }
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(RenderError { kind: ErrorKind::Rule, findings: shortened(findings) });
    }
    Ok(Rendered { output, changes, findings })
}

/// Looks for autoscalers, which may come after what they own.
fn find_owners(text: &str, ranges: &[std::ops::Range<usize>], plan: &mut Plan<'_>) {
    if memchr::memmem::find(text.as_bytes(), b"scaleTargetRef").is_none() {
        return;
    }
    for range in ranges {
        let body = text.get(range.clone()).unwrap_or_default();
        if memchr::memmem::find(body.as_bytes(), b"scaleTargetRef").is_some()
            && let Ok(tree) = yaml::read(body, Tree::default())
        {
            owners(&tree, &mut plan.context.owners);
        }
    }
}

fn locate(text: &str, start: usize, document: usize, remark: Remark, options: &RenderOptions) -> Finding {
    match remark.offset {
        Some(offset) => remark.finding.at(place(text, start + offset, document, options)),
        None => remark.finding.at(Location { document: Some(document), ..Location::default() }),
    }
}

fn shortened(mut findings: Vec<Finding>) -> Vec<Finding> {
    // Errors first, so that what is cut off is the least.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    if findings.len() > SHOWN {
        let rest = findings.len() - SHOWN;
        findings.truncate(SHOWN);
        findings.push(Finding::new("more", Severity::Note, format!("and {rest} more")));
    }
    findings
}
