//! Whether an image may pass for what ECR's scan has found in it.

use std::collections::BTreeMap;

use ipsy_aws::{Aws, Finding, Image, ScanFindings, ScanStatus};
use provider_framework::{Diagnostic, Diagnostics, Path};

use crate::app::exceptions::ExceptionConfig;
use crate::app::exceptions::Exceptions;
use crate::app::problem::Problems;
use crate::diagnose::{aws_diagnostic, problem_diagnostics};
use crate::session::today;

/// ECR's severities, mildest first.
pub(super) const SEVERITIES: [&str; 6] = ["UNDEFINED", "INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];

/// Findings that a message names; the rest is counted.
const MOST_NAMED: usize = 20;

/// The findings by severity, or an error that names those from `limit` on that no exception lets pass. `title` is how
/// messages name the image.
pub(super) async fn judge(
    aws: &Aws,
    repository: &str,
    title: &str,
    image: &Image,
    limit: &str,
    exceptions: &BTreeMap<String, ExceptionConfig>,
    warnings: &mut Diagnostics,
) -> Result<BTreeMap<String, u64>, Diagnostics> {
    let mut problems = Problems::default();
    let exceptions = Exceptions::of_findings(exceptions, today(), &mut problems);
    if problems.0.iter().any(|problem| !problem.warning) {
        let mut diagnostics = Diagnostics::new();
        problem_diagnostics(&problems, false, &mut diagnostics);
        return Err(diagnostics);
    }
    problem_diagnostics(&problems, true, warnings);
    let scan = aws.repositories.scan_findings(repository, &image.digest).await;
    let scan = scan.map_err(|error| aws_diagnostic("The scan findings can't be read", &error))?;
    let refuse = |summary: String, detail: String| {
        Diagnostic::error(summary, detail).at(Path::root("fail_on_severity"))
    };
    if let Some(why) = unfinished(&scan.status) {
        return Err(refuse(format!("`{title}` has not been scanned"), why).into());
    }
    let bad = severe(&scan, limit, &exceptions);
    for unused in unused(&scan, &exceptions) {
        warnings.push(
            Diagnostic::warning(
                format!("Nothing is left of `{unused}`"),
                "The scan does not find it, so the exception waives nothing. Remove the block.",
            )
            .at(Path::root("exception").key(unused)),
        );
    }
    if bad.is_empty() {
        return Ok(scan.counts);
    }
    Err(refuse(
        format!("`{title}` has findings of severity {limit} or above"),
        format!(
            "{}.\n\nMend the image and push it again. What has to wait may pass until a day: add an `exception` block \
             with `name`, `reason`, `owner` and `expires`.",
            named(&bad)
        ),
    )
    .into())
}

/// Why the findings are not available yet; `None` if they are.
fn unfinished(status: &ScanStatus) -> Option<String> {
    match status {
        ScanStatus::Complete => None,
        ScanStatus::None => Some(
            "ECR has no scan of it. Turn `scan_on_push` on and push the image again, or start a scan."
                .to_owned(),
        ),
        ScanStatus::Pending => Some("Its scan is under way. Run again when it is done.".to_owned()),
        ScanStatus::Failed(why) => {
            Some(format!("Its scan failed: {}. ECR can't judge this image.", why.trim_end_matches('.')))
        }
    }
}

fn rank(severity: &str) -> usize {
    SEVERITIES.iter().position(|known| *known == severity).unwrap_or(0)
}

/// What is at least as severe as `limit` and not waived. Findings that are counted but not listed can't be waived.
fn severe(scan: &ScanFindings, limit: &str, exceptions: &Exceptions) -> Vec<String> {
    let least = rank(limit);
    let listed = scan.findings.iter().filter(|finding| rank(&finding.severity) >= least);
    let mut bad: Vec<&Finding> = listed.filter(|finding| !exceptions.waives(&finding.name)).collect();
    bad.sort_by(|left, right| {
        let by_severity = rank(&right.severity).cmp(&rank(&left.severity));
        by_severity.then_with(|| left.name.cmp(&right.name))
    });
    let mut bad: Vec<String> = bad
        .into_iter()
        .map(|finding| {
            let package = finding.package.as_deref().unwrap_or("unknown package");
            let more = finding.uri.as_deref().map(|uri| format!(" ({uri})")).unwrap_or_default();
            format!("{} {} in {package}{more}", finding.severity, finding.name)
        })
        .collect();
    for (severity, count) in scan.counts.iter().filter(|(severity, _)| rank(severity) >= least) {
        let listed = scan.findings.iter().filter(|finding| finding.severity == *severity).count();
        let missing = count.saturating_sub(u64::try_from(listed).unwrap_or(u64::MAX));
        if missing > 0 {
            bad.push(format!("{severity}: {missing} that ECR does not name"));
        }
    }
    bad
}

/// The exceptions without a finding.
fn unused<'a>(scan: &ScanFindings, exceptions: &'a Exceptions) -> Vec<&'a String> {
    exceptions.0.keys().filter(|name| !scan.findings.iter().any(|finding| finding.name == **name)).collect()
}

fn named(bad: &[String]) -> String {
    let rest = bad.len().saturating_sub(MOST_NAMED);
    let list = bad.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
    if rest == 0 { list } else { format!("{list}; and {rest} more") }
}
