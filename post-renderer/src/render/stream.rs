//! The whole stream: documents rendered part by part, their findings gathered, the edits in one list.

use super::edited::EditedText;
use super::kapp::Kapp;
use super::parts::{self, Part};
use super::plan::Plan;
use super::threads::spread;
use super::unmatched::unmatched;
use super::{Deployer, EditedStream, ErrorKind, RenderError, RenderOptions};
use crate::finding::{Finding, Severity};
use crate::manifest::bodies;
use crate::standards::owners;
use crate::yaml::{self, Tree};
use std::borrow::Cow;

/// More findings than this help no one; the rest is counted.
const SHOWN: usize = 100;

/// Renders a stream, which is there in parts.
pub(super) fn render<'t>(
    parts: Vec<Cow<'t, str>>,
    mut plan: Plan<'_>,
    options: &RenderOptions,
) -> Result<EditedStream<'t>, RenderError> {
    find_owners(&parts, &mut plan);
    if options.deployer == Deployer::Kapp {
        let settings = &plan.context.configuration.kapp;
        plan.kapp =
            Some(Kapp::of(parts.iter().flat_map(|part| bodies(part)), settings, &plan.context.owners));
    }
    let rendered = spread(options.threads, parts.into_iter(), |part, memory| {
        parts::render(part, &plan, options, memory)
    });
    finish(rendered, plan)
}

/// Puts the rendered parts of a stream together, or says all that is wrong with them.
pub(super) fn finish<'t>(
    parts: Vec<(EditedText<'t>, Part)>,
    plan: Plan<'_>,
) -> Result<EditedStream<'t>, RenderError> {
    let (texts, part) = parts::join(parts);
    let Part { invalid, findings, changes, matched, is_rendered, count, gone } = part;
    if !invalid.is_empty() {
        return Err(RenderError { kind: ErrorKind::Input, findings: shortened(invalid) });
    }
    let mut findings: Vec<Finding> = plan.findings.into_iter().chain(findings).collect();
    let bodies = texts.iter().flat_map(|edited| bodies(&edited.text));
    findings.extend(unmatched(bodies, &plan.settings, &matched, is_rendered));
    if gone > 0 && gone == count && findings.iter().all(|finding| finding.severity != Severity::Error) {
        findings.push(
            Finding::error("empty-output", "nothing is left of the stream")
                .help("Helm 3 would take empty output for a release without objects and delete everything"),
        );
    }
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(RenderError { kind: ErrorKind::Rule, findings: shortened(findings) });
    }
    let mut edited = EditedStream { texts, changes, findings };
    if let Some(config) = plan.kapp.as_ref().and_then(Kapp::config) {
        edited.append(&config);
    }
    Ok(edited)
}

/// Whether there is an autoscaler, perhaps.
pub(super) fn may_own(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"scaleTargetRef").is_some()
}

/// Looks for autoscalers, which may come after what they own.
fn find_owners(parts: &[Cow<'_, str>], plan: &mut Plan<'_>) {
    for body in parts.iter().flat_map(|part| bodies(part)).filter(|body| may_own(body.as_bytes())) {
        if let Ok(tree) = yaml::read(body, Tree::default()) {
            owners(&tree, &mut plan.context.owners);
        }
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
