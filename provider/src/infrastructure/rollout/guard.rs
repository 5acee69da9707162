//! What guards a change of weights: healthy targets, alarms, and limits on what the receiving backends answer.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use futures::future::try_join_all;
use ipsy_aws::{AlarmState, Error, TargetHealth, TrafficMinute, TrafficMinutes};

use crate::app::rollout::{Limit, Measure, Rollout, Shares, Verdict};
use crate::infrastructure::weight_shift::WeightShift;

/// The guards of one change of weights.
pub(super) struct Guard<'a> {
    shift: &'a WeightShift<'a>,
    rollout: &'a Rollout,
    /// The backends that get more requests.
    receivers: &'a [&'a String],
}

/// Whether the receiving backends have healthy targets.
pub(super) enum Health {
    Enough,
    /// Targets that are being registered could make it enough.
    Coming(String),
    Lacking(String),
}

/// The judgement of the guards on a step.
pub(super) enum Judgement {
    Good,
    /// Something has no data yet.
    Pending(String),
    Failed(String),
}

impl<'a> Guard<'a> {
    pub(super) fn new(shift: &'a WeightShift<'a>, rollout: &'a Rollout, receivers: &'a [&'a String]) -> Self {
        Self { shift, rollout, receivers }
    }

    /// The health of the receiving backends: what the first of them lacks.
    pub(super) async fn health(&self) -> Result<Health, Error> {
        for (backend, targets) in self.targets().await? {
            let registered = targets.iter().filter(|target| target.state != "draining").count();
            let (healthy, others): (Vec<&TargetHealth>, Vec<&TargetHealth>) =
                targets.iter().partition(|target| target.state == "healthy");
            let needed = self.rollout.min_healthy.of(registered);
            if healthy.len() >= needed {
                continue;
            }
            let is_coming = others.iter().any(|target| target.state == "initial");
            let others: Vec<String> = others
                .iter()
                .map(|target| {
                    let reason = target.reason.as_deref().unwrap_or("no reason given");
                    format!("{}:{} is {} ({reason})", target.target_id, target.port, target.state)
                })
                .collect();
            let rest = if others.is_empty() { String::new() } else { format!(": {}", others.join(", ")) };
            let problem =
                format!("backend `{backend}` has {} of {needed} healthy targets{rest}", healthy.len());
            return Ok(if is_coming { Health::Coming(problem) } else { Health::Lacking(problem) });
        }
        Ok(Health::Enough)
    }

    /// Judges the step to `weights`, which began at `began`.
    pub(super) async fn judge(&self, began: SystemTime, weights: &Shares) -> Result<Judgement, Error> {
        if let Health::Coming(problem) | Health::Lacking(problem) = self.health().await? {
            return Ok(Judgement::Failed(problem));
        }
        let mut pending = None;
        for judgement in [self.alarms().await?, self.limits(began, weights).await?] {
            match judgement {
                Judgement::Failed(_) => return Ok(judgement),
                Judgement::Pending(problem) => pending = pending.or(Some(problem)),
                Judgement::Good => {}
            }
        }
        Ok(pending.map_or(Judgement::Good, Judgement::Pending))
    }

    /// Healthy and registered targets of the receiving backends.
    pub(super) async fn counts(&self) -> Result<BTreeMap<String, (usize, usize)>, Error> {
        let counted = self.targets().await?.into_iter().map(|(backend, targets)| {
            let healthy = targets.iter().filter(|target| target.state == "healthy").count();
            (backend, (healthy, targets.len()))
        });
        Ok(counted.collect())
    }

    /// What all backends answered since `began`, by backend.
    pub(super) async fn traffic(&self, began: SystemTime) -> Result<BTreeMap<String, TrafficMinutes>, Error> {
        let arns: Vec<String> =
            self.shift.target_groups.values().filter(|arn| !arn.is_empty()).cloned().collect();
        let balancer = self.shift.metric_name;
        let mut by_arn = self.shift.aws.metrics.traffic_since(balancer, &arns, began).await?;
        let named = self
            .shift
            .target_groups
            .iter()
            .map(|(name, arn)| (name.clone(), by_arn.remove(arn).unwrap_or_default()));
        Ok(named.collect())
    }

    async fn readings(&self, began: SystemTime) -> Result<Readings, Error> {
        let earlier = began.checked_sub(self.rollout.bake).unwrap_or(began);
        let mut before = self.traffic(earlier).await?;
        let began = began.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let began = i64::try_from(began).unwrap_or(i64::MAX);
        let since = before
            .iter_mut()
            .map(|(backend, minutes)| (backend.clone(), minutes.split_off(&began)))
            .collect();
        Ok(Readings { before, since })
    }

    async fn targets(&self) -> Result<Vec<(String, Vec<TargetHealth>)>, Error> {
        let looks = self.receivers.iter().map(|backend| async move {
            let arn = self.shift.target_groups.get(*backend).map_or("", String::as_str);
            let targets = self.shift.aws.target_groups.health(arn).await?;
            Ok(((*backend).clone(), targets))
        });
        try_join_all(looks).await
    }

    /// Fails if an alarm is in state ALARM or does not exist.
    async fn alarms(&self) -> Result<Judgement, Error> {
        if self.rollout.alarms.is_empty() {
            return Ok(Judgement::Good);
        }
        let states = self.shift.aws.alarms.states(&self.rollout.alarms).await?;
        let mut pending = Judgement::Good;
        for name in &self.rollout.alarms {
            match states.get(name) {
                None => return Ok(Judgement::Failed(format!("alarm `{name}` does not exist"))),
                Some(AlarmState::Alarm { reason }) => {
                    return Ok(Judgement::Failed(format!("alarm `{name}` went off: {reason}")));
                }
                Some(AlarmState::InsufficientData { reason }) => {
                    pending = Judgement::Pending(format!("alarm `{name}` has not enough data: {reason}"));
                }
                Some(AlarmState::Ok { .. }) => {}
            }
        }
        Ok(pending)
    }

    async fn limits(&self, began: SystemTime, weights: &Shares) -> Result<Judgement, Error> {
        if self.rollout.limits.is_empty() {
            return Ok(Judgement::Good);
        }
        let readings = self.readings(began).await?;
        let mut pending = Judgement::Good;
        for limit in &self.rollout.limits {
            if let Measure::Expression(expression) = &limit.measure {
                let value = self.shift.aws.metrics.mean_since(expression, began).await?;
                if let Some(failed) = judged(limit.judge_value(value), "", &mut pending) {
                    return Ok(failed);
                }
                continue;
            }
            for backend in self.receivers {
                if let Some(failed) = judged(readings.verdict(limit, backend, weights), backend, &mut pending)
                {
                    return Ok(failed);
                }
            }
        }
        Ok(pending)
    }
}

/// What the backends answered in a step, and in as much time before it as the step is watched.
struct Readings {
    before: BTreeMap<String, TrafficMinutes>,
    since: BTreeMap<String, TrafficMinutes>,
}

impl Readings {
    /// The verdict of `limit` on `backend` in the step to `weights`.
    fn verdict(&self, limit: &Limit, backend: &str, weights: &Shares) -> Verdict {
        let none = TrafficMinutes::new();
        let own = self.since.get(backend).unwrap_or(&none);
        match limit.compared_with.as_deref() {
            None => limit.judge(own, None),
            // A backend has nothing to be compared with but another one.
            Some(other) if other == backend => Verdict::Good,
            Some(other) => limit.judge(own, Some(&self.reference(other, weights))),
        }
    }

