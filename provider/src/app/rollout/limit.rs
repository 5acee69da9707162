//! Limits on what a backend may show while it receives more requests: the share of errors, the response time, or any
//! expression of `CloudWatch`; absolute, or compared with another backend.

use std::collections::BTreeSet;

use ipsy_aws::{TrafficMinute, TrafficMinutes};
use provider_framework::Arguments;
use serde::Deserialize;

use crate::app::problem::Problems;

/// Requests below which a share decides nothing, where the configuration does not say otherwise.
const MINIMUM_REQUESTS: i64 = 100;

/// A limit on what a backend that gets more requests may show, from CloudWatch's metrics of its target group since the
/// step began. Load balancers write a data point each minute: let a step last three minutes at least.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
#[arguments(key(name = "Name of the limit, which may be the measure."))]
pub(crate) struct LimitConfig {
    /// `server_error_percent` (answers with 500 and more, and requests that reach no target), `error_percent` (400 and
    /// more), or `response_seconds` (within which 95 of 100 requests are answered). Default: `name`.
    pub(crate) measure: Option<String>,
    /// An expression of CloudWatch instead of a measure; its mean over the step is what counts.
    #[argument(example = "\"SELECT AVG(QueueAge) FROM Shop\"")]
    pub(crate) expression: Option<String>,
    /// Most that is allowed, 0 or more.
    #[argument(required, example = "1")]
    pub(crate) maximum: Option<f64>,
    /// Backend whose own figure the maximum is added to. In a step that sends it no requests, its figure is from before
    /// the step, over the time of `bake`; if it had none then either, the figure of all backends is.
    #[argument(example = "\"ec2\"")]
    pub(crate) compared_with: Option<String>,
    /// Minimum number of requests for a verdict; the step lasts until there are that many. Default: 100.
    pub(crate) minimum_requests: Option<i64>,
    /// Minutes that are judged one by one, 1 to 60. Default: the whole step together.
    pub(crate) evaluation_periods: Option<i64>,
    /// How many of these minutes must be above the maximum. Default: all of them.
    pub(crate) datapoints_to_alarm: Option<i64>,
}

/// `limit { … }`, resolved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Limit {
    pub(crate) name: String,
    pub(crate) measure: Measure,
    pub(crate) maximum: f64,
    /// The backend whose own figure `maximum` is added to.
    pub(crate) compared_with: Option<String>,
    /// Minimum number of requests for a verdict.
    pub(crate) minimum_requests: f64,
    /// Minutes that are looked at one by one, and how many of them must be above; `None` takes the whole time
    /// together.
    pub(crate) minutes: Option<Minutes>,
}

/// How many of the last minutes must be above a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Minutes {
    pub(crate) evaluation_periods: usize,
    pub(crate) datapoints_to_alarm: usize,
}

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Percent of requests that are answered with 500 and more, or that reach no target.
    ServerErrorPercent,
    /// The same with 400 and more.
    ErrorPercent,
    /// Seconds within which 95 of 100 requests are answered.
    ResponseSeconds,
    /// The mean of an expression of `CloudWatch`.
    Expression(String),
}

impl Measure {
    const NAMED: [(&'static str, Self); 3] = [
        ("server_error_percent", Self::ServerErrorPercent),
        ("error_percent", Self::ErrorPercent),
        ("response_seconds", Self::ResponseSeconds),
    ];
}

/// The verdict of a limit on a backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It keeps to the limit.
    Good,
    /// It does not: what was measured.
    Exceeded(String),
    /// Too few requests for a verdict: their number.
    Inconclusive(String),
}

impl Limit {
    /// Resolves the block `name`. `backends` are those that there are.
    pub(super) fn resolve(
        name: &str,
        config: &LimitConfig,
        backends: &BTreeSet<&str>,
        problems: &mut Problems,
    ) -> Self {
        let place = |argument: &str| format!("rollout.limit[{name:?}].{argument}");
        let asked = config.measure.as_deref().unwrap_or(name);
        let measure = match (&config.expression, &config.measure) {
            (Some(expression), None) => Measure::Expression(expression.clone()),
            (Some(expression), Some(_)) => {
                problems.error(
                    &place("expression"),
                    "A measure and an expression",
                    "Both say what is measured: remove one of them.",
                );
                Measure::Expression(expression.clone())
            }
            (None, _) => {
                let found = Measure::NAMED.into_iter().find(|(name, _)| *name == asked);
                if found.is_none() {
                    let known = Measure::NAMED.map(|(name, _)| format!("\"{name}\"")).join(", ");
                    problems.error(
                        &place("measure"),
                        format!("`{asked}` is not a measure"),
                        format!("Write one of {known}, or an `expression` of CloudWatch."),
                    );
                }
                found.map_or(Measure::ServerErrorPercent, |(_, measure)| measure)
            }
        };
        let maximum = config.maximum.unwrap_or_default();
        if maximum < 0.0 {
            problems.error(
                &place("maximum"),
                "The maximum is below zero",
                "Nothing that is measured can be.",
            );
        }
        if let Some(other) = config.compared_with.as_deref().filter(|other| !backends.contains(other)) {
            let known: Vec<&str> = backends.iter().copied().collect();
            problems.error(
                &place("compared_with"),
                format!("Backend `{other}` not found"),
                format!("Name one of the `backend` blocks: {}.", known.join(", ")),
            );
        }
        if config.compared_with.is_some() && matches!(measure, Measure::Expression(_)) {
            problems.error(
                &place("compared_with"),
                "An expression cannot be compared",
                "It is the same for every backend: subtract the other one in the expression itself.",
            );
        }
        let limit = Self {
            name: name.to_owned(),
            measure,
            maximum,
            compared_with: config.compared_with.clone(),
            #[expect(clippy::cast_precision_loss, reason = "a small number of requests")]
            minimum_requests: config.minimum_requests.unwrap_or(MINIMUM_REQUESTS).max(0) as f64,
            minutes: minutes(config, &place, problems),
        };
        if limit.minutes.is_some() && limit.compared_with.is_some() {
            problems.error(
                &place("evaluation_periods"),
                "Two ways to judge",
                "A comparison takes the whole time of a step together: remove `evaluation_periods` and \
                 `datapoints_to_alarm`, or `compared_with`.",
            );
        }
        limit
    }

