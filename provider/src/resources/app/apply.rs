//! Creating, updating and deleting an app. A create is all or nothing; an update that fails reports what
//! exists, and the next apply does the rest.

use std::collections::BTreeMap;

use ipsy_aws::Aws;
use provider_framework::{
    CreateRequest, DeleteRequest, Diagnostic, Diagnostics, Outcome, Private, Severity, UpdateRequest, Value,
};

use super::adoption;
use super::holder;
use super::leftovers::{forget, left_behind, remember, same, still_there};
use super::outputs::{Inputs, outputs};
use super::parse::{Parsed, parse, parse_leniently};
use super::pending_backends::{self, Entering};
use super::planned_deletion;
use super::pointer;
use super::state;
use super::timeouts::{Limit, Limited};
use super::weight_changes;
use crate::app::deletion::Deletion;
use crate::app::image::Reference;
use crate::diagnose::failure_diagnostic;
use crate::infrastructure::account::Account;
use crate::infrastructure::components::{components, ownership};
use crate::infrastructure::converge::{Adoption, Change, converge, undo};
use crate::infrastructure::destroy::delete as destroy;
use crate::infrastructure::failure::Failure;
use crate::infrastructure::observe::observe;
use crate::infrastructure::orphan::{orphaned_roles, orphans};
use crate::infrastructure::ownership::Holder;
use crate::infrastructure::{Component, ComponentKey, Known, Observed, RuleStatus, listener_rule};
use crate::session::Configured;

/// An app that can be worked on: parsed, with the way to AWS.
struct Work<'a> {
    parsed: Parsed,
    aws: &'a Aws,
    account: &'a Account,
    image: Reference,
    wanted: Vec<Box<dyn Component>>,
}

/// Makes the app, or adopts what an interrupted run has left behind. A failure takes back what was made and
/// leaves no state, because Terraform would otherwise destroy all of it with the next apply.
pub(super) async fn create(configured: &Configured, request: CreateRequest) -> Outcome {
    let mut diagnostics = Diagnostics::new();
    let mut private = request.private;
    planned_deletion::forget(&mut private);
    holder::forget_claim(&mut private);
    let holder = holder::of_create(configured.origin().await);
    let before = Before { prior: None, unfinished: &Entering::new(), private: &private.clone() };
    weight_changes::plan_adoption(&mut private, None);
    let work =
        Box::pin(wanted(configured, &request.planned, &request.config, before, &holder, &mut diagnostics));
    let work = work.await;
    let Some(work) = work else {
        return Outcome::failed(diagnostics);
    };
    let limit = Limit::new("create", work.parsed.app.timeouts.create, &request.context.cancel);
    let mut change = Change {
        wanted: work.wanted,
        obsolete: Vec::new(),
        adoption: adoption::adoption(&work.parsed.app),
        deletion: Deletion::default(),
        known: Known::default(),
        cancel: limit.cancel.clone(),
    };
    let Limited { output: mut report, is_over } = limit.keep(converge(&change)).await;
    weight_changes::remember(&mut private, &report.observed);
    if report.failures.is_empty() {
        let work = Work { wanted: std::mem::take(&mut change.wanted), ..work };
        let state = finished(&work, request.planned, &report.observed, &holder);
        return Outcome::of(state).with_private(private).with(diagnostics);
    }
    undo(&change.wanted, &mut report).await;
    if is_over {
        told_as_late(&mut report.failures, &limit, &mut diagnostics);
    }
    told_as_undone(&mut report.failures, &mut diagnostics);
    tell(&report.failures, "made", &mut diagnostics);
    if report.made.is_empty() {
        return Outcome::failed(diagnostics);
    }
    // What could not be deleted stays in the state, so that the next apply or destroy finds it.
    report.observed.retain(|key, _| report.made.contains(key));
    holder::remember_unfinished(&mut private);
    let mut state = unfinished(request.planned, &report.observed);
    holder::remember(&mut state, &holder);
    Outcome::of(state).with_private(private).with(diagnostics)
}

