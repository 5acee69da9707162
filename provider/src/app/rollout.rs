//! How traffic moves: in steps, each watched for a while, with a rollback on failure.

mod limit;
mod steps;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub(crate) use limit::{Limit, LimitConfig, Measure, Verdict};
pub(crate) use steps::{Shares, between, entering, rises, same, shown};
pub(crate) use walk::{Progress, Standing, Walk};

use provider_framework::Arguments;
use serde::Deserialize;

use super::arguments::AppConfig;
use super::duration;
use super::problem::Problems;

/// Most that an apply may take for its steps: Terraform holds the lock of the state for as long.
const LONGEST: Duration = Duration::from_hours(2);

/// How weights change: in steps, each watched, and back again when a guard fails. A backend that is new enters the rule
/// with weight 0, so that its targets are checked; the next apply moves the traffic. Without the block, weights change in
/// one step, and only if the backends that get more requests have a healthy target.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct RolloutConfig {
    /// `whole` makes all steps in one apply. `stepwise` makes the next step with each apply, if the guards pass, so that no
    /// waiting holds the lock of the state. `immediate` changes the weights at once and looks at nothing, also for a
    /// backend that is new: it needs a `reason`. Default: `whole`.
    pub(crate) mode: Option<String>,
    /// Why weights may change without a look at anything: for `immediate`.
    pub(crate) reason: Option<String>,
    /// `canary` is the default of ECS Express Mode: 5 % first, and back where more than 1 % of the answers are 4xx or 5xx
    /// in two of three minutes. `steps` and further `limit` blocks may be added.
    pub(crate) preset: Option<String>,
    /// Percentages of the way to the new weights; the last one is 100. Default: `[100]`.
    #[argument(example = "[10, 50, 100]")]
    pub(crate) steps: Option<Vec<i64>>,
    /// How long each step is watched. Default: `5m`.
    #[argument(example = "\"5m\"")]
    pub(crate) bake: Option<String>,
    /// How often it is looked at, `1s` at least. Default: `15s`.
    pub(crate) interval: Option<String>,
    /// How long targets may take to become healthy, and alarms and limits to get data: a step without data fails.
    /// Default: `10m`.
    pub(crate) timeout: Option<String>,
    /// Fewest healthy targets of a backend that gets more requests: a number from 1, or a percentage of its registered
    /// targets such as `50%`. Default: 1.
    #[argument(example = "2")]
    pub(crate) min_healthy: Option<String>,
    /// CloudWatch alarms: an alarm in state ALARM stops the rollout. While one has not enough data, the step is not over.
    #[argument(example = "[\"checkout-5xx\"]")]
    pub(crate) alarms: Option<Vec<String>>,
    pub(crate) limit: BTreeMap<String, LimitConfig>,
    /// What a failure does: `rollback` to the weights from before, or `hold` those of the last good step. Default:
    /// `rollback`.
    pub(crate) on_failure: Option<String>,
    /// What an apply does where others have changed the weights: `stop` changes no weights, `overwrite` moves from them to
    /// the configured weights. Default: `stop`.
    pub(crate) on_drift: Option<String>,
    /// Whether a change of weights that was rolled back is tried again. Without it the weights stay until those of the
    /// `backend` blocks change. Default: false.
    pub(crate) resume: Option<bool>,
    /// File that an apply writes its steps into, as JSON: weights, healthy targets, requests, errors and response time.
    /// Beside it an SVG of the same name shows them as a picture.
    #[argument(example = "\"rollout.json\"")]
    pub(crate) report: Option<String>,
}

/// `rollout { … }`, resolved. An app without the block has one step that waits for a healthy target.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rollout {
    pub(crate) mode: Mode,
    /// Percent of the way from the weights as they are to those that are wanted; the last one is 100.
    pub(crate) steps: Vec<i64>,
    /// How long each step is watched.
    pub(crate) bake: Duration,
    /// How often it is looked at.
    pub(crate) interval: Duration,
    /// How long targets may take to become healthy, and guards without data to get some.
    pub(crate) timeout: Duration,
    /// Fewest healthy targets of a backend that gets more requests.
    pub(crate) min_healthy: MinHealthy,
    /// Alarms of `CloudWatch` that stop the rollout.
    pub(crate) alarms: Vec<String>,
    /// What the backends that get more requests must keep to.
    pub(crate) limits: Vec<Limit>,
    pub(crate) on_failure: OnFailure,
    pub(crate) on_drift: OnDrift,
    /// Why nothing is looked at.
    pub(crate) reason: Option<String>,
    /// Whether a change of weights that was rolled back is tried again.
    pub(crate) resume: bool,
    /// The file of the report.
    pub(crate) report: Option<String>,
    /// Whether a target group without any target is waited for: only where the app asks for a rollout.
    pub(crate) waits_for_targets: bool,
}

/// How many steps an apply makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All of them.
    Whole,
    /// One with each apply, so that no watching holds the lock of the state.
    Stepwise,
    /// None: the weights change at once, and nothing is looked at.
    Immediate,
}

