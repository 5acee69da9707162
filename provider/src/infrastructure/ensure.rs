//! Bringing one object to what is wanted: it is made, or adopted and adjusted.

use std::time::Duration;

use ipsy_aws::{Error, ErrorKind};
use tokio::time::sleep;

use super::failure::Fault;
use super::rollout::roll_out;
use super::{Component, Facts, Observed};

/// How long is waited, time and again, for something to show that is said to exist.
const VISIBLE_AFTER: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// What became of one component.
pub(super) struct Step {
    /// As it is now; `None` if it is not there.
    pub(super) observed: Option<Observed>,
    pub(super) made: bool,
    pub(super) fault: Option<Fault>,
}

/// Makes `component` where nothing was found, and adjusts what differs.
pub(super) async fn ensure(component: &dyn Component, found: Option<Observed>, facts: &Facts) -> Step {
    let Some(found) = found else { return make(component, facts).await };
    // What was imported gets its marks of ownership with the first change of the app.
    let (unset, stray) = component.ownership().difference(&component.key(), &found.tags);
    if found.properties == component.desired() && unset.is_empty() && stray.is_empty() {
        return Step { observed: Some(found), made: false, fault: None };
    }
    adjust(component, found, facts, false).await
}

async fn make(component: &dyn Component, facts: &Facts) -> Step {
    let error = match component.create(facts).await {
        Ok(observed) => return Step { observed: Some(observed), made: true, fault: None },
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
            Step { observed: Some(found), made: true, fault: Some(error.into()) }
        }
        _ => Step { observed: None, made: false, fault: Some(error.into()) },
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
                    Err(error) => return Step { observed: Some(found), made, fault: Some(error.into()) },
                }
            } else {
                found.value.clone()
            };
            let observed = Observed { properties: component.desired(), value, ..found };
            Step { observed: Some(observed), made, fault: None }
        }
        Err(fault) => {
            // Some of the changes may have been made: report what exists. An object that is replaced in place may
            // be deleted.
            let arn = Some(found.arn.as_str()).filter(|arn| !arn.is_empty());
            let now = component.observe(arn).await.unwrap_or(Some(found));
            Step { observed: now, made, fault: Some(fault) }
        }
    }
}

async fn change_and_tag(component: &dyn Component, found: &Observed, facts: &Facts) -> Result<(), Fault> {
    change(component, found, facts).await?;
    let (set, removed) = component.ownership().difference(&component.key(), &found.tags);
    if !set.is_empty() {
        component.tag(found, &set).await?;
    }
    if !removed.is_empty() {
        component.untag(found, &removed).await?;
    }
    Ok(())
}

/// Changes what differs in `found`, and then moves its traffic; tags apart.
pub(crate) async fn change(component: &dyn Component, found: &Observed, facts: &Facts) -> Result<(), Fault> {
    component.change(found, facts).await?;
    match component.weight_shift(found, facts).await? {
        Some(shift) => roll_out(&shift, facts).await,
        None => Ok(()),
    }
}