/// Brings the app to its plan. Objects that are not needed any more are deleted last, when nothing refers to them.
pub(super) async fn update(configured: &Configured, request: UpdateRequest) -> Outcome {
    let mut diagnostics = Diagnostics::new();
    let (prior, mut private) = (request.prior, request.private);
    planned_deletion::forget(&mut private);
    holder::forget_claim(&mut private);
    let holder = holder::of_update(&prior, configured.origin().await);
    let before = Before {
        prior: Some(&prior),
        unfinished: &pending_backends::unfinished(&private),
        private: &private.clone(),
    };
    let work =
        Box::pin(wanted(configured, &request.planned, &request.config, before, &holder, &mut diagnostics))
            .await;
    let before = remembered(configured, &prior, &holder, &mut diagnostics).await;
    let (Some(work), Some(before)) = (work, before) else {
        return Outcome::of(prior).with_private(private).with(diagnostics);
    };
    if let Some(broken) = pointer::broken(&private, &work.parsed.app) {
        return Outcome::of(prior).with_private(private).with(broken);
    }
    let known = state::known(&prior, &before.wanted);
    let stays = |component: &dyn Component| work.wanted.iter().any(|wanted| same(wanted.as_ref(), component));
    let mut obsolete = before.wanted;
    obsolete.retain(|component| !stays(component.as_ref()));
    obsolete.extend(left_behind(&private, work.aws, work.account, &configured.tags, &holder, &work.wanted));
    let ownership = ownership(&work.parsed.app, &configured.tags, &holder);
    let known_ones = work.wanted.iter().chain(&obsolete);
    let orphans = orphans(work.aws, &work.parsed.app, &ownership, ownership.own_mark(), known_ones).await;
    obsolete.extend(orphans);
    let limit = Limit::new("update", work.parsed.app.timeouts.update, &request.context.cancel);
    let cancel = limit.cancel.clone();
    let deletion = work.parsed.app.deletion.clone();
    // A takeover that was interrupted may have marked them all, and left no other state.
    let adoption = Adoption::Leftovers;
    let mut change = Change { wanted: work.wanted, obsolete, adoption, deletion, known, cancel };
    let Limited { output: mut report, is_over } = limit.keep(converge(&change)).await;
    weight_changes::remember(&mut private, &report.observed);
    if report.failures.is_empty() {
        let work = Work { wanted: std::mem::take(&mut change.wanted), ..work };
        let state = finished(&work, request.planned, &report.observed, &holder);
        forget(&mut private);
        pending_backends::forget(&mut private);
        return Outcome::of(state).with_private(private).with(diagnostics);
    }
    if is_over {
        told_as_late(&mut report.failures, &limit, &mut diagnostics);
    }
    tell(&report.failures, "brought up to date", &mut diagnostics);
    if report.is_refused || report.observed.is_empty() {
        // Nothing was changed, or nothing could even be looked at: what was known before is the best that there is.
        return Outcome::of(prior).with_private(private).with(diagnostics);
    }
    // What was to go is there still, and a target group among it may serve: the next plan has to know.
    if let Ok(left) = observe(&change.obsolete, &change.known).await {
        for (key, observed) in left {
            report.observed.entry(key).or_insert(observed);
        }
    }
    remember(&mut private, &prior);
    pending_backends::remember(&mut private, &work.parsed.entering);
    report.observed.extend(pending_backends::shown(&work.parsed.entering));
    report.observed.extend(still_there(&change.obsolete).await);
    Outcome::of(unfinished(request.planned, &report.observed)).with_private(private).with(diagnostics)
}

/// Deletes everything of the app, in the reverse order.
pub(super) async fn delete(configured: &Configured, request: DeleteRequest) -> Outcome {
    let mut diagnostics = Diagnostics::new();
    let (prior, mut private) = (request.prior, request.private);
    let planned = planned_deletion::planned(&private);
    planned_deletion::forget(&mut private);
    holder::forget_claim(&mut private);
    let holder = holder::of_state(&prior);
    let Some(mut work) = remembered(configured, &prior, &holder, &mut diagnostics).await else {
        return Outcome::of(prior).with_private(private).with(diagnostics);
    };
    let known = state::known(&prior, &work.wanted);
    let left = left_behind(&private, work.aws, work.account, &configured.tags, &holder, &work.wanted);
    work.wanted.extend(left);
    let ownership = ownership(&work.parsed.app, &configured.tags, &holder);
    let (mut orphans, roles) = tokio::join!(
        orphans(work.aws, &work.parsed.app, &ownership, ownership.own_mark(), work.wanted.iter()),
        orphaned_roles(work.aws, &work.parsed.app, &ownership, work.wanted.iter())
    );
    orphans.extend(roles);
    work.wanted.extend(orphans);
    let limit = Limit::new("delete", work.parsed.app.timeouts.delete, &request.context.cancel);
    let deletion = planned.as_ref().unwrap_or(&work.parsed.app.deletion);
    let Limited { output: mut failures, is_over } = limit.keep(destroy(&work.wanted, &known, deletion)).await;
    if failures.is_empty() {
        return Outcome::gone();
    }
    if is_over {
        told_as_late(&mut failures, &limit, &mut diagnostics);
    }
    tell(&failures, "deleted", &mut diagnostics);
    Outcome::of(prior).with_private(private).with(diagnostics)
}

