//! Refreshing: what is there, property by property, and the image that the pointer names.

use std::collections::BTreeMap;

use provider_framework::{Diagnostic, Diagnostics, Outcome, Path, ReadRequest, Value};

use super::adoption;
use super::holder;
use super::leftovers::{left_behind, orphans_there, still_there};
use super::outputs::{Inputs, outputs, texts};
use super::parse::{Parsed, parse_leniently};
use super::pending_backends;
use super::pointer::{self, pointed_image};
use super::state;
use super::weight_changes;
use crate::app::explain::{explain, keep_places};
use crate::app::image::{Reference, Source};
use crate::diagnose::failure_diagnostic;
use crate::infrastructure::account::Account;
use crate::infrastructure::components::{components, ownership};
use crate::infrastructure::failure::Failure;
use crate::infrastructure::observe::{observe, observe_each};
use crate::infrastructure::orphan::orphans;
use crate::infrastructure::ownership::{Holder, every_object};
use crate::infrastructure::{Component, ComponentKey, Observed, Pointer, image_parameter};
use crate::session::Configured;

/// The state as AWS has it now; none if nothing of the app is left.
pub(super) async fn read(configured: &Configured, request: ReadRequest) -> Outcome {
    let ReadRequest { state, mut private, .. } = request;
    let parsed = match parse_leniently(&state, &configured.standards) {
        Ok(parsed) => parsed,
        Err(diagnostic) => return Outcome::failed(diagnostic),
    };
    let (aws, account) = match configured.connect().await {
        Ok(connection) => connection,
        Err(diagnostic) => return Outcome::failed(diagnostic),
    };
    let url = account.repository_url(&parsed.app);
    let image = state::image(&state).unwrap_or_else(|| parsed.app.image.initial_reference(&url));
    if let Some(id) = holder::id_of_whole(&state, &private) {
        configured.claims.hold(&id);
    }
    let holder = &Holder { origin: configured.origin().await, ..holder::of_state(&state) };
    let exact = components(&parsed.app, aws, account, &configured.tags, holder, &image.text());
    let in_bulk = components(&parsed.app, aws.refreshing(), account, &configured.tags, holder, &image.text());
    let left = left_behind(&private, aws, account, &configured.tags, holder, &exact);
    let ownership = ownership(&parsed.app, &configured.tags, holder);
    let (observed, left_there, orphans) = tokio::join!(
        look(&in_bulk, &exact, &state),
        still_there(&left),
        orphans(aws.refreshing(), &parsed.app, &ownership, every_object(), exact.iter().chain(&left))
    );
    let mut left = left_there;
    // The lists are late, so each is looked at again, which is one object at most in an account that was never killed.
    let orphans = orphans_there(&orphans).await;
    left.extend(orphans);
    let mut observed = match observed {
        Ok(observed) => observed,
        Err(failures) => {
            let mut diagnostics = Diagnostics::new();
            for failure in &failures {
                diagnostics.push(failure_diagnostic(failure, "read"));
            }
            return Outcome::failed(diagnostics);
        }
    };
    let mut diagnostics = Diagnostics::new();
    let lost = adoption::lost(&exact, &mut observed);
    observed.extend(left);
    if observed.is_empty() && lost.is_none() {
        return Outcome::gone();
    }
    diagnostics.extend(lost);
    weight_changes::remember(&mut private, &observed);
    observed.extend(pending_backends::shown(&pending_backends::unfinished(&private)));
    let image_now = match current_image(&parsed, account, &image, &observed) {
        Ok(now) => {
            pointer::forget(&mut private);
            now
        }
        Err(error) => {
            diagnostics.push(pointer::remember(&mut private, &parsed.app, &error));
            image.clone()
        }
    };
    let images = Images { before: &image, now: &image_now };
    let state = refreshed(state, &parsed, account, &images, &exact, &observed);
    Outcome::of(state).with_private(private).with(diagnostics)
}

/// What is there. Reads of many objects at once can be some seconds behind, so what they show as a change is read
/// again, exactly, before it is believed. After an import nothing is recorded that could differ.
async fn look(
    in_bulk: &[Box<dyn Component>],
    exact: &[Box<dyn Component>],
    state: &Value,
) -> Result<BTreeMap<ComponentKey, Observed>, Vec<Failure>> {
    let known = state::known(state, exact);
    let mut observed = observe(in_bulk, &known).await?;
    let recorded = state.attribute("infrastructure");
    let is_as_recorded = |component: &&dyn Component| {
        let now = observed.get(&component.key()).map(|found| state::shown(&found.properties));
        let key = component.key();
        let before = recorded.as_map().and_then(|map| map.get(&key.to_string())).and_then(Value::as_str);
        let is_lost = observed.get(&key).is_some_and(|found| component.ownership().is_lost(&found.tags));
        (recorded.is_null() || now.as_deref() == before) && !is_lost
    };
    let changed: Vec<&dyn Component> =
        exact.iter().map(AsRef::as_ref).filter(|component| !is_as_recorded(component)).collect();
    let again = observe_each(changed.iter().copied(), &known).await?;
    for component in &changed {
        observed.remove(&component.key());
    }
    observed.extend(again);
    Ok(observed)
}

/// The image that ran, and the one that runs now.
struct Images<'a> {
    before: &'a Reference,
    now: &'a Reference,
}

fn refreshed(
    state: Value,
    parsed: &Parsed,
    account: &Account,
    images: &Images,
    components: &[Box<dyn Component>],
    observed: &BTreeMap<ComponentKey, Observed>,
) -> Value {
    let mut state = state;
    let known = state.attribute("values").as_str().is_some();
    if images.now != images.before || !known {
        // CI has moved the pointer: all that shows the image follows, and nothing else.
        let arns = observed.iter().map(|(key, observed)| (key.clone(), observed.arn.clone())).collect();
        let inputs = Inputs {
            parsed,
            account,
            image: images.now,
            arns: &arns,
            rule: state::rule(&state),
            components,
            explained: BTreeMap::new(),
        };
        for (name, value) in outputs(&inputs) {
            state.set(&Path::root(name), value);
        }
    }
    // Members of the standards can be on other lines now, which is not a change of the app.
    let mut explained = state::explained(&state);
    keep_places(&explain(&parsed.app), &mut explained);
    if !explained.is_empty() {
        state.set(&Path::root("explain"), texts(explained));
    }
    state::record(&mut state, observed);
    state::settle(&mut state);
    state
}

/// What the pointer names now. One that was deleted keeps what it named last, so that it is made again with it.
fn current_image(
    parsed: &Parsed,
    account: &Account,
    before: &Reference,
    observed: &BTreeMap<ComponentKey, Observed>,
) -> Result<Reference, Diagnostic> {
    if !matches!(parsed.app.image.source, Source::Pointer { .. }) {
        return Ok(before.clone());
    }
    let Some(pointer) = observed.get(&image_parameter::KEY).and_then(Pointer::of) else {
        return Ok(before.clone());
    };
    pointed_image(&parsed.app.image.parameter, &pointer, &account.repository_url(&parsed.app))
}
