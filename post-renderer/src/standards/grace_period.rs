//! The standard `grace-period`: pods have a grace period within bounds.

use super::{Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
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
};

/// The standard `grace-period`.
pub(super) struct GracePeriod;

impl Standard for GracePeriod {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn is_on(&self, configuration: &Configuration) -> bool {
        configuration.standards.grace_period.as_ref().is_some_and(|period| period.mode != Mode::Off)
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let Some(period) = &context.configuration.standards.grace_period else { return Ok(()) };
        let Some(spec) = object.pod_spec() else { return Ok(()) };
        if !Platform::of(object).takes_in_pod(KEY) {
            return Ok(());
        }
        let found = object.tree.get(spec, KEY);
        let seconds = found.and_then(|found| match object.tree.scalar(found) {
            Some(Scalar::Number(number)) => number.as_i64(),
            _ => None,
        });
        let least = period.minimum.map(i64::from);
        let most = period.maximum.map(i64::from);
        let wanted = match seconds {
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
            object.breach(RULE.id, period.mode, found.unwrap_or(spec), KEY, message, "");
            return Ok(());
        }
        let Some(spec) = object.pod_spec_for_change()? else { return Ok(()) };
        object.tree.set(spec, KEY, &Value::from(wanted))?;
        Ok(())
    }
}
