//! How traffic moves: in steps, each watched for a while, and back again when something goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Deserialize;
use tf_provider::Arguments;

use super::duration;
use super::problem::Problems;
use super::traffic::{Backend, BackendPlace};

/// Sum of the weights between two steps: fine enough for one percent of any share, and no weight above 999.
const SCALE: i64 = 900;
/// Most that an apply may take for its steps: Terraform holds the lock of the state for as long.
const LONGEST: Duration = Duration::from_hours(2);

/// How weights change: in steps, each watched. Without the block they change at once. A backend that is new enters
/// the rule with weight 0, so that its targets are checked; the next apply moves the traffic. Requests that go back
/// to a `target_group_arn` are never held up.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct RolloutConfig {
    /// Percentages of the way to the new weights; the last one is 100. Default: `[100]`.
    #[argument(example = "[10, 50, 100]")]
    pub(crate) steps: Option<Vec<i64>>,
    /// How long each step is watched. Default: `5m`.
    #[argument(example = "\"5m\"")]
    pub(crate) bake: Option<String>,
    /// How often it is looked at. Default: `15s`.
    pub(crate) interval: Option<String>,
    /// How long targets may take to become healthy. Default: `10m`.
    pub(crate) timeout: Option<String>,
    /// Fewest healthy targets of a cluster that gets more requests. Default: 1.
    pub(crate) min_healthy: Option<i64>,
    /// CloudWatch alarms: one that goes off stops the rollout.
    #[argument(example = "[\"checkout-5xx\"]")]
    pub(crate) alarms: Option<Vec<String>>,
    /// What a failure does: `rollback` to the weights from before, or `hold` those of the last good step. Default:
    /// `rollback`.
    pub(crate) on_failure: Option<String>,
}

/// `rollout { … }`, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rollout {
    /// Percent of the way from the weights as they are to those that are wanted; the last one is 100.
    pub(crate) steps: Vec<i64>,
    /// How long each step is watched.
    pub(crate) bake: Duration,
    /// How often it is looked at.
    pub(crate) interval: Duration,
    /// How long targets may take to become healthy.
    pub(crate) timeout: Duration,
    /// Fewest healthy targets of a backend that gets more requests.
    pub(crate) min_healthy: usize,
    /// Alarms of `CloudWatch` that stop the rollout.
    pub(crate) alarms: Vec<String>,
    /// What a failure does.
    pub(crate) on_failure: OnFailure,
}

/// What becomes of the weights when a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// Back to the weights from before the apply.
    Rollback,
    /// The last good step stays.
    Hold,
}

impl Rollout {
    /// Resolves `rollout { … }`.
    pub(crate) fn resolve(config: &RolloutConfig, problems: &mut Problems) -> Self {
        let mut duration = |name: &str, given: &Option<String>, default: &str| {
            let text = given.as_deref().unwrap_or(default);
            duration::parse(text).unwrap_or_else(|| {
                problems.error(
                    &format!("rollout.{name}"),
                    format!("`{text}` is no duration"),
                    "Write numbers with units: \"30s\", \"5m\", \"1h30m\".",
                );
                Duration::ZERO
            })
        };
        let rollout = Self {
            bake: duration("bake", &config.bake, "5m"),
            interval: duration("interval", &config.interval, "15s").max(Duration::from_secs(1)),
            timeout: duration("timeout", &config.timeout, "10m"),
            steps: config.steps.clone().unwrap_or_else(|| vec![100]),
            min_healthy: usize::try_from(config.min_healthy.unwrap_or(1)).unwrap_or(0),
            alarms: config.alarms.clone().unwrap_or_default(),
            on_failure: match config.on_failure.as_deref() {
                None | Some("rollback") => OnFailure::Rollback,
                Some("hold") => OnFailure::Hold,
                Some(other) => {
                    problems.error(
                        "rollout.on_failure",
                        format!("`{other}` is no answer to a failure"),
                        "Use \"rollback\" (the weights from before) or \"hold\" (those of the last good step).",
                    );
                    OnFailure::Rollback
                }
            },
        };
        rollout.check(config, problems);
        rollout
    }

    /// How a target group takes the place of another where the app has no rollout: all at once, as soon as it has
    /// a healthy target.
    pub(crate) fn replacement() -> Self {
        Self {
            steps: vec![100],
            bake: Duration::ZERO,
            interval: Duration::from_secs(5),
            timeout: Duration::from_mins(10),
            min_healthy: 1,
            alarms: Vec::new(),
            on_failure: OnFailure::Rollback,
        }
    }

