//! Moving traffic in steps: groups first with the weights of before, then wait until their targets are healthy,
//! then step by step, each watched. A step that fails brings the weights of before back, or holds the last good
//! ones. Going back to what exists outside of Kubernetes is never held up.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use ipsy_aws::{AlarmState, Error, ErrorKind, Rule, RuleChange, Service, TargetHealth};
use tokio::time::{Instant, sleep};

use super::listener_rule::{ByName, ListenerRule, target};
use super::{Facts, target_group};
use crate::app::rollout::{OnFailure, Rollout, between, rises};
use crate::app::traffic::{BackendPlace, MOST_TARGET_GROUPS, previous_name};

/// Brings the rule to the last step before the wanted weights, which the caller sets. Does nothing where no
/// cluster gets more requests than before. Without a rollout it only holds back a target group that takes the
/// place of another until it is healthy.
pub(super) async fn shift(
    rule: &ListenerRule,
    live: &Rule,
    before: &ByName,
    wanted: &ByName,
    facts: &Facts,
) -> Result<(), Error> {
    let rollout = rule.rollout.as_ref().map_or_else(|| Cow::Owned(Rollout::replacement()), Cow::Borrowed);
    let rising: Vec<&str> = rule
        .backends
        .iter()
        .filter(|(name, backend)| {
            matches!(backend.place, BackendPlace::Cluster { .. })
                && rises(before, wanted, name)
                && (rule.rollout.is_some() || takes_over(before, wanted, name))
        })
        .map(|(name, _)| name.as_str())
        .collect();
    if rising.is_empty() || before.values().all(|weight| *weight == 0) {
        return Ok(());
    }
    let (start, end) = way(before, wanted);
    let arns = arns(rule, live, facts, &end);
    let shift = Shift { rule, rollout: &rollout, facts, arn: &live.arn, arns, rising };
    if start != *before {
        shift.set(&start).await?;
    }
    let mut good = start.clone();
    let result = shift.steps(&start, &end, &mut good).await;
    let Err(error) = result else { return Ok(()) };
    let back = match rollout.on_failure {
        OnFailure::Rollback => &start,
        OnFailure::Hold => &good,
    };
    // If even this fails, the refresh that follows tells what is really there.
    let restored = shift.set(back).await;
    let text = match (&restored, rollout.on_failure) {
        (Ok(()), OnFailure::Rollback) => "The weights are what they were before.",
        (Ok(()), OnFailure::Hold) => "The weights of the last good step stay.",
        (Err(_), _) => "The weights could not be set back: look at the rule now.",
    };
    let cause = match error.kind() {
        ErrorKind::Halted | ErrorKind::Conflict => error.message().to_owned(),
        _ => error.to_string(),
    };
    Err(shift.error(error.kind(), &format!("{}. {text}", cause.trim_end_matches('.'))))
}

/// Whether the group of `name` takes over from the one that the backend had before.
fn takes_over(before: &ByName, wanted: &ByName, name: &str) -> bool {
    let previous = previous_name(name);
    before.get(&previous).is_some_and(|weight| *weight > 0)
        && wanted.get(&previous).is_none_or(|weight| *weight == 0)
}

/// From where to where the steps lead, both with the same names: what is new begins with nothing, what leaves
/// ends with nothing. Where AWS would not take all of them in one rule, what leaves does so at once.
fn way(before: &ByName, wanted: &ByName) -> (ByName, ByName) {
    let mut end = wanted.clone();
    for name in before.keys() {
        end.entry(name.clone()).or_insert(0);
    }
    if end.len() > MOST_TARGET_GROUPS {
        end.clone_from(wanted);
    }
    let start: ByName =
        end.keys().map(|name| (name.clone(), before.get(name).copied().unwrap_or(0))).collect();
    // Where all that served before goes away, there is nothing to step from.
    if start.values().all(|weight| *weight == 0) { (end.clone(), end) } else { (start, end) }
}

/// The target group of each name: those that leave are only known from the rule as it is.
fn arns(rule: &ListenerRule, live: &Rule, facts: &Facts, names: &ByName) -> BTreeMap<String, String> {
    let forward = live.forward().cloned().unwrap_or_default();
    let mut arns: BTreeMap<String, String> =
        names.keys().map(|name| (name.clone(), rule.arn_of(name, facts).to_owned())).collect();
    for target in forward.targets {
        arns.insert(rule.name_of(&target.target_group_arn).0, target.target_group_arn);
    }
    arns
}

/// What stays the same in all steps.
struct Shift<'a> {
    rule: &'a ListenerRule,
    rollout: &'a Rollout,
    facts: &'a Facts,
    arn: &'a str,
    arns: BTreeMap<String, String>,
    /// The clusters that get more requests.
    rising: Vec<&'a str>,
}

