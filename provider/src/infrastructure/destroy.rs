//! Deleting what an app has on AWS, in the reverse of the order in which it was made. Everything is looked at before
//! the first deletion.

use std::collections::BTreeSet;

use futures::future::join_all;

use super::clock::now;
use super::failure::Failure;
use super::holding::Holding;
use super::ownership::{deleting, retained};
use super::{Component, Known, Observed, STAGES};
use crate::app::deletion::Deletion;

/// An object that is to be deleted.
pub(crate) struct Leaving<'a> {
    pub(crate) component: &'a dyn Component,
    pub(crate) observed: Observed,
    /// Whether it stays, by `retain`, and is only marked as left.
    pub(crate) stays: bool,
}

/// Deletes `components`. Missing objects are not an error; objects of others are left alone without a message,
/// unless Terraform's state holds it. Returns the failures. Nothing is changed if AWS would refuse any of it.
pub(crate) async fn delete(
    components: &[Box<dyn Component>],
    known: &Known,
    deletion: &Deletion,
) -> Vec<Failure> {
    let found = match look(components, known).await {
        Ok(found) => found,
        Err(failures) => return failures,
    };
    let holding = Holding::of(found.iter().map(|(component, observed)| (*component, observed)));
    let leaving = leaving(found, holding, known, deletion);
    let own = leaving.iter().map(|leaving| leaving.observed.arn.clone()).collect::<BTreeSet<_>>();
    let failures = obstacles(&leaving, &own, deletion).await;
    if !failures.is_empty() {
        return failures;
    }
    let last =
        leaving.iter().filter(|leaving| !leaving.stays).min_by_key(|leaving| leaving.component.stage());
    if let Some(last) = last
        && let Err(failure) = announce(last, holding, known).await
    {
        return vec![failure];
    }
    remove(&leaving, deletion).await
}

/// Marks what leaves last, so that no import and no other resource takes over an app that is about to be deleted. An error
/// where another resource was faster.
async fn announce(last: &Leaving<'_>, holding: Holding, known: &Known) -> Result<(), Failure> {
    let Leaving { component, observed, .. } = last;
    let failure = |error| Failure::Aws { title: component.title(), error };
    component.tag(observed, &deleting(now())).await.map_err(failure)?;
    match component.observe(Some(&observed.arn)).await.map_err(failure)? {
        Some(now) if !holding.holds(*component, &now.tags, known) => Err(Failure::Foreign {
            title: component.title(),
            owner: component.owner(&now),
            take_over: component.take_over(),
        }),
        _ => Ok(()),
    }
}

/// Those of `components` that are there.
pub(super) async fn look<'a>(
    components: &'a [Box<dyn Component>],
    known: &Known,
) -> Result<Vec<(&'a dyn Component, Observed)>, Vec<Failure>> {
    let looks = components.iter().map(|component| async move {
        (component.as_ref(), component.observe(known.arn(component.as_ref())).await)
    });
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for (component, result) in join_all(looks).await {
        match result {
            Ok(Some(observed)) => found.push((component, observed)),
            Ok(None) => {}
            Err(error) => failures.push(Failure::Aws { title: component.title(), error }),
        }
    }
    if failures.is_empty() { Ok(found) } else { Err(failures) }
}

/// Those of `found` that this resource holds, and so may delete.
pub(super) fn leaving<'a>(
    found: Vec<(&'a dyn Component, Observed)>,
    holding: Holding,
    known: &Known,
    deletion: &Deletion,
) -> Vec<Leaving<'a>> {
    let held = found.into_iter().filter(|(component, found)| holding.holds(*component, &found.tags, known));
    held.map(|(component, observed)| {
        let stays = deletion.retains(&component.key().to_string());
        Leaving { component, observed, stays }
    })
    .collect()
}

/// Obstacles to deleting `leaving`. `own` are the ARNs of all objects of the app, which are not obstacles: its rule
/// is changed or deleted before its target groups.
pub(crate) async fn obstacles(
    leaving: &[Leaving<'_>],
    own: &BTreeSet<String>,
    deletion: &Deletion,
) -> Vec<Failure> {
    let looks = leaving.iter().filter(|leaving| !leaving.stays).map(|leaving| async move {
        let component = leaving.component;
        match component.obstacle(&leaving.observed, own, deletion).await {
            Ok(obstacle) => {
                obstacle.map(|obstacle| Failure::Obstructed { title: component.title(), obstacle })
            }
            Err(error) => Some(Failure::Aws { title: component.title(), error }),
        }
    });
    join_all(looks).await.into_iter().flatten().collect()
}

/// Deletes objects that were looked at before, and marks those that stay. Continues with objects that don't depend on a failure.
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
