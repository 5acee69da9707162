//! The whole stream: documents rendered part by part, their findings gathered, the edits in one list.

use super::kapp::Kapp;
use super::parts::{self, Part};
use super::plan::Plan;
use super::unmatched::unmatched;
use super::{Deployer, EditedStream, ErrorKind, RenderError, RenderOptions};
use crate::finding::{Finding, Severity};
use crate::manifest::documents;
use crate::standards::owners;
use crate::yaml::{self, Tree};

/// More findings than this help no one; the rest is counted.
const SHOWN: usize = 100;

/// Renders a stream.
pub(super) fn render<'t>(
    text: &'t str,
    mut plan: Plan<'_>,
    options: &RenderOptions,
) -> Result<EditedStream<'t>, RenderError> {
    find_owners(text, &mut plan);
    if options.deployer == Deployer::Kapp {
        plan.kapp = Some(Kapp::of(text, &plan.context.configuration.kapp, &plan.context.owners));
    }
    let (edits, part) = parts::render(text, &plan, options);
    let Part { invalid, findings, changes, count, gone, .. } = part;
    if !invalid.is_empty() {
        return Err(RenderError { kind: ErrorKind::Input, findings: shortened(invalid) });
    }
    let mut findings: Vec<Finding> = plan.findings.into_iter().chain(findings).collect();
    findings.extend(unmatched(text, &plan.settings, &part.matched, part.is_rendered));
    if gone > 0 && gone == count && findings.iter().all(|finding| finding.severity != Severity::Error) {
        findings.push(
            Finding::error("empty-output", "nothing is left of the stream")
                .help("Helm 3 would take empty output for a release without objects and delete everything"),
        );
    }
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(RenderError { kind: ErrorKind::Rule, findings: shortened(findings) });
    }
    let mut edited = EditedStream { text, edits, changes, findings };
    if let Some(config) = plan.kapp.as_ref().and_then(Kapp::config) {
        edited.append(&config);
    }
    Ok(edited)
}

/// Looks for autoscalers, which may come after what they own.
fn find_owners(text: &str, plan: &mut Plan<'_>) {
    if memchr::memmem::find(text.as_bytes(), b"scaleTargetRef").is_none() {
        return;
    }
    for range in documents(text) {
        let body = text.get(range).unwrap_or_default();
        if memchr::memmem::find(body.as_bytes(), b"scaleTargetRef").is_some()
            && let Ok(tree) = yaml::read(body, Tree::default())
        {
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
