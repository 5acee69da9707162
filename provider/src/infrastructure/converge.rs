//! Bringing what is there to what is wanted. The same engine creates and updates: what is ours already is
//! adopted, so that an interrupted run is healed by the next one; what is not ours stops it before it has
//! changed anything.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use tokio_util::sync::CancellationToken;

use super::destroy::{Leaving, leaving, look, obstacles, remove};
use super::ensure::ensure;
use super::failure::Failure;
use super::holding::Holding;
use super::observe::observe;
use super::{Component, ComponentKey, Facts, Known, Observed, STAGES, log_group};
use crate::app::deletion::Deletion;

/// What to do about an app that is being deleted.
pub(crate) const AFTER_THE_DESTROY: &str = "wait until the destroy has ended, and run again; a destroy that was interrupted has to be run again first";

/// What a run is to do.
pub(crate) struct Change {
    /// What the app needs.
    pub(crate) wanted: Vec<Box<dyn Component>>,
    /// What it needed before and needs no longer.
    pub(crate) obsolete: Vec<Box<dyn Component>>,
    /// What may be adopted that is there already.
    pub(crate) adoption: Adoption,
    /// How that leaves.
    pub(crate) deletion: Deletion,
    /// What Terraform's state knows of both.
    pub(crate) known: Known,
    /// Asks to stop at the next safe point.
    pub(crate) cancel: CancellationToken,
}

/// What a run may adopt that it does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Adoption {
    /// What an earlier run from the same state has left.
    Leftovers,
    /// Any object with the right names, as configured.
    Anything,
}

impl Adoption {
    /// Whether what was observed of `component` may be adopted.
    pub(crate) fn allows(self, component: &dyn Component, observed: &Observed) -> bool {
        match self {
            Self::Leftovers => component.is_leftover(observed),
            Self::Anything => component.may_be_adopted() || component.is_leftover(observed),
        }
    }
}

/// What a run did.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// What is there now, by key.
    pub(crate) observed: BTreeMap<ComponentKey, Observed>,
    /// Keys of what this very run made, in the order in which it did.
    pub(crate) made: Vec<ComponentKey>,
    /// What went wrong; empty after a whole success.
    pub(crate) failures: Vec<Failure>,
    /// Whether it was refused before the first change.
    pub(crate) is_refused: bool,
}

/// Brings everything to what is wanted, stage by stage. Within a stage objects are independent and go side by
/// side. Stops after a stage in which something failed. After the stages comes what an app changes hands with.
pub(crate) async fn converge(change: &Change) -> Report {
    let mut report = Report::default();
    match observe(&change.wanted, &change.known).await {
        Ok(observed) => report.observed = observed,
        Err(failures) => {
            report.failures = failures;
            return report;
        }
    }
    let holding = holding(change, &report.observed);
    report.failures = foreign(change, holding, &report.observed);
    report.failures.extend(not_admitted(change, &report.observed).await);
    let leaving = match look(&change.obsolete, &change.known).await {
        Ok(found) => leaving(found, holding, &change.known, &change.deletion),
        Err(failures) => {
            report.failures.extend(failures);
            return report;
        }
    };
    report.failures.extend(obstructed(change, &report.observed, &leaving).await);
    if !report.failures.is_empty() {
        report.is_refused = true;
        return report;
    }
    let mut facts = Facts { arns: arns(&report.observed), cancel: change.cancel.clone(), ..Facts::default() };
    let last = marked_last(change, &report.observed);
    for stage in STAGES.map(Some).into_iter().chain([None]) {
        if change.cancel.is_cancelled() {
            report.failures.push(Failure::Cancelled);
            return report;
        }
        let is_due = |component: &dyn Component| {
            let is_last = last.as_ref() == Some(&component.key());
            if is_last { stage.is_none() } else { stage == Some(component.stage()) }
        };
        let due = change.wanted.iter().filter(|component| is_due(component.as_ref()));
        let steps = due.map(|component| {
            let found = report.observed.get(&component.key()).cloned();
            let facts = &facts;
            async move { (component, ensure(component.as_ref(), found, facts).await) }
        });
        for (component, step) in join_all(steps).await {
            if step.made {
                report.made.push(component.key());
            }
            match step.observed {
                Some(observed) => report.observed.insert(component.key(), observed),
                None => report.observed.remove(&component.key()),
            };
            report.failures.extend(step.fault.map(|fault| fault.of(component.title())));
        }
        if !report.failures.is_empty() {
            return report;
        }
        facts.arns = arns(&report.observed);
    }
    report.failures.extend(remove(&leaving, &change.deletion).await);
    report
}

