//! Deleting what an app has on AWS, in the reverse of the order in which it was made. Everything is looked at before
//! the first deletion.

use std::collections::BTreeSet;

use futures::future::join_all;

use super::converge::Failure;
use super::obstacle::obstacles;
use super::ownership::retained;
use super::{Component, Known, Observed, STAGES};
use crate::app::deletion::Deletion;

/// An object that is to be deleted.
pub(crate) struct Leaving<'a> {
    pub(crate) component: &'a dyn Component,
    pub(crate) observed: Observed,
    /// Whether it stays, by `retain`, and is only marked as left.
    pub(crate) stays: bool,
}

/// Deletes `components`. What is gone already is no error; what is not ours is left alone without a word,
/// unless Terraform's state holds it. Returns what went wrong. Nothing is changed if AWS would refuse any of it.
pub(crate) async fn delete(
    components: &[Box<dyn Component>],
    known: &Known,
    deletion: &Deletion,
) -> Vec<Failure> {
    let leaving = match survey(components, known, deletion).await {
        Ok(leaving) => leaving,
        Err(failures) => return failures,
    };
    let own = leaving.iter().map(|leaving| leaving.observed.arn.clone()).collect::<BTreeSet<_>>();
    let failures = obstacles(&leaving, &own, deletion).await;
    if failures.is_empty() { remove(&leaving, deletion).await } else { failures }
}

/// Those of `components` that are there and ours.
pub(super) async fn survey<'a>(
    components: &'a [Box<dyn Component>],
    known: &Known,
    deletion: &Deletion,
) -> Result<Vec<Leaving<'a>>, Vec<Failure>> {
    let looks = components.iter().map(|component| async move {
        (component.as_ref(), component.observe(known.arn(component.as_ref())).await)
    });
    let (mut leaving, mut failures) = (Vec::new(), Vec::new());
    for (component, result) in join_all(looks).await {
        match result {
            Ok(Some(observed)) => {
                if is_held(component, &observed, known) {
                    let stays = deletion.retains(&component.key().to_string());
                    leaving.push(Leaving { component, observed, stays });
                }
            }
            Ok(None) => {}
            Err(error) => failures.push(Failure::Aws { title: component.title(), error }),
        }
    }
    if failures.is_empty() { Ok(leaving) } else { Err(failures) }
}

/// Whether this holder holds what was observed of `component`: by its tags, or by the state, where no other holder says
/// otherwise.
pub(super) fn is_held(component: &dyn Component, observed: &Observed, known: &Known) -> bool {
    let ownership = component.ownership();
    ownership.owns(&observed.tags) || known.holds(component) && !ownership.is_lost(&observed.tags)
}

/// Deletes objects that were looked at before, and marks those that stay. Goes on with what doesn't depend on a failure.
pub(super) async fn remove(leaving: &[Leaving<'_>], deletion: &Deletion) -> Vec<Failure> {
    let mut failures = Vec::new();
    for stage in STAGES.into_iter().rev() {
        let steps = leaving.iter().filter(|leaving| leaving.component.stage() == stage).map(
            |Leaving { component, observed, stays }| async move {
                let done = if *stays {
                    component.tag(observed, &retained()).await
                } else {
                    component.delete(observed, deletion).await
                };
                let error = done.err()?;
                Some(Failure::Aws { title: component.title(), error })
            },
        );
        failures.extend(join_all(steps).await.into_iter().flatten());
        // What an earlier stage still refers to can't be deleted: a target group in a rule, a role in an association.
        if !failures.is_empty() {
            break;
        }
    }
    failures
}