/// Fewest healthy targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MinHealthy {
    Number(usize),
    /// Percent of the registered targets, and at least one.
    Percent(usize),
}

impl MinHealthy {
    /// How many of `registered` targets it is.
    pub(crate) fn of(self, registered: usize) -> usize {
        match self {
            Self::Number(number) => number,
            Self::Percent(percent) => (registered * percent).div_ceil(100).max(1),
        }
    }
}

/// What becomes of the weights when a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// Back to the weights from before the change.
    Rollback,
    /// The last good step stays.
    Hold,
}

/// What an apply does about weights that others have set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnDrift {
    /// It changes no weights.
    Stop,
    /// Moves from them to the configured weights.
    Overwrite,
}

impl Rollout {
    /// Resolves `rollout { … }` of an app.
    pub(crate) fn resolve(config: &AppConfig, problems: &mut Problems) -> Self {
        let backends = config.aws.backend.keys().map(String::as_str).collect();
        match &config.aws.rollout {
            Some(rollout) => Self::of_block(rollout, &backends, problems),
            None => Self::guarded(),
        }
    }

    /// How weights change, and a target group takes the place of another, where the app has no `rollout` block: at
    /// once, if there is a healthy target.
    pub(crate) fn guarded() -> Self {
        Self {
            mode: Mode::Whole,
            steps: vec![100],
            bake: Duration::ZERO,
            interval: Duration::from_secs(5),
            timeout: Duration::from_mins(10),
            min_healthy: MinHealthy::Number(1),
            alarms: Vec::new(),
            limits: Vec::new(),
            on_failure: OnFailure::Rollback,
            on_drift: OnDrift::Stop,
            reason: None,
            resume: false,
            report: None,
            waits_for_targets: false,
        }
    }

    fn of_block(config: &RolloutConfig, backends: &BTreeSet<&str>, problems: &mut Problems) -> Self {
        let express = match config.preset.as_deref() {
            None => false,
            Some("canary") => true,
            Some(other) => {
                problems.error(
                    "rollout.preset",
                    format!("`{other}` is not a preset"),
                    "\"canary\" is the only one: 5 % first, and back where more than 1 % of the answers are errors in \
                     two of three minutes.",
                );
                false
            }
        };
        let mut duration = |name: &str, given: &Option<String>, default: &str| {
            let text = given.as_deref().unwrap_or(default);
            duration::parse(text).unwrap_or_else(|| {
                problems.error(
                    &format!("rollout.{name}"),
                    format!("`{text}` is not a duration"),
                    "Write numbers with units: \"30s\", \"5m\", \"1h30m\".",
                );
                Duration::ZERO
            })
        };
        let (bake, interval, timeout) = (
            duration("bake", &config.bake, "5m"),
            duration("interval", &config.interval, "15s").max(Duration::from_secs(1)),
            duration("timeout", &config.timeout, "10m"),
        );
        let mut limits: Vec<Limit> = config
            .limit
            .iter()
            .map(|(name, limit)| Limit::resolve(name, limit, backends, problems))
            .collect();
        if express {
            limits.push(Limit::of_express_mode());
        }
        let steps = if express { vec![5, 100] } else { vec![100] };
        let rollout = Self {
            mode: choice(
                "rollout.mode",
                config.mode.as_deref(),
                ("whole", Mode::Whole),
                &[("stepwise", Mode::Stepwise), ("immediate", Mode::Immediate)],
                problems,
            ),
            steps: config.steps.clone().unwrap_or(steps),
            bake,
            interval,
            timeout,
            min_healthy: min_healthy(config.min_healthy.as_deref(), problems),
            alarms: config.alarms.clone().unwrap_or_default(),
            limits,
            on_failure: choice(
                "rollout.on_failure",
                config.on_failure.as_deref(),
                ("rollback", OnFailure::Rollback),
                &[("hold", OnFailure::Hold)],
                problems,
            ),
            on_drift: choice(
                "rollout.on_drift",
                config.on_drift.as_deref(),
                ("stop", OnDrift::Stop),
                &[("overwrite", OnDrift::Overwrite)],
                problems,
            ),
            reason: config.reason.clone(),
            resume: config.resume.unwrap_or(false),
            report: config.report.clone(),
            waits_for_targets: true,
        };
        rollout.check(config, problems);
        rollout
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
        if self.longest() > LONGEST {
            problems.error(
                "rollout.bake",
                "The rollout would take more than two hours",
                "Terraform holds the lock of the state all the time. Take fewer steps, or `mode = \"stepwise\"`, which \
                 makes one step with each apply.",
            );
        }
        let has_reason = config.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty());
        if self.mode == Mode::Immediate && !has_reason {
            problems.error(
                "rollout.reason",
                "`mode = \"immediate\"` needs a reason",
                "Nothing is looked at before and after the weights change, so a backend without healthy targets may get \
                 requests. Write why that is right here.",
            );
        }
        if self.mode != Mode::Immediate && has_reason {
            problems.error(
                "rollout.reason",
                "A reason for nothing",
                "Only `mode = \"immediate\"` needs one: remove `reason`.",
            );
        }
        if let Some(folder) = config.report.as_deref().and_then(|path| std::path::Path::new(path).parent())
            && !folder.as_os_str().is_empty()
            && !folder.is_dir()
        {
            problems.error(
                "rollout.report",
                format!("Folder `{}` not found", folder.display()),
                "The report is written beside the configuration: name a file in a folder that exists.",
            );
        }
    }

    /// How long all steps are watched. One apply of a stepwise rollout watches nothing.
    fn longest(&self) -> Duration {
        let steps = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        if self.mode == Mode::Whole { self.bake.saturating_mul(steps) } else { Duration::ZERO }
    }

    /// The longest time that an apply may take for its steps: until targets are healthy, watching, and until guards
    /// have data.
    pub(crate) fn longest_apply(&self) -> Duration {
        match self.mode {
            Mode::Immediate => Duration::ZERO,
            // It only waits where targets are being registered just now.
            _ if !self.waits_for_targets => Duration::ZERO,
            _ => self.longest().saturating_add(self.timeout),
        }
    }
}