/// Deletes the objects that `report` lists as made, last first. What can't be deleted is reported as left over and stays
/// in `report.observed`.
pub(crate) async fn undo(wanted: &[Box<dyn Component>], report: &mut Report) {
    for key in std::mem::take(&mut report.made).into_iter().rev() {
        let Some(component) = wanted.iter().find(|component| component.key() == key) else { continue };
        let result = match component.observe(None).await {
            Ok(Some(observed)) => component.delete(&observed, &Deletion::default()).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        match result {
            Ok(()) => {
                report.observed.remove(&key);
            }
            Err(error) => {
                report.failures.push(Failure::Leftover { title: component.title(), error });
                report.made.push(key);
            }
        }
    }
}

/// ARNs by key.
fn arns(observed: &BTreeMap<ComponentKey, Observed>) -> BTreeMap<ComponentKey, String> {
    observed.iter().map(|(key, observed)| (key.clone(), observed.arn.clone())).collect()
}

/// Who holds the app.
fn holding(change: &Change, observed: &BTreeMap<ComponentKey, Observed>) -> Holding {
    let there = change.wanted.iter().filter_map(|component| {
        let found = observed.get(&component.key())?;
        Some((component.as_ref(), found))
    });
    Holding::of(there)
}

/// What is marked when everything else is done, if the app changes hands: the log group, whose holder holds the app.
fn marked_last(change: &Change, observed: &BTreeMap<ComponentKey, Observed>) -> Option<ComponentKey> {
    let group = change.wanted.iter().find(|component| component.key() == log_group::KEY)?;
    let found = observed.get(&log_group::KEY)?;
    (!group.ownership().has_made(&found.tags)).then_some(log_group::KEY)
}

/// All that is there and not ours.
fn foreign(change: &Change, holding: Holding, observed: &BTreeMap<ComponentKey, Observed>) -> Vec<Failure> {
    change
        .wanted
        .iter()
        .filter_map(|component| {
            let key = component.key();
            let found = observed.get(&key)?;
            let is_deleted = component.ownership().is_deleted_by_another(&found.tags);
            let ours = holding.holds(component.as_ref(), &found.tags, &change.known)
                || change.adoption.allows(component.as_ref(), found);
            (is_deleted || !ours).then(|| Failure::Foreign {
                title: component.title(),
                owner: component.owner(found),
                take_over: if is_deleted { AFTER_THE_DESTROY.to_owned() } else { component.take_over() },
            })
        })
        .collect()
}

/// Obstacles to deleting objects that are not wanted any more or must be replaced.
async fn obstructed(
    change: &Change,
    observed: &BTreeMap<ComponentKey, Observed>,
    leaving: &[Leaving<'_>],
) -> Vec<Failure> {
    let own = observed.values().chain(leaving.iter().map(|leaving| &leaving.observed));
    let own: BTreeSet<String> = own.map(|observed| observed.arn.clone()).collect();
    let mut failures = obstacles(leaving, &own, &change.deletion).await;
    let looks = change.wanted.iter().map(|component| async move {
        let error = component.admit_change(observed.get(&component.key())?).await.err()?;
        Some(Failure::Aws { title: component.title(), error })
    });
    failures.extend(join_all(looks).await.into_iter().flatten());
    failures
}

/// All that is not there and can't be made.
async fn not_admitted(change: &Change, observed: &BTreeMap<ComponentKey, Observed>) -> Vec<Failure> {
    let missing = change.wanted.iter().filter(|component| !observed.contains_key(&component.key()));
    let looks = missing.map(|component| async move {
        let error = component.admit().await.err()?;
        Some(Failure::Aws { title: component.title(), error })
    });
    join_all(looks).await.into_iter().flatten().collect()
}
