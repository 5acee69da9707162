//! Looking at everything that an app has on AWS, side by side.

use std::collections::BTreeMap;

use futures::future::join_all;

use super::failure::Failure;
use super::{Component, ComponentKey, Known, Observed};

/// What each component is now, by key; a component that is not there is left out. All failures are told, not the first.
pub(crate) async fn observe(
    components: &[Box<dyn Component>],
    known: &Known,
) -> Result<BTreeMap<ComponentKey, Observed>, Vec<Failure>> {
    observe_each(components.iter().map(AsRef::as_ref), known).await
}

/// Like [`observe`], for components that are chosen one by one.
pub(crate) async fn observe_each(
    components: impl Iterator<Item = &dyn Component>,
    known: &Known,
) -> Result<BTreeMap<ComponentKey, Observed>, Vec<Failure>> {
    let looks = components.map(|component| async move {
        (component.key(), component.title(), component.observe(known.arn(component)).await)
    });
    let mut found = BTreeMap::new();
    let mut failures = Vec::new();
    for (key, title, result) in join_all(looks).await {
        match result {
            Ok(Some(observed)) => {
                found.insert(key, observed);
            }
            Ok(None) => {}
            Err(error) => failures.push(Failure::Aws { title, error }),
        }
    }
    if failures.is_empty() { Ok(found) } else { Err(failures) }
}