/// What there was before an apply.
struct Before<'a> {
    /// The state; `None` for a new app.
    prior: Option<&'a Value>,
    /// What an update that failed has not let into the rule.
    unfinished: &'a Entering,
    private: &'a Private,
}

/// Reads what is wanted now, which must keep to the standards.
async fn wanted<'a>(
    configured: &'a Configured,
    planned: &Value,
    config: &Value,
    before: Before<'_>,
    holder: &Holder,
    diagnostics: &mut Diagnostics,
) -> Option<Work<'a>> {
    // Computed attributes may be unknown still; the arguments are not.
    let mut parsed = parse(&state::arguments(planned), &configured.standards, false, diagnostics)?;
    parsed.enter(before.prior, before.unfinished);
    if let Some(prior) = before.prior {
        let reports = parsed.plan_weights(prior, planned, before.private);
        diagnostics.extend(reports.into_iter().filter(|report| report.severity == Severity::Error));
    } else if let Some(rule) = weight_changes::adopted(before.private) {
        diagnostics.extend(parsed.adopt(&rule, planned));
    }
    if diagnostics.has_errors() {
        return None;
    }
    parsed.take_secrets(config);
    connect(configured, planned, parsed, holder, diagnostics).await
}

/// Reads what a state holds: it was right when it was written, and is not judged by today's standards.
async fn remembered<'a>(
    configured: &'a Configured,
    prior: &Value,
    holder: &Holder,
    diagnostics: &mut Diagnostics,
) -> Option<Work<'a>> {
    let parsed = diagnostics.take(parse_leniently(prior, &configured.standards))?;
    connect(configured, prior, parsed, holder, diagnostics).await
}

async fn connect<'a>(
    configured: &'a Configured,
    value: &Value,
    parsed: Parsed,
    holder: &Holder,
    diagnostics: &mut Diagnostics,
) -> Option<Work<'a>> {
    let (aws, account) = diagnostics.take(configured.connect().await)?;
    let url = account.repository_url(&parsed.app);
    let image = state::image(value).unwrap_or_else(|| parsed.app.image.initial_reference(&url));
    let wanted = components(&parsed.app, aws, account, &configured.tags, holder, &image.text());
    Some(Work { parsed, aws, account, image, wanted })
}

/// The state after a whole success: as planned, with the ARNs that AWS chose.
fn finished(
    work: &Work,
    planned: Value,
    observed: &BTreeMap<ComponentKey, Observed>,
    holder: &Holder,
) -> Value {
    let mut state = planned;
    holder::remember(&mut state, holder);
    let arns = observed.iter().map(|(key, observed)| (key.clone(), observed.arn.clone())).collect();
    let inputs = Inputs {
        parsed: &work.parsed,
        account: work.account,
        image: &work.image,
        arns: &arns,
        rule: observed.get(&listener_rule::KEY).and_then(RuleStatus::of),
        components: &work.wanted,
        explained: state::explained(&state),
    };
    for (name, value) in outputs(&inputs) {
        state.set(&provider_framework::Path::root(name), value);
    }
    state
}

/// The state after a failure: the arguments as planned, the AWS objects as they are.
fn unfinished(planned: Value, observed: &BTreeMap<ComponentKey, Observed>) -> Value {
    let mut state = planned;
    state::record(&mut state, observed);
    state::settle(&mut state);
    state
}

/// Reports an exceeded time limit, instead of a request to stop.
fn told_as_late(failures: &mut Vec<Failure>, limit: &Limit, diagnostics: &mut Diagnostics) {
    failures.retain(|failure| !matches!(failure, Failure::Cancelled));
    diagnostics.push(limit.diagnostic());
}

/// Reports a create that was asked to stop: unlike an update it leaves nothing to go on from.
fn told_as_undone(failures: &mut Vec<Failure>, diagnostics: &mut Diagnostics) {
    let before = failures.len();
    failures.retain(|failure| !matches!(failure, Failure::Cancelled));
    if failures.len() < before {
        diagnostics.push(Diagnostic::error(
            "Stopped on request",
            "Terraform asked to stop. What had been made was taken back; the next apply starts again.",
        ));
    }
}

fn tell(failures: &[Failure], verb: &str, diagnostics: &mut Diagnostics) {
    for failure in failures {
        diagnostics.push(failure_diagnostic(failure, verb));
    }
}
