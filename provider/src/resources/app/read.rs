//! Refreshing: what is there, property by property, and the image that the pointer names.

use std::collections::BTreeMap;

use tf_provider::{Diagnostic, Diagnostics, Outcome, Path, ReadRequest, Value};

use super::entering;
use super::outputs::{Inputs, outputs};
use super::parse::{Parsed, parse_leniently};
use super::plan::pointed_image;
use super::retired::{left_behind, still_there};
use super::state;
use crate::app::image::{Reference, Source};
use crate::diagnose::failure_diagnostic;
use crate::infrastructure::converge::Failure;
use crate::infrastructure::desired::{Account, components};
use crate::infrastructure::observe::{observe, observe_each};
use crate::infrastructure::{Component, Observed, image_parameter};
use crate::session::Configured;

/// The state as AWS has it now; gone if nothing of the app is left.
pub(super) async fn read(configured: &Configured, request: ReadRequest) -> Outcome {
    let ReadRequest { state, private, .. } = request;
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
    let exact = components(&parsed.app, aws, account, &configured.tags, &image.text());
    let in_bulk = components(&parsed.app, aws.refreshing(), account, &configured.tags, &image.text());
    let left = left_behind(&private, aws, account, &configured.tags, &exact);
    let (observed, left) = tokio::join!(look(&in_bulk, &exact, &state), still_there(&left));
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
    observed.extend(left);
    if observed.is_empty() {
        return Outcome::gone();
    }
    observed.extend(entering::shown(&entering::unfinished(&private)));
    match refreshed(state, &parsed, account, &image, &exact, &observed) {
        Ok(state) => Outcome::of(state),
        Err(diagnostic) => Outcome::failed(diagnostic),
    }
}

/// What is there. Reads of many objects at once can be some seconds behind, so what they show as a change is read
/// again, exactly, before it is believed.
async fn look(
    in_bulk: &[Box<dyn Component>],
    exact: &[Box<dyn Component>],
    state: &Value,
) -> Result<BTreeMap<String, Observed>, Vec<Failure>> {
    let known = state::known(state, exact);
    let mut observed = observe(in_bulk, &known).await?;
    let recorded = state.attribute("infrastructure");
    let is_as_recorded = |component: &&dyn Component| {
        let now = observed.get(&component.key()).map(|found| state::shown(&found.properties));
        let key = component.key();
        let before = recorded.as_map().and_then(|map| map.get(&key)).and_then(Value::as_str);
        now.as_deref() == before
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

fn refreshed(
    state: Value,
    parsed: &Parsed,
    account: &Account,
    before: &Reference,
    components: &[Box<dyn Component>],
    observed: &BTreeMap<String, Observed>,
) -> Result<Value, Diagnostic> {
    let mut state = state;
    let image = current_image(parsed, account, before, observed)?;
    let known = state.attribute("values").as_str().is_some();
    if image != *before || !known {
        // CI has moved the pointer: all that shows the image follows, and nothing else.
        let arns = observed.iter().map(|(key, observed)| (key.clone(), observed.arn.clone())).collect();
        let inputs =
            Inputs { parsed, account, image: &image, arns: &arns, rule: state::rule(&state), components };
        for (name, value) in outputs(&inputs) {
            state.set(&Path::root(name), value);
        }
    }
    state::record(&mut state, observed);
    state::settle(&mut state);
    Ok(state)
}

/// What the pointer names now. One that was deleted keeps what it named last, so that it is made again with it.
fn current_image(
    parsed: &Parsed,
    account: &Account,
    before: &Reference,
    observed: &BTreeMap<String, Observed>,
) -> Result<Reference, Diagnostic> {
    if !matches!(parsed.app.image.source, Source::Pointer { .. }) {
        return Ok(before.clone());
    }
    let Some(value) = observed.get(image_parameter::KEY).and_then(|found| found.value.as_deref()) else {
        return Ok(before.clone());
    };
    pointed_image(&parsed.app.image.parameter, value, &account.repository_url(&parsed.app))
}