impl Shift<'_> {
    async fn steps(&self, from: &ByName, to: &ByName, good: &mut ByName) -> Result<(), Error> {
        self.wait_until_healthy().await?;
        for percent in &self.rollout.steps {
            let weights = between(from, to, *percent);
            self.set(&weights).await?;
            self.bake().await?;
            *good = weights;
        }
        Ok(())
    }

    /// Sets weights, and reads them back: nothing is built on a step that has not happened.
    async fn set(&self, weights: &ByName) -> Result<(), Error> {
        let rules = &self.rule.aws.listener_rules;
        let arn_of = |name: &String| self.arns.get(name).map_or("", String::as_str);
        let mut wanted: Vec<_> = weights.iter().map(|(name, weight)| target(arn_of(name), *weight)).collect();
        let actions = self.rule.actions(wanted.clone());
        rules.modify(self.arn, &RuleChange { conditions: None, actions: Some(actions) }).await?;
        let found = rules.by_arns(&[self.arn.to_owned()]).await?;
        let forward = found.first().and_then(Rule::forward);
        let mut shown = forward.map(|forward| forward.targets.clone()).unwrap_or_default();
        wanted.sort();
        shown.sort();
        if shown == wanted {
            return Ok(());
        }
        let message = "AWS took the weights and then shows others; somebody else changes the rule";
        Err(self.error(ErrorKind::Conflict, message))
    }

    async fn wait_until_healthy(&self) -> Result<(), Error> {
        let deadline = Instant::now() + self.rollout.timeout;
        loop {
            let Some(problem) = self.unhealthy().await? else { return Ok(()) };
            if Instant::now() >= deadline {
                let waited = self.rollout.timeout.as_secs();
                return Err(self.halted(&format!("{problem}, after {waited} s of waiting")));
            }
            self.pause(self.rollout.interval).await?;
        }
    }

    /// Watches one step: health and alarms, until its time is over.
    async fn bake(&self) -> Result<(), Error> {
        let deadline = Instant::now() + self.rollout.bake;
        loop {
            if let Some(problem) = self.unhealthy().await? {
                return Err(self.halted(&problem));
            }
            if let Some(problem) = self.alarmed().await? {
                return Err(self.halted(&problem));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            self.pause(self.rollout.interval.min(left)).await?;
        }
    }

    /// The first rising backend that has too few healthy targets, with what the others are.
    async fn unhealthy(&self) -> Result<Option<String>, Error> {
        for backend in &self.rising {
            let arn = self.facts.arn(&format!("{}/{backend}", target_group::KEY));
            let targets = self.rule.aws.target_groups.health(arn).await?;
            let (healthy, others): (Vec<&TargetHealth>, Vec<&TargetHealth>) =
                targets.iter().partition(|target| target.state == "healthy");
            if healthy.len() < self.rollout.min_healthy {
                let others: Vec<String> = others
                    .iter()
                    .map(|target| {
                        let reason = target.reason.as_deref().unwrap_or("no reason given");
                        format!("{}:{} is {} ({reason})", target.target_id, target.port, target.state)
                    })
                    .collect();
                let rest = if others.is_empty() { String::new() } else { format!(": {}", others.join(", ")) };
                return Ok(Some(format!(
                    "backend `{backend}` has {} of {} healthy targets{rest}",
                    healthy.len(),
                    self.rollout.min_healthy
                )));
            }
        }
        Ok(None)
    }

    /// The first alarm that has gone off, or that is not there at all: an alarm nobody made guards nothing.
    async fn alarmed(&self) -> Result<Option<String>, Error> {
        if self.rollout.alarms.is_empty() {
            return Ok(None);
        }
        let states = self.rule.aws.alarms.states(&self.rollout.alarms).await?;
        Ok(self.rollout.alarms.iter().find_map(|name| match states.get(name) {
            None => Some(format!("there is no alarm `{name}`")),
            Some(AlarmState::Alarm { reason }) => Some(format!("alarm `{name}` went off: {reason}")),
            Some(_) => None,
        }))
    }

    /// Waits, unless Terraform asks to stop.
    async fn pause(&self, duration: Duration) -> Result<(), Error> {
        tokio::select! {
            () = sleep(duration) => Ok(()),
            () = self.facts.cancel.cancelled() => Err(self.halted("Terraform asked to stop")),
        }
    }

    fn halted(&self, message: &str) -> Error {
        self.error(ErrorKind::Halted, message)
    }

    fn error(&self, kind: ErrorKind, message: &str) -> Error {
        Error::new(kind, Service::Elb, "ModifyRule", self.arn, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(all: &[(&str, i64)]) -> ByName {
        all.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect()
    }

    #[test]
    fn what_leaves_goes_down_step_by_step() {
        let (start, end) = way(&weights(&[("a", 90), ("b", 10)]), &weights(&[("b", 5), ("c", 5)]));
        assert_eq!(start, weights(&[("a", 90), ("b", 10), ("c", 0)]));
        assert_eq!(end, weights(&[("a", 0), ("b", 5), ("c", 5)]));
    }

    #[test]
    fn a_rule_never_gets_more_groups_than_aws_takes() {
        let before = weights(&[("a", 1), ("b", 1), ("c", 1), ("d", 1), ("e", 1)]);
        let (start, end) = way(&before, &weights(&[("a", 1), ("f", 1)]));
        assert_eq!(start, weights(&[("a", 1), ("f", 0)]));
        assert_eq!(end, weights(&[("a", 1), ("f", 1)]));
    }
}
