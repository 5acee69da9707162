//! The standard `grace-period`: pods have a grace period within bounds.

use super::{Parts, Rule, Standard};
use crate::configuration::{Configuration, GracePeriod as Period, Mode};
use crate::object::{Context, Object, Pod};
use crate::refused_fields::Platform;
use serde_json::Value;
use yaml_edit::{Fault, Scalar};

const KEY: &str = "terminationGracePeriodSeconds";

/// The rule.
const RULE: Rule = Rule {
    id: "grace-period",
    summary: "Pods have a grace period within bounds.",
    effect: "Gives pods a grace period where they have none, and keeps it within bounds.",
    why: "Too short a period cuts requests off at every rollout; too long a one blocks node drains.",
    source: "standards.gracePeriod",
    before: "`spec: {containers: […]}`",
    after: "`spec: {terminationGracePeriodSeconds: 60, containers: […]}`",
    exempt: "An exception for `grace-period`.",
    parts: Parts::None,
};

/// The standard `grace-period`.
pub(super) struct GracePeriod;

impl Standard for GracePeriod {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        configuration.standards.grace_period.as_ref().map_or(Mode::Off, |period| period.mode)
    }

    fn reads_containers(&self) -> bool {
        true
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let Some(period) = &context.configuration.standards.grace_period else { return Ok(()) };
        for pod in object.pods() {
            if Platform::of(object, Some(&pod)).takes_in_pod(KEY) {
                apply(object, context, period, &pod)?;
            }
        }
        Ok(())
    }
}

fn apply(
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
    period: &Period,
    pod: &Pod,
) -> Result<(), Fault> {
    let found = object.tree.get(pod.spec, KEY);
    let found = found.filter(|found| object.tree.scalar(*found) != Some(Scalar::Null));
    let seconds = found.and_then(|found| match object.tree.scalar(found) {
        Some(Scalar::Number(number)) => number.as_i64(),
        _ => None,
    });
    let least = period.minimum.map(i64::from);
    let most = period.maximum.map(i64::from);
    let wanted = match seconds {
        // Kubernetes refuses what is not a number.
        None if found.is_some() => return Ok(()),
        None => period.default.map(i64::from),
        Some(seconds) if least.is_some_and(|least| seconds < least) => least,
        Some(seconds) if most.is_some_and(|most| seconds > most) => most,
        Some(_) => None,
    };
    let Some(wanted) = wanted else { return Ok(()) };
    let mends = period.mode == Mode::Enforce || (period.mode == Mode::Default && seconds.is_none());
    if object.is_waived(context, RULE.id, "") {
        return Ok(());
    }
    if !mends {
        let is = seconds.map_or("is missing".to_owned(), |seconds| format!("is {seconds}"));
        let message = format!("{is}; it should be {wanted}");
        let field = format!("{}.{KEY}", object.field_of_pod(pod));
        object.breach(RULE.id, period.mode, found.unwrap_or(pod.spec), &field, message, "");
        return Ok(());
    }
    let spec = object.spec_for_change(pod)?;
    object.tree.set(spec, KEY, &Value::from(wanted))?;
    Ok(())
}
