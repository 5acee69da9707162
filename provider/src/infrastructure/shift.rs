//! Moving traffic in steps: groups first with the weights of before, then wait until their targets are healthy,
//! then step by step, each watched. A step that fails brings the weights from before the change back, or holds the last
//! good ones. Before each change the rule is read: weights that others have set meanwhile stay.

mod guard;
mod journal;
mod timeline;

use std::collections::BTreeMap;
use std::time::SystemTime;

use ipsy_aws::{Error, ErrorKind, Rule, RuleChange, Service};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::{Instant, sleep};

use self::guard::{Guard, Health, Judgement};
use self::journal::Journal;
use super::Facts;
use super::listener_rule::{ByName, ListenerRule, target};
use crate::app::rollout::{Mode, OnFailure, Progress, Rollout, Walk, between, rises, shown};
use crate::app::traffic::{BackendPlace, MOST_TARGET_GROUPS, WeightChange, Weights, previous_name};

/// What has become of a rule's weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shifted {
    /// Nothing was held back: the caller sets the wanted weights, at once.
    Free,
    /// The rule has the wanted weights.
    Arrived,
    /// The rule has the last step before the wanted weights, which the caller sets.
    Before,
}

/// Brings the rule from the weights `before`, which it has, to those that are `wanted`, by the rules of the rollout. Nothing
/// changes before the backends that get more requests have healthy targets.
pub(super) async fn shift(
    rule: &ListenerRule,
    live: &Rule,
    before: &ByName,
    wanted: &ByName,
    facts: &Facts,
) -> Result<Shifted, Error> {
    let ours = rule.load_balancer.weights == Weights::Terraform;
    let rises_guarded = |name: &String| {
        rises(before, wanted, name)
            && (ours || takes_over(before, wanted, name))
            && (rule.rollout.mode != Mode::Immediate || takes_over(before, wanted, name))
    };
    let receivers: Vec<&String> = rule.backends.keys().filter(|name| rises_guarded(name)).collect();
    if receivers.is_empty() || before.values().all(|weight| *weight == 0) {
        return Ok(Shifted::Free);
    }
    // A group that only takes the place of another, with the share as it is, needs no steps.
    let guarded = Rollout::guarded();
    let rollout = if ours && rule.rollout.mode != Mode::Immediate { &rule.rollout } else { &guarded };
    let (start, end) = way(before, wanted);
    let arns = arns(rule, live, facts, &end);
    let guard = Guard::new(rule, rollout, &arns, &receivers);
    let in_clusters = receivers.iter().any(|name| {
        rule.backends.get(*name).is_some_and(|backend| matches!(backend.place, BackendPlace::Cluster { .. }))
    });
    let mut shift =
        Shift { rule, rollout, facts, arn: &live.arn, arns: &arns, guard, journal: Journal::default() };
    if !in_clusters {
        // Requests that go back to what exists outside of Kubernetes are not held up by steps.
        let refusal = match shift.guard.health().await? {
            Health::Enough => return Ok(Shifted::Free),
            Health::Coming(problem) | Health::Lacking(problem) => problem,
        };
        // A group that the rule does not have yet is not checked by AWS.
        let is_in = receivers.iter().all(|name| before.contains_key(*name));
        return if is_in {
            Err(shift.halted(&refusal, "The weights are what they were before"))
        } else {
            Ok(Shifted::Free)
        };
    }
    let result = shift.walk(before, &start, &end).await;
    shift.journal.write(rollout.report.as_deref());
    result?;
    Ok(if end == *wanted { Shifted::Arrived } else { Shifted::Before })
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
    // If everything that served before is removed, no steps are possible.
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

/// The time as tags and reports have it.
pub(crate) fn now() -> String {
    let now = OffsetDateTime::from(SystemTime::now()).replace_nanosecond(0);
    // A time of this century always has a form in RFC 3339.
    now.ok().and_then(|now| now.format(&Rfc3339).ok()).unwrap_or_default()
}

/// Why steps ended before the last one.
enum Broken {
    /// A guard has failed.
    Guard(String),
    /// Terraform asked to stop.
    Stopped,
    /// AWS could not be asked, or others have changed the weights.
    Aws(Error),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Aws(error)
    }
}

/// What stays the same in all steps.
struct Shift<'a> {
    rule: &'a ListenerRule,
    rollout: &'a Rollout,
    facts: &'a Facts,
    arn: &'a str,
    arns: &'a BTreeMap<String, String>,
    guard: Guard<'a>,
    journal: Journal,
}