    /// The guard of ECS Express Mode: more than 1 % of errors in two of three minutes.
    pub(super) fn of_express_mode() -> Self {
        Self {
            name: "error_percent".to_owned(),
            measure: Measure::ErrorPercent,
            maximum: 1.0,
            compared_with: None,
            minimum_requests: 1.0,
            minutes: Some(Minutes { evaluation_periods: 3, datapoints_to_alarm: 2 }),
        }
    }

    /// Judges a backend by its `readings`, and by those that it is compared with.
    pub(crate) fn judge(&self, readings: &TrafficMinutes, other: Option<&[TrafficMinute]>) -> Verdict {
        if let Some(minutes) = self.minutes {
            return self.judge_minutes(minutes, readings);
        }
        let requests = requests(readings.values());
        if requests < self.minimum_requests {
            return Verdict::Inconclusive(self.too_few(requests));
        }
        let figure = self.figure(readings.values());
        let Some(other) = other else {
            return self.against(figure, self.maximum, "");
        };
        let theirs = self::requests(other.iter());
        if theirs < self.minimum_requests {
            let name = self.compared_with.as_deref().unwrap_or_default();
            return Verdict::Inconclusive(format!("{} for `{name}`", self.too_few(theirs)));
        }
        let base = self.figure(other.iter());
        let name = self.compared_with.as_deref().unwrap_or_default();
        self.against(
            figure,
            base + self.maximum,
            &format!(" (`{name}` has {base:.2}, and {} more is allowed)", self.maximum),
        )
    }

    /// Judges by the value of an expression; `None` where `CloudWatch` has no data.
    pub(crate) fn judge_value(&self, value: Option<f64>) -> Verdict {
        match value {
            Some(value) => self.against(value, self.maximum, ""),
            None => Verdict::Inconclusive(format!("limit `{}` has no data", self.name)),
        }
    }

    fn judge_minutes(&self, minutes: Minutes, readings: &TrafficMinutes) -> Verdict {
        let last: Vec<f64> = readings
            .values()
            .rev()
            .filter(|reading| reading.requests >= self.minimum_requests)
            .take(minutes.evaluation_periods)
            .map(|reading| self.figure(std::iter::once(reading)))
            .collect();
        let above = last.iter().filter(|figure| **figure > self.maximum).count();
        if above >= minutes.datapoints_to_alarm {
            let worst = last.iter().copied().fold(0.0, f64::max);
            return Verdict::Exceeded(format!(
                "limit `{}` was exceeded in {above} of {} minutes: up to {worst:.2}, and at most {} is allowed",
                self.name,
                last.len(),
                self.maximum
            ));
        }
        if last.len() < minutes.evaluation_periods {
            return Verdict::Inconclusive(format!(
                "limit `{}` needs {} minutes with requests and has {}",
                self.name,
                minutes.evaluation_periods,
                last.len()
            ));
        }
        Verdict::Good
    }

    fn against(&self, figure: f64, most: f64, note: &str) -> Verdict {
        if figure > most {
            return Verdict::Exceeded(format!(
                "limit `{}` is exceeded: {figure:.2}, and at most {most:.2} is allowed{note}",
                self.name
            ));
        }
        Verdict::Good
    }

    fn too_few(&self, requests: f64) -> String {
        format!("limit `{}` needs {} requests and has {requests}", self.name, self.minimum_requests)
    }

    fn figure<'a>(&self, readings: impl Iterator<Item = &'a TrafficMinute>) -> f64 {
        let (mut requests, mut bad, mut weighted) = (0.0, 0.0, 0.0);
        for reading in readings {
            requests += reading.requests;
            weighted += reading.response_seconds * reading.requests;
            bad += reading.server_errors;
            if self.measure == Measure::ErrorPercent {
                bad += reading.client_errors;
            }
        }
        if requests <= 0.0 {
            return 0.0;
        }
        match self.measure {
            Measure::ResponseSeconds => weighted / requests,
            _ => 100.0 * bad / requests,
        }
    }
}

