//! Alarms that are made for the target groups of an app, and guard its rollouts.

use provider_framework::Arguments;
use serde::Deserialize;

use super::super::names::is_dns_label;
use super::super::problem::Problems;
use super::in_range;

/// A CloudWatch alarm on the target group of each cluster, which also guards rollouts.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
#[arguments(key(
    name = "Name of the alarm among those of the app; CloudWatch's is `APP-ENVIRONMENT-NAME-BACKEND`."
))]
pub(crate) struct AlarmConfig {
    /// `server_errors` (answers with 500 and more in a period), `unhealthy_targets`, or `response_seconds` (within
    /// which 95 of 100 requests are answered). Default: `name`.
    #[argument(example = "\"server_errors\"")]
    pub(crate) watch: Option<String>,
    /// What must be exceeded. Default: 10 errors, 0 unhealthy targets, 1 second.
    pub(crate) threshold: Option<f64>,
    /// Seconds of a period: whole minutes. Default: 60.
    pub(crate) period_seconds: Option<i64>,
    /// Periods in a row that set it off. Default: 2.
    pub(crate) evaluation_periods: Option<i64>,
    /// ARNs to notify when the alarm starts and when it ends, such as SNS topics.
    pub(crate) actions: Option<Vec<String>>,
}

/// `alarm { … }`, resolved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Alarm {
    pub(crate) watch: Watch,
    pub(crate) threshold: f64,
    pub(crate) period_seconds: i64,
    pub(crate) evaluation_periods: i64,
    /// ARNs of what is told.
    pub(crate) actions: Vec<String>,
}

/// What an alarm watches of each target group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watch {
    /// Answers of the app with a status of 500 and more, in one period.
    ServerErrors,
    /// Targets that fail their health check.
    UnhealthyTargets,
    /// Seconds within which 95 of 100 requests are answered.
    ResponseSeconds,
}

impl Watch {
    const ALL: [(&'static str, Self); 3] = [
        ("server_errors", Self::ServerErrors),
        ("unhealthy_targets", Self::UnhealthyTargets),
        ("response_seconds", Self::ResponseSeconds),
    ];

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, watch)| *watch)
    }

    /// The metric of `AWS/ApplicationELB`, and what is made of its values in one period.
    pub(crate) fn metric(self) -> (&'static str, &'static str) {
        match self {
            Self::ServerErrors => ("HTTPCode_Target_5XX_Count", "Sum"),
            Self::UnhealthyTargets => ("UnHealthyHostCount", "Maximum"),
            Self::ResponseSeconds => ("TargetResponseTime", "p95"),
        }
    }

    fn default_threshold(self) -> f64 {
        match self {
            Self::ServerErrors => 10.0,
            Self::UnhealthyTargets => 0.0,
            Self::ResponseSeconds => 1.0,
        }
    }
}

impl Alarm {
    /// Resolves `alarm { … }`.
    pub(super) fn resolve(name: &str, config: &AlarmConfig, problems: &mut Problems) -> Self {
        if !is_dns_label(name) && Watch::parse(name).is_none() {
            problems.error(
                &format!("alarm[{name:?}]"),
                format!("`{name}` is not a valid alarm name"),
                "Use lower-case letters, digits and `-`, or the name of what it watches.",
            );
        }
        let watched = config.watch.as_deref().unwrap_or(name);
        let watch = Watch::parse(watched).unwrap_or_else(|| {
            let known = Watch::ALL.map(|(name, _)| format!("\"{name}\"")).join(", ");
            problems.error(
                &format!("alarm[{name:?}].watch"),
                format!("Nothing to watch is called `{watched}`"),
                format!("Set `watch` to one of {known}, or call the alarm so."),
            );
            Watch::ServerErrors
        });
        let threshold = config.threshold.unwrap_or_else(|| watch.default_threshold());
        if threshold < 0.0 {
            problems.error(
                &format!("alarm[{name:?}].threshold"),
                "A threshold below zero",
                "The alarm would always be on.",
            );
        }
        let period_seconds = in_range(
            &format!("alarm[{name:?}].period_seconds"),
            config.period_seconds,
            60,
            60..=86_400,
            problems,
        );
        let evaluation_periods = in_range(
            &format!("alarm[{name:?}].evaluation_periods"),
            config.evaluation_periods,
            2,
            1..=1_440,
            problems,
        );
        if period_seconds % 60 != 0 || period_seconds.saturating_mul(evaluation_periods) > 86_400 {
            problems.error(
                &format!("alarm[{name:?}].period_seconds"),
                format!("{evaluation_periods} periods of {period_seconds} s"),
                "The load balancer reports its metrics once a minute, and CloudWatch looks back over one day at most: \
                 take whole minutes.",
            );
        }
        Self {
            watch,
            threshold,
            period_seconds,
            evaluation_periods,
            actions: config.actions.clone().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_may_be_called_after_what_it_watches() {
        let told = |name: &str, config: &AlarmConfig| {
            let mut problems = Problems::default();
            let alarm = Alarm::resolve(name, config, &mut problems);
            (alarm.watch, problems.0.len())
        };
        let none = AlarmConfig::default();
        assert_eq!(told("unhealthy_targets", &none), (Watch::UnhealthyTargets, 0));
        assert_eq!(told("slow", &none).1, 1);
        let slow = AlarmConfig { watch: Some("response_seconds".into()), ..AlarmConfig::default() };
        assert_eq!(told("slow", &slow), (Watch::ResponseSeconds, 0));
        let odd = AlarmConfig { period_seconds: Some(90), ..slow };
        assert_eq!(told("slow", &odd).1, 1);
    }
}
