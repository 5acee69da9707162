//! Bringing what is there to what is wanted. The same engine creates and updates: what is ours already is
//! adopted, so that an interrupted run is healed by the next one; what is not ours stops it before it has
//! changed anything.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::join_all;
use ipsy_aws::{Error, ErrorKind};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::destroy::{Leaving, leaving, look, remove};
use super::holding::Holding;
use super::observe::observe;
use super::obstacle::{Obstacle, obstacles};
use super::{Component, ComponentKey, Facts, Known, Observed, STAGES, log_group};
use crate::app::deletion::Deletion;

/// How long is waited, time and again, for something to show that is said to exist.
const VISIBLE_AFTER: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

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

/// Something that went wrong with one object.
#[derive(Debug)]
pub(crate) enum Failure {
    /// AWS refused, or could not be reached.
    Aws { title: String, error: Error },
    /// AWS would refuse to delete it.
    Obstructed { title: String, obstacle: Obstacle },
    /// There is such an object, and it is not ours.
    Foreign { title: String, owner: String, take_over: String },
    /// Terraform asked to stop.
    Cancelled,
    /// What had been made could not be undone either, and is still there.
    Leftover { title: String, error: Error },
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
            if let Some(error) = step.error {
                report.failures.push(Failure::Aws { title: component.title(), error });
            }
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

/// What became of one component.
struct Step {
    /// As it is now; `None` if it is not there.
    observed: Option<Observed>,
    made: bool,
    error: Option<Error>,
}

async fn ensure(component: &dyn Component, found: Option<Observed>, facts: &Facts) -> Step {
    let Some(found) = found else { return make(component, facts).await };
    // What was imported gets its marks of ownership with the first change of the app.
    let (unset, stray) = component.ownership().difference(&component.key(), &found.tags);
    if found.properties == component.desired() && unset.is_empty() && stray.is_empty() {
        return Step { observed: Some(found), made: false, error: None };
    }
    adjust(component, found, facts, false).await
}

async fn make(component: &dyn Component, facts: &Facts) -> Step {
    let error = match component.create(facts).await {
        Ok(observed) => return Step { observed: Some(observed), made: true, error: None },
        Err(error) => error,
    };
    // A reply can be lost after the effect, and the second of two calls can fail: look what is there now.
    match observe_made(component, &error).await {
        Ok(Some(found)) if component.ownership().has_made(&found.tags) => {
            let lost = error.is_ambiguous()
                || matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::Conflict);
            if lost {
                return adjust(component, found, facts, true).await;
            }
            Step { observed: Some(found), made: true, error: Some(error) }
        }
        _ => Step { observed: None, made: false, error: Some(error) },
    }
}

/// The object after a failed create. If AWS reports that it exists but does not show it, it was made a
/// moment ago by this very call, whose first answer was lost: IAM takes some seconds to show it.
async fn observe_made(component: &dyn Component, error: &Error) -> Result<Option<Observed>, Error> {
    let mut found = component.observe(None).await;
    for pause in VISIBLE_AFTER {
        if error.kind() != ErrorKind::AlreadyExists || !matches!(found, Ok(None)) {
            break;
        }
        sleep(pause).await;
        found = component.observe(None).await;
    }
    found
}

async fn adjust(component: &dyn Component, found: Observed, facts: &Facts, made: bool) -> Step {
    match change_and_tag(component, &found, facts).await {
        Ok(()) => {
            let value = if component.is_told_by_aws() {
                match component.observe(Some(&found.arn)).await {
                    Ok(now) => now.and_then(|now| now.value),
                    Err(error) => return Step { observed: Some(found), made, error: Some(error) },
                }
            } else {
                found.value.clone()
            };
            let observed = Observed { properties: component.desired(), value, ..found };
            Step { observed: Some(observed), made, error: None }
        }
        Err(error) => {
            // Some of the changes may have been made: report what exists. An object that is replaced in place may
            // be deleted.
            let arn = Some(found.arn.as_str()).filter(|arn| !arn.is_empty());
            let now = component.observe(arn).await.unwrap_or(Some(found));
            Step { observed: now, made, error: Some(error) }
        }
    }
}

async fn change_and_tag(component: &dyn Component, found: &Observed, facts: &Facts) -> Result<(), Error> {
    component.change(found, facts).await?;
    let (set, removed) = component.ownership().difference(&component.key(), &found.tags);
    if !set.is_empty() {
        component.tag(found, &set).await?;
    }
    if !removed.is_empty() {
        component.untag(found, &removed).await?;
    }
    Ok(())
}