/// The value that `given` names; without it the first one.
fn choice<T: Copy>(
    place: &str,
    given: Option<&str>,
    first: (&str, T),
    others: &[(&str, T)],
    problems: &mut Problems,
) -> T {
    let Some(given) = given else { return first.1 };
    let all = || std::iter::once(&first).chain(others);
    if let Some((_, value)) = all().find(|(name, _)| *name == given) {
        return *value;
    }
    let known: Vec<String> = all().map(|(name, _)| format!("\"{name}\"")).collect();
    problems.error(
        place,
        format!("`{given}` is not allowed here"),
        format!("Write one of {}.", known.join(", ")),
    );
    first.1
}

fn min_healthy(given: Option<&str>, problems: &mut Problems) -> MinHealthy {
    let text = given.unwrap_or("1").trim();
    let parsed = match text.strip_suffix('%') {
        Some(percent) => {
            percent.parse().ok().filter(|percent| (1..=100).contains(percent)).map(MinHealthy::Percent)
        }
        None => text.parse().ok().filter(|number| *number >= 1).map(MinHealthy::Number),
    };
    parsed.unwrap_or_else(|| {
        problems.error(
            "rollout.min_healthy",
            format!("`{text}` is not a number of targets"),
            "Write a number from 1, or a percentage of the registered targets such as \"50%\". A backend without \
             healthy targets answers with 503.",
        );
        MinHealthy::Number(1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(config: &RolloutConfig) -> (Rollout, Vec<String>) {
        let mut problems = Problems::default();
        let rollout = Rollout::of_block(config, &BTreeSet::from(["blue"]), &mut problems);
        (rollout, problems.0.into_iter().map(|problem| problem.summary).collect())
    }

    #[test]
    fn steps_must_lead_to_the_end() {
        let summaries = |steps: &[i64]| {
            resolve(&RolloutConfig { steps: Some(steps.to_vec()), ..RolloutConfig::default() }).1.len()
        };
        assert_eq!(summaries(&[10, 50, 100]), 0);
        for bad in [&[10, 50][..], &[50, 10, 100], &[], &[0, 100], &[100, 100]] {
            assert_eq!(summaries(bad), 1, "{bad:?}");
        }
    }

    #[test]
    fn healthy_targets_are_counted_or_a_share() {
        let parse = |text: &str| {
            let config = RolloutConfig { min_healthy: Some(text.into()), ..RolloutConfig::default() };
            let (rollout, problems) = resolve(&config);
            problems.is_empty().then_some(rollout.min_healthy)
        };
        assert_eq!(parse("2"), Some(MinHealthy::Number(2)));
        assert_eq!(parse("50%").map(|share| (share.of(3), share.of(0))), Some((2, 1)));
        for bad in ["0", "-1", "0%", "101%", "half", ""] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn changes_without_guards_need_a_reason() {
        let immediate = |reason: Option<&str>| {
            resolve(&RolloutConfig {
                mode: Some("immediate".into()),
                reason: reason.map(ToOwned::to_owned),
                ..RolloutConfig::default()
            })
            .1
        };
        assert_eq!(immediate(None), ["`mode = \"immediate\"` needs a reason"]);
        assert_eq!(immediate(Some("  ")), ["`mode = \"immediate\"` needs a reason"]);
        assert!(immediate(Some("development only")).is_empty());
    }

    #[test]
    fn the_preset_is_that_of_express_mode() {
        let (rollout, problems) =
            resolve(&RolloutConfig { preset: Some("canary".into()), ..RolloutConfig::default() });
        assert!(problems.is_empty());
        assert_eq!(rollout.steps, [5, 100]);
        assert_eq!(rollout.limits, [Limit::of_express_mode()]);
    }
}