impl Shift<'_> {
    /// Moves from `start` to `end`; the rule has `before`.
    async fn walk(&mut self, before: &ByName, start: &ByName, end: &ByName) -> Result<(), Error> {
        let change = self.rule.weight_change().cloned();
        let reached = change.as_ref().map_or(0, |change| change.reached);
        // Where an earlier apply has made steps, the way begins where it did.
        let origin = match &change {
            Some(change) if reached > 0 => {
                end.keys().map(|name| (name.clone(), change.from.get(name).copied().unwrap_or(0))).collect()
            }
            _ => start.clone(),
        };
        let mut live = before.clone();
        if start != before {
            self.set(&mut live, start).await?;
        }
        if let Err(broken) = self.wait_until_healthy().await {
            let unmoved = reached == 0 || matches!(broken, Broken::Stopped);
            let text = "The weights are what they were before";
            return match broken {
                Broken::Aws(error) => Err(error),
                Broken::Guard(problem) if !unmoved => self.fail(&mut live, start, &origin, &problem).await,
                Broken::Guard(problem) => Err(self.halted(&problem, text)),
                Broken::Stopped => Err(self.halted("Terraform asked to stop", text)),
            };
        }
        let mut good = start.clone();
        match self.steps(change.as_ref(), &origin, end, &mut live, &mut good).await {
            Ok(()) => Ok(()),
            Err(Broken::Aws(error)) if error.kind() == ErrorKind::Conflict => Err(error),
            Err(Broken::Stopped) => {
                let restored = self.set(&mut live, &good).await;
                self.mark(Progress::Stopped).await?;
                restored?;
                let text = format!("The weights of the last good step stay: {}", shown(&good));
                Err(self.halted("Terraform asked to stop", &text))
            }
            Err(Broken::Guard(problem)) => self.fail(&mut live, &good, &origin, &problem).await,
            Err(Broken::Aws(error)) => {
                let problem = error.to_string();
                self.fail(&mut live, &good, &origin, problem.trim_end_matches('.')).await
            }
        }
    }

    /// Ends the change: back to the weights from before it, or to the last good ones.
    async fn fail(
        &mut self,
        live: &mut ByName,
        good: &ByName,
        origin: &ByName,
        problem: &str,
    ) -> Result<(), Error> {
        let back = match self.rollout.on_failure {
            OnFailure::Rollback => origin,
            OnFailure::Hold => good,
        };
        // If even this fails, the refresh that follows shows what is really there.
        let restored = self.set(live, back).await;
        let text = match (&restored, self.rollout.on_failure) {
            (Ok(()), OnFailure::Rollback) => "The weights are what they were before",
            (Ok(()), OnFailure::Hold) => "The weights of the last good step stay",
            (Err(_), _) => "The weights could not be set back: look at the rule now",
        };
        self.journal.end(problem);
        if restored.is_ok() && self.rollout.on_failure == OnFailure::Rollback {
            self.mark(Progress::RolledBack).await?;
        }
        Err(self.halted(problem, text))
    }

    async fn steps(
        &mut self,
        change: Option<&WeightChange>,
        from: &ByName,
        to: &ByName,
        live: &mut ByName,
        good: &mut ByName,
    ) -> Result<(), Broken> {
        let reached = change.map_or(0, |change| change.reached);
        let mut left: Vec<i64> =
            self.rollout.steps.iter().copied().filter(|percent| *percent > reached).collect();
        if self.rollout.mode == Mode::Stepwise {
            if let Some(change) = change.filter(|change| change.reached > 0) {
                self.judge_last_step(change, live).await?;
            }
            // The caller's weights are those of the next step.
            left = vec![100];
        }
        let last = change.map_or(100, |change| change.step);
        if reached == 0 {
            self.mark(Progress::Begun).await?;
        }
        for percent in left {
            let weights = between(from, to, percent);
            let began = SystemTime::now();
            self.set(live, &weights).await?;
            self.mark(Progress::Moving).await?;
            if self.rollout.mode == Mode::Whole {
                self.bake(began, &weights).await?;
            }
            self.journal.step(percent.min(last), &weights, &self.guard, began).await;
            good.clone_from(&weights);
        }
        Ok(())
    }

    /// Sets weights where the rule has those of `live`, and reads them back: nothing is built on a step that has not
    /// happened, and nothing is written over what others have set.
    async fn set(&self, live: &mut ByName, weights: &ByName) -> Result<(), Error> {
        let rules = &self.rule.aws.listener_rules;
        let targets = |weights: &ByName| {
            let arn_of = |name: &String| self.arns.get(name).map_or("", String::as_str);
            let mut targets: Vec<_> =
                weights.iter().map(|(name, weight)| target(arn_of(name), *weight)).collect();
            targets.sort();
            targets
        };
        self.expect(&targets(live), "others have changed the weights since the last step; they stay").await?;
        let wanted = targets(weights);
        let actions = self.rule.actions(wanted.clone());
        rules.modify(self.arn, &RuleChange { conditions: None, actions: Some(actions) }).await?;
        self.expect(&wanted, "AWS took the weights and then shows others: others change the rule").await?;
        tracing::info!(rule = self.arn, weights = shown(weights), "The weights are set");
        self.facts.report.line(format!("The rule has the weights {}", shown(weights)));
        live.clone_from(weights);
        Ok(())
    }

    async fn expect(&self, targets: &[ipsy_aws::WeightedTarget], otherwise: &str) -> Result<(), Error> {
        let found = self.rule.aws.listener_rules.by_arns(&[self.arn.to_owned()]).await?;
        let forward = found.first().and_then(Rule::forward);
        let mut shown = forward.map(|forward| forward.targets.clone()).unwrap_or_default();
        shown.sort();
        if shown == targets { Ok(()) } else { Err(self.error(ErrorKind::Conflict, otherwise)) }
    }

    async fn mark(&self, progress: Progress) -> Result<(), Error> {
        self.rule.mark(self.arn, progress).await
    }

    async fn wait_until_healthy(&self) -> Result<(), Broken> {
        // A target group that only takes the place of another is filled by the installation that has just run.
        let waits = self.rollout.waits_for_targets || self.rule.weight_change().is_none();
        let deadline = Instant::now() + self.rollout.timeout;
        loop {
            let problem = match self.guard.health().await? {
                Health::Enough => return Ok(()),
                Health::Lacking(problem) if !waits => return Err(Broken::Guard(problem)),
                Health::Coming(problem) | Health::Lacking(problem) => problem,
            };
            if Instant::now() >= deadline {
                let waited = self.rollout.timeout.as_secs();
                return Err(Broken::Guard(format!("{problem}, after {waited} s of waiting")));
            }
            tracing::info!(rule = self.arn, "Waiting for targets: {problem}");
            self.facts.report.line(format!("Waiting for targets: {problem}"));
            self.pause(self.rollout.interval).await?;
        }
    }

    /// Watches one step until its time is over, and until every guard has data.
    async fn bake(&self, began: SystemTime, weights: &ByName) -> Result<(), Broken> {
        let end = Instant::now() + self.rollout.bake;
        self.facts.report.line(format!("Watching the step for {} s", self.rollout.bake.as_secs()));
        let deadline = end + self.rollout.timeout;
        loop {
            let pending = match self.guard.judge(began, weights).await? {
                Judgement::Failed(problem) => return Err(Broken::Guard(problem)),
                Judgement::Pending(problem) => Some(problem),
                Judgement::Good => None,
            };
            let now = Instant::now();
            match pending {
                None if now >= end => return Ok(()),
                Some(problem) if now >= deadline => {
                    let waited = (self.rollout.bake + self.rollout.timeout).as_secs();
                    return Err(Broken::Guard(format!(
                        "{problem}, after {waited} s: without data no step is good"
                    )));
                }
                _ => {}
            }
            let left = if now < end { end - now } else { deadline - now };
            self.pause(self.rollout.interval.min(left)).await?;
        }
    }

    /// Judges the step that an earlier apply has made.
    async fn judge_last_step(&self, change: &WeightChange, weights: &ByName) -> Result<(), Broken> {
        let since = change.since.as_deref().and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
        let since = since.map_or(SystemTime::UNIX_EPOCH, SystemTime::from);
        let judgement = self.guard.judge(since, weights).await?;
        let watched = SystemTime::now().duration_since(since).unwrap_or_default();
        let early = self.rollout.bake.checked_sub(watched).filter(|left| !left.is_zero());
        let problem = match (judgement, early) {
            (Judgement::Failed(problem), _) => return Err(Broken::Guard(problem)),
            (Judgement::Pending(problem), _) => problem,
            (Judgement::Good, Some(left)) => {
                format!("the step of {} % is watched for {} s more", change.reached, left.as_secs().max(1))
            }
            (Judgement::Good, None) => return Ok(()),
        };
        Err(Broken::Aws(
            self.error(ErrorKind::Conflict, &format!("{problem}: apply again later. The weights stay")),
        ))
    }

    /// Waits, unless Terraform asks to stop.
    async fn pause(&self, duration: std::time::Duration) -> Result<(), Broken> {
        tokio::select! {
            () = sleep(duration) => Ok(()),
            () = self.facts.cancel.cancelled() => Err(Broken::Stopped),
        }
    }

    fn halted(&self, problem: &str, outcome: &str) -> Error {
        self.error(ErrorKind::Halted, &format!("{problem}. {outcome}."))
    }

    fn error(&self, kind: ErrorKind, message: &str) -> Error {
        Error::new(kind, Service::Elb, "ModifyRule", self.arn, message)
    }
}

impl ListenerRule {
    /// The change of weights that this apply makes.
    fn weight_change(&self) -> Option<&WeightChange> {
        self.planned_weights.as_ref()?.change.as_ref()
    }

    /// Notes in the rule's tags what has become of the change of its weights; nothing where there is none.
    pub(super) async fn mark(&self, arn: &str, progress: Progress) -> Result<(), Error> {
        let Some(change) = self.weight_change() else { return Ok(()) };
        let walk = Walk { from: Some(change.from.clone()), to: change.to.clone(), progress, at: Some(now()) };
        self.aws.listener_rules.tag(arn, &walk.tags()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(all: &[(&str, i64)]) -> ByName {
        all.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect()
    }

    #[test]
    fn the_weights_of_removed_backends_fall_step_by_step() {
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
