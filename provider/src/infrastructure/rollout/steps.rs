//! The steps of a guarded rollout. Before each change the rule is read: weights that others have set meanwhile stay.

use std::time::{Duration, SystemTime};

use ipsy_aws::{Error, ErrorKind, Rule, RuleChange, WeightedTarget};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::{Instant, sleep};

use super::guard::{Guard, Health, Judgement};
use super::journal::Journal;
use super::report;
use crate::app::rollout::{Mode, OnFailure, Progress, Rollout, Shares, between, shown};
use crate::app::traffic::WeightChange;
use crate::infrastructure::Facts;
use crate::infrastructure::failure::Fault;
use crate::infrastructure::weight_shift::WeightShift;

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

/// A walk from weights to weights.
pub(super) struct Steps<'a> {
    shift: &'a WeightShift<'a>,
    /// The rollout of the shift, or the one without steps.
    rollout: &'a Rollout,
    facts: &'a Facts,
    guard: Guard<'a>,
    journal: Journal,
}

impl<'a> Steps<'a> {
    pub(super) fn new(
        shift: &'a WeightShift<'a>,
        rollout: &'a Rollout,
        facts: &'a Facts,
        guard: Guard<'a>,
    ) -> Self {
        Self { shift, rollout, facts, guard, journal: Journal::default() }
    }

    /// Moves from `start` to `end`, and writes the report. The rule has the weights before the shift.
    pub(super) async fn walk(mut self, start: &Shares, end: &Shares) -> Result<(), Fault> {
        let result = self.advance(start, end).await;
        if let Some(path) = self.rollout.report.as_deref() {
            report::write(&self.journal, path);
        }
        result
    }

    async fn advance(&mut self, start: &Shares, end: &Shares) -> Result<(), Fault> {
        let (before, change) = (&self.shift.before, self.shift.change);
        let reached = change.map_or(0, |change| change.reached);
        // Where an earlier apply has made steps, the way begins where it did.
        let origin = match change {
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
                Broken::Aws(error) => Err(error.into()),
                Broken::Guard(problem) if !unmoved => self.fail(&mut live, start, &origin, &problem).await,
                Broken::Guard(problem) => Err(halted(&problem, text)),
                Broken::Stopped => Err(halted("Terraform asked to stop", text)),
            };
        }
        let mut good = start.clone();
        match self.steps(change, &origin, end, &mut live, &mut good).await {
            Ok(()) => Ok(()),
            Err(Broken::Aws(error)) if error.kind() == ErrorKind::Conflict => Err(error.into()),
            Err(Broken::Stopped) => {
                let restored = self.set(&mut live, &good).await;
                self.shift.mark(Progress::Stopped).await?;
                restored?;
                let text = format!("The weights of the last good step stay: {}", shown(&good));
                Err(halted("Terraform asked to stop", &text))
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
        live: &mut Shares,
        good: &Shares,
        origin: &Shares,
        problem: &str,
    ) -> Result<(), Fault> {
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
            self.shift.mark(Progress::RolledBack).await?;
        }
        Err(halted(problem, text))
    }

    async fn steps(
        &mut self,
        change: Option<&WeightChange>,
        from: &Shares,
        to: &Shares,
        live: &mut Shares,
        good: &mut Shares,
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
            self.shift.mark(Progress::Begun).await?;
        }
        for percent in left {
            let weights = between(from, to, percent);
            let began = SystemTime::now();
            self.set(live, &weights).await?;
            self.shift.mark(Progress::Moving).await?;
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
    async fn set(&self, live: &mut Shares, weights: &Shares) -> Result<(), Error> {
        let (rules, rule) = (&self.shift.aws.listener_rules, &self.shift.rule);
        let there = self.shift.targets(live);
        self.expect(there, "others have changed the weights since the last step; they stay").await?;
        let actions = Some(self.shift.actions(weights));
        rules.modify(rule, &RuleChange { conditions: None, actions }).await?;
        let wanted = self.shift.targets(weights);
        self.expect(wanted, "AWS took the weights and then shows others: others change the rule").await?;
        tracing::info!(rule, weights = shown(weights), "The weights are set");
        self.facts.report.line(format!("The rule has the weights {}", shown(weights)));
        live.clone_from(weights);
        Ok(())
    }

    async fn expect(&self, mut targets: Vec<WeightedTarget>, otherwise: &str) -> Result<(), Error> {
        let rules = &self.shift.aws.listener_rules;
        let found = rules.by_arns(std::slice::from_ref(&self.shift.rule)).await?;
        let forward = found.first().and_then(Rule::forward);
        let mut shown = forward.map(|forward| forward.targets.clone()).unwrap_or_default();
        shown.sort();
        targets.sort();
        if shown == targets { Ok(()) } else { Err(self.shift.error(ErrorKind::Conflict, otherwise)) }
    }

    async fn wait_until_healthy(&self) -> Result<(), Broken> {
        // A target group that only takes the place of another is filled by the installation that has just run.
        let waits = self.rollout.waits_for_targets || self.shift.change.is_none();
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
            tracing::info!(rule = self.shift.rule, "Waiting for targets: {problem}");
            self.facts.report.line(format!("Waiting for targets: {problem}"));
            self.pause(self.rollout.interval).await?;
        }
    }

    /// Watches one step until its time is over, and until every guard has data.
    async fn bake(&self, began: SystemTime, weights: &Shares) -> Result<(), Broken> {
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
    async fn judge_last_step(&self, change: &WeightChange, weights: &Shares) -> Result<(), Broken> {
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
            self.shift.error(ErrorKind::Conflict, &format!("{problem}: apply again later. The weights stay")),
        ))
    }

    /// Waits, unless Terraform asks to stop.
    async fn pause(&self, duration: Duration) -> Result<(), Broken> {
        tokio::select! {
            () = sleep(duration) => Ok(()),
            () = self.facts.cancel.cancelled() => Err(Broken::Stopped),
        }
    }
}

fn halted(problem: &str, outcome: &str) -> Fault {
    Fault::Halted(format!("{problem}. {outcome}."))
}
