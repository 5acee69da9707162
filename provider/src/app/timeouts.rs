//! How long an apply may wait for AWS.

use std::time::Duration;

use provider_framework::Arguments;
use serde::Deserialize;

use super::duration::parse;
use super::problem::Problems;
use super::rollout::Rollout;

/// How long an apply may wait for AWS: what is under way then is finished, and nothing new is begun. Without it every
/// wait has a limit of its own.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct TimeoutsConfig {
    /// For making the app.
    #[argument(example = "\"15m\"")]
    pub(crate) create: Option<String>,
    /// For changing it, its rollout included.
    pub(crate) update: Option<String>,
    /// For deleting it.
    pub(crate) delete: Option<String>,
}

/// `timeouts { … }`, resolved. `None` leaves each wait to its own limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Timeouts {
    pub(crate) create: Option<Duration>,
    pub(crate) update: Option<Duration>,
    pub(crate) delete: Option<Duration>,
}

impl Timeouts {
    /// Resolves `timeouts { … }`. An update must leave `rollout` the time that it takes.
    pub(super) fn resolve(
        config: Option<&TimeoutsConfig>,
        rollout: &Rollout,
        problems: &mut Problems,
    ) -> Self {
        let Some(config) = config else { return Self::default() };
        let mut read = |name: &str, text: &Option<String>| {
            let text = text.as_ref()?;
            let duration = parse(text).filter(|duration| !duration.is_zero());
            if duration.is_none() {
                problems.error(
                    &format!("timeouts.{name}"),
                    format!("`{text}` is not a valid duration"),
                    "Write numbers with units: \"90s\", \"10m\", \"1h30m\".",
                );
            }
            duration
        };
        let timeouts = Self {
            create: read("create", &config.create),
            update: read("update", &config.update),
            delete: read("delete", &config.delete),
        };
        let needed = rollout.longest_apply();
        if let Some(update) = timeouts.update.filter(|update| needed > *update) {
            problems.error(
                "timeouts.update",
                "The rollout takes longer than an update may",
                format!(
                    "Its steps are watched, and targets and guards waited for, up to {} s. Allow an update at least as \
                     long as that instead of {} s, or shorten `rollout`.",
                    needed.as_secs(),
                    update.as_secs(),
                ),
            );
        }
        timeouts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::arguments::{AppConfig, AwsConfig};
    use crate::app::rollout::RolloutConfig;

    fn check(update: &str, rollout: &Rollout) -> Vec<String> {
        let config = TimeoutsConfig { update: Some(update.into()), ..TimeoutsConfig::default() };
        let mut problems = Problems::default();
        Timeouts::resolve(Some(&config), rollout, &mut problems);
        problems.0.into_iter().map(|problem| problem.summary).collect()
    }

    #[test]
    fn durations_are_those_of_go() {
        assert!(check("1h30m", &Rollout::guarded()).is_empty());
        for bad in ["10", "soon", "0s", "-5m", ""] {
            assert_eq!(check(bad, &Rollout::guarded()), [format!("`{bad}` is not a valid duration")]);
        }
    }

    #[test]
    fn a_rollout_gets_the_time_that_it_takes() {
        let aws = AwsConfig { rollout: Some(RolloutConfig::default()), ..AwsConfig::default() };
        let app = AppConfig { aws, ..AppConfig::default() };
        let rollout = Rollout::resolve(&app, &mut Problems::default());
        assert_eq!(check("10m", &rollout), ["The rollout takes longer than an update may"]);
        assert!(check("15m", &rollout).is_empty());
    }
}