    fn check(&self, config: &RolloutConfig, problems: &mut Problems) {
        let rising = self.steps.windows(2).all(|pair| matches!(pair, [one, next] if one < next));
        let within = self.steps.iter().all(|step| (1..=100).contains(step));
        if !rising || !within || self.steps.last() != Some(&100) {
            problems.error(
                "rollout.steps",
                "The steps lead nowhere",
                "They are percentages of the way, each larger than the one before, and the last one is 100: \
                 [10, 50, 100].",
            );
        }
        if config.min_healthy.is_some_and(|number| number < 1) {
            problems.error(
                "rollout.min_healthy",
                "At least one target must be healthy",
                "A backend without healthy targets answers with 503.",
            );
        }
        let steps = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        if self.bake.saturating_mul(steps) > LONGEST {
            problems.error(
                "rollout.bake",
                "The rollout would take more than two hours",
                "Terraform holds the lock of the state all the time. Take fewer steps, or raise the weights in \
                 several applies.",
            );
        }
    }
}

/// The backends that enter the rule with nothing: those that run in a cluster and are new, where another has
/// the requests so far. Only with a target group in a rule does AWS check its targets, and only then do pods
/// become ready; what comes before that would be answered with 503.
pub(crate) fn entering(
    rollout: Option<&Rollout>,
    backends: &BTreeMap<String, Backend>,
    known: &BTreeSet<String>,
) -> Vec<String> {
    if rollout.is_none() {
        return Vec::new();
    }
    let is_new = |name: &String, backend: &Backend| {
        matches!(backend.place, BackendPlace::Cluster { .. }) && !known.contains(name)
    };
    let others_serve = backends.iter().any(|(name, backend)| !is_new(name, backend) && backend.weight > 0);
    backends
        .iter()
        .filter(|(name, backend)| others_serve && is_new(name, backend) && backend.weight > 0)
        .map(|(name, _)| name.clone())
        .collect()
}

/// The weights at `percent` of the way between two sets of weights, by backend. Shares are what counts, so
/// that 9 to 1 and 90 to 10 are the same; a share above nothing keeps a weight above nothing.
pub(crate) fn between(
    from: &BTreeMap<String, i64>,
    to: &BTreeMap<String, i64>,
    percent: i64,
) -> BTreeMap<String, i64> {
    if percent >= 100 {
        return to.clone();
    }
    let sum = |weights: &BTreeMap<String, i64>| weights.values().sum::<i64>().max(1);
    let (from_sum, to_sum) = (sum(from), sum(to));
    to.iter()
        .map(|(name, wanted)| {
            let before = from.get(name).copied().unwrap_or(0);
            // Over the common denominator, so that only one rounding happens.
            let numerator = SCALE * (before * to_sum * (100 - percent) + wanted * from_sum * percent);
            let denominator = from_sum * to_sum * 100;
            let weight = (numerator + denominator / 2) / denominator;
            let served = numerator > 0;
            (name.clone(), if served { weight.max(1) } else { 0 })
        })
        .collect()
}

/// Whether the share of `name` is larger in `to` than in `from`.
pub(crate) fn rises(from: &BTreeMap<String, i64>, to: &BTreeMap<String, i64>, name: &str) -> bool {
    let share = |weights: &BTreeMap<String, i64>| {
        (weights.get(name).copied().unwrap_or(0), weights.values().sum::<i64>().max(1))
    };
    let ((before, before_sum), (after, after_sum)) = (share(from), share(to));
    after * before_sum > before * after_sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(ec2: i64, blue: i64) -> BTreeMap<String, i64> {
        BTreeMap::from([("ec2".to_owned(), ec2), ("blue".to_owned(), blue)])
    }

    #[test]
    fn steps_go_between_shares_and_end_at_the_very_weights() {
        assert_eq!(between(&weights(100, 0), &weights(0, 100), 10), weights(810, 90));
        assert_eq!(between(&weights(9, 1), &weights(50, 50), 50), weights(630, 270));
        assert_eq!(between(&weights(9, 1), &weights(5, 5), 100), weights(5, 5));
        assert_eq!(between(&weights(1, 0), &weights(999, 1), 1), weights(900, 1));
    }

    #[test]
    fn a_share_rises_whatever_the_numbers_are() {
        assert!(rises(&weights(90, 10), &weights(9, 2), "blue"));
        assert!(!rises(&weights(90, 10), &weights(9, 1), "blue"));
        assert!(rises(&weights(0, 0), &weights(1, 0), "ec2"));
    }

    #[test]
    fn steps_must_lead_to_the_end() {
        let summaries = |steps: &[i64]| {
            let mut problems = Problems::default();
            let config = RolloutConfig { steps: Some(steps.to_vec()), ..RolloutConfig::default() };
            Rollout::resolve(&config, &mut problems);
            problems.0.len()
        };
        assert_eq!(summaries(&[10, 50, 100]), 0);
        for bad in [&[10, 50][..], &[50, 10, 100], &[], &[0, 100], &[100, 100]] {
            assert_eq!(summaries(bad), 1, "{bad:?}");
        }
    }
}