    /// What a backend is compared with. Without requests to `other` in the step, it is what `other` answered before; and
    /// where it has served none for longer, as after a finished canary, what all backends did.
    fn reference(&self, other: &str, weights: &Shares) -> Vec<TrafficMinute> {
        let of = |readings: &BTreeMap<String, TrafficMinutes>| -> Vec<TrafficMinute> {
            readings.get(other).into_iter().flat_map(BTreeMap::values).copied().collect()
        };
        if weights.get(other).is_some_and(|weight| *weight > 0) {
            return of(&self.since);
        }
        let before = of(&self.before);
        if before.is_empty() {
            self.before.values().flat_map(BTreeMap::values).copied().collect()
        } else {
            before
        }
    }
}

/// The failure of `verdict`; a verdict without data is added to `pending`.
fn judged(verdict: Verdict, backend: &str, pending: &mut Judgement) -> Option<Judgement> {
    let subject = if backend.is_empty() { String::new() } else { format!("backend `{backend}`: ") };
    match verdict {
        Verdict::Good => None,
        Verdict::Exceeded(problem) => Some(Judgement::Failed(format!("{subject}{problem}"))),
        Verdict::Inconclusive(problem) => {
            *pending = Judgement::Pending(format!("{subject}{problem}"));
            None
        }
    }
}
