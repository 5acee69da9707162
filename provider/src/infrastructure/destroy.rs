//! Deleting what an app has on AWS, in the reverse of the order in which it was made.

use std::collections::BTreeMap;

use futures::future::join_all;

use super::converge::Failure;
use super::{Component, Known, Observed, STAGES};

/// What a deletion did.
#[derive(Debug, Default)]
pub(crate) struct Deletion {
    /// What is still there, by key.
    pub(crate) left: BTreeMap<String, Observed>,
    /// What went wrong; empty after a whole success.
    pub(crate) failures: Vec<Failure>,
}

/// Deletes `components`. What is gone already is no error; what is not ours is left alone without a word,
/// unless Terraform's state holds it. Goes on with what doesn't depend on a failure.
pub(crate) async fn delete(components: &[Box<dyn Component>], known: &Known) -> Deletion {
    let mut deletion = Deletion::default();
    for stage in STAGES.into_iter().rev() {
        let steps = components.iter().filter(|component| component.stage() == stage).map(|component| async {
            let key = component.key();
            let observed = match component.observe(known.arn(component.as_ref())).await {
                Ok(Some(observed)) => observed,
                Ok(None) => return None,
                Err(error) => {
                    return Some((key, None, Failure::Aws { title: component.title(), error }));
                }
            };
            if !component.ownership().owns(&observed.tags) && !known.holds(component.as_ref()) {
                return None;
            }
            let error = component.delete(&observed).await.err()?;
            Some((key, Some(observed), Failure::Aws { title: component.title(), error }))
        });
        for (key, observed, failure) in join_all(steps).await.into_iter().flatten() {
            if let Some(observed) = observed {
                deletion.left.insert(key, observed);
            }
            deletion.failures.push(failure);
        }
        // What an earlier stage still refers to can't go: a target group in a rule, a role in an association.
        if !deletion.failures.is_empty() {
            break;
        }
    }
    deletion
}