fn requests<'a>(readings: impl Iterator<Item = &'a TrafficMinute>) -> f64 {
    // The sum of nothing would be -0.
    readings.map(|reading| reading.requests).fold(0.0, |sum, requests| sum + requests)
}

fn minutes(
    config: &LimitConfig,
    place: &impl Fn(&str) -> String,
    problems: &mut Problems,
) -> Option<Minutes> {
    let evaluation_periods = match (config.evaluation_periods, config.datapoints_to_alarm) {
        (None, None) => return None,
        (Some(periods), _) => periods,
        (None, Some(datapoints)) => datapoints,
    };
    let datapoints_to_alarm = config.datapoints_to_alarm.unwrap_or(evaluation_periods);
    if !(1..=60).contains(&evaluation_periods) || !(1..=evaluation_periods).contains(&datapoints_to_alarm) {
        problems.error(
            &place("datapoints_to_alarm"),
            format!("{datapoints_to_alarm} of {evaluation_periods} minutes"),
            "Write at most 60 `evaluation_periods`, and at most as many `datapoints_to_alarm`.",
        );
    }
    let number = |number: i64| usize::try_from(number).unwrap_or(1).max(1);
    Some(Minutes {
        evaluation_periods: number(evaluation_periods),
        datapoints_to_alarm: number(datapoints_to_alarm),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(config: &LimitConfig) -> Limit {
        let mut problems = Problems::default();
        let limit = Limit::resolve("server_error_percent", config, &BTreeSet::from(["ec2"]), &mut problems);
        assert!(problems.0.is_empty(), "{problems:?}");
        limit
    }

    fn minute(requests: f64, server_errors: f64) -> TrafficMinute {
        TrafficMinute { requests, server_errors, ..TrafficMinute::default() }
    }

    fn readings(all: &[TrafficMinute]) -> TrafficMinutes {
        (0_i64..).zip(all.iter().copied()).map(|(index, reading)| (index * 60, reading)).collect()
    }

    #[test]
    fn a_share_is_judged_over_the_whole_time_once_there_are_requests_enough() {
        let limit = limit(&LimitConfig { maximum: Some(1.0), ..LimitConfig::default() });
        assert_eq!(limit.judge(&readings(&[minute(200.0, 2.0)]), None), Verdict::Good);
        assert!(matches!(limit.judge(&readings(&[minute(200.0, 3.0)]), None), Verdict::Exceeded(_)));
        assert!(matches!(limit.judge(&readings(&[minute(99.0, 99.0)]), None), Verdict::Inconclusive(_)));
        assert!(matches!(limit.judge(&TrafficMinutes::new(), None), Verdict::Inconclusive(_)));
    }

    #[test]
    fn a_comparison_allows_what_the_other_backend_has_and_more() {
        let limit = limit(&LimitConfig {
            maximum: Some(0.5),
            compared_with: Some("ec2".into()),
            ..LimitConfig::default()
        });
        let other = [minute(1000.0, 20.0)];
        assert_eq!(limit.judge(&readings(&[minute(200.0, 5.0)]), Some(&other)), Verdict::Good);
        let verdict = limit.judge(&readings(&[minute(200.0, 6.0)]), Some(&other));
        let Verdict::Exceeded(text) = verdict else { panic!("{verdict:?}") };
        assert!(text.contains("3.00, and at most 2.50 is allowed (`ec2` has 2.00"), "{text}");
        let verdict = limit.judge(&readings(&[minute(200.0, 6.0)]), Some(&[]));
        let Verdict::Inconclusive(text) = verdict else { panic!("{verdict:?}") };
        assert!(text.contains("needs 100 requests and has 0 for `ec2`"), "{text}");
    }

    #[test]
    fn express_mode_needs_two_bad_minutes_of_three() {
        let limit = Limit::of_express_mode();
        let judge = |all: &[TrafficMinute]| limit.judge(&readings(all), None);
        assert!(matches!(judge(&[minute(100.0, 2.0), minute(100.0, 0.0)]), Verdict::Inconclusive(_)));
        assert_eq!(judge(&[minute(100.0, 2.0), minute(100.0, 0.0), minute(100.0, 0.0)]), Verdict::Good);
        assert!(matches!(judge(&[minute(100.0, 2.0), minute(100.0, 2.0)]), Verdict::Exceeded(_)));
    }

    #[test]
    fn an_expression_without_data_is_never_good() {
        let expression = LimitConfig {
            expression: Some("SELECT MAX(Depth) FROM Shop".into()),
            maximum: Some(5.0),
            ..LimitConfig::default()
        };
        let limit = limit(&expression);
        assert_eq!(limit.judge_value(Some(5.0)), Verdict::Good);
        assert!(matches!(limit.judge_value(Some(5.1)), Verdict::Exceeded(_)));
        assert!(matches!(limit.judge_value(None), Verdict::Inconclusive(_)));
    }
}
