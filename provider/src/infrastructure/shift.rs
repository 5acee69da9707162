//! Moving traffic in steps: groups first with the weights of before, then wait until their targets are healthy,
//! then step by step, each watched. A step that fails brings the weights of before back, or holds the last good
//! ones. Going back to what exists outside of Kubernetes is never held up.

use std::collections::BTreeMap;
use std::time::Duration;

use ipsy_aws::{AlarmState, Error, ErrorKind, RuleChange, Service, TargetHealth};
use tokio::time::{Instant, sleep};

use super::listener_rule::ListenerRule;
use super::{Facts, Observed, target_group};
use crate::app::rollout::{OnFailure, Rollout, between, rises};
use crate::app::traffic::BackendPlace;

/// Brings the rule to the last step before the wanted weights, which the caller sets. Does nothing where no
/// cluster gets more requests than before.
pub(super) async fn shift(
    rule: &ListenerRule,
    rollout: &Rollout,
    observed: &Observed,
    facts: &Facts,
) -> Result<(), Error> {
    let before = weights_of(observed);
    let wanted = rule.weights();
    let rising: Vec<&str> = rule
        .backends
        .iter()
        .filter(|(name, backend)| {
            matches!(backend.place, BackendPlace::Cluster { .. }) && rises(&before, &wanted, name)
        })
        .map(|(name, _)| name.as_str())
        .collect();
    if rising.is_empty() || before.values().all(|weight| *weight == 0) {
        return Ok(());
    }
    let shift = Shift { rule, rollout, facts, arn: &observed.arn, rising };
    let start = only_wanted(&before, &wanted);
    shift.set(&start).await?;
    let mut good = start.clone();
    let result = shift.steps(&start, &wanted, &mut good).await;
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
    Err(shift.error(&format!("{}. {text}", error.message().trim_end_matches('.'))))
}

/// What stays the same in all steps.
struct Shift<'a> {
    rule: &'a ListenerRule,
    rollout: &'a Rollout,
    facts: &'a Facts,
    arn: &'a str,
    /// The clusters that get more requests.
    rising: Vec<&'a str>,
}

impl Shift<'_> {
    async fn steps(
        &self,
        from: &BTreeMap<String, i64>,
        to: &BTreeMap<String, i64>,
        good: &mut BTreeMap<String, i64>,
    ) -> Result<(), Error> {
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
    async fn set(&self, weights: &BTreeMap<String, i64>) -> Result<(), Error> {
        let rules = &self.rule.aws.listener_rules;
        let actions = self.rule.actions(self.facts, weights);
        let change = RuleChange { conditions: None, actions: Some(actions.clone()) };
        rules.modify(self.arn, &change).await?;
        let found = rules.by_arns(&[self.arn.to_owned()]).await?;
        let sorted = |rule: Option<&ipsy_aws::Forward>| {
            let mut targets = rule.map(|forward| forward.targets.clone()).unwrap_or_default();
            targets.sort();
            targets
        };
        let wanted = actions.iter().find_map(|action| match action {
            ipsy_aws::Action::Forward(forward) => Some(forward),
            _ => None,
        });
        if sorted(found.first().and_then(ipsy_aws::Rule::forward)) == sorted(wanted) {
            return Ok(());
        }
        Err(self.error("AWS took the weights and then shows others; somebody else changes the rule"))
    }

    async fn wait_until_healthy(&self) -> Result<(), Error> {
        let deadline = Instant::now() + self.rollout.timeout;
        loop {
            let Some(problem) = self.unhealthy().await? else { return Ok(()) };
            if Instant::now() >= deadline {
                let waited = self.rollout.timeout.as_secs();
                return Err(self.error(&format!("{problem}, after {waited} s of waiting")));
            }
            self.pause(self.rollout.interval).await?;
        }
    }

    /// Watches one step: health and alarms, until its time is over.
    async fn bake(&self) -> Result<(), Error> {
        let deadline = Instant::now() + self.rollout.bake;
        loop {
            if let Some(problem) = self.unhealthy().await? {
                return Err(self.error(&problem));
            }
            if let Some(problem) = self.alarmed().await? {
                return Err(self.error(&problem));
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
            () = self.facts.cancel.cancelled() => Err(self.error("Terraform asked to stop")),
        }
    }

    fn error(&self, message: &str) -> Error {
        Error::new(ErrorKind::Conflict, Service::Elb, "ModifyRule", self.arn, message)
    }
}

/// The weights that the rule has, by backend; a target group of nobody keeps its ARN as its name.
fn weights_of(observed: &Observed) -> BTreeMap<String, i64> {
    let backends = observed.properties.get("backends").and_then(serde_json::Value::as_object);
    backends
        .into_iter()
        .flatten()
        .map(|(name, backend)| {
            (name.clone(), backend.get("weight").and_then(serde_json::Value::as_i64).unwrap_or(0))
        })
        .collect()
}

/// The weights of before for the backends that are wanted; what is new has none.
fn only_wanted(before: &BTreeMap<String, i64>, wanted: &BTreeMap<String, i64>) -> BTreeMap<String, i64> {
    let start: BTreeMap<String, i64> =
        wanted.keys().map(|name| (name.clone(), before.get(name).copied().unwrap_or(0))).collect();
    // Where all that served before goes away, there is nothing to step from.
    if start.values().all(|weight| *weight == 0) { wanted.clone() } else { start }
}
