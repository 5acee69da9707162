//! Exceptions from the standards: a rule, why it does not hold here, who answers for it, and until when.

use std::collections::BTreeMap;

use ipsy_post_renderer::standards;
use ipsy_post_renderer::standards_document::{FIT, PLAN_RULES};
use provider_framework::Arguments;
use serde::Deserialize;
use time::macros::format_description;
use time::{Date, Duration};

use super::explain::Explanations;
use super::fit;
use super::problem::Problems;

/// Description of the attribute that lists exceptions.
pub(crate) const DESCRIPTION: &str = "Exceptions from the standards: the last day of each, by rule. Terraform warns 14 \
    days ahead.";

/// Days before an exception ends in which a plan begins to warn.
const NOTICE: Duration = Duration::days(14);

/// An exception from a rule of the standards.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
#[arguments(key(rule = "Id of the rule."))]
pub(crate) struct ExceptionConfig {
    /// Why.
    #[argument(required)]
    pub(crate) reason: Option<String>,
    /// Who answers for it.
    #[argument(required)]
    pub(crate) owner: Option<String>,
    /// Last day on which it holds, as `YYYY-MM-DD`. Then the plan fails.
    #[argument(required)]
    pub(crate) expires: Option<String>,
}

/// One exception, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exception {
    pub(crate) reason: String,
    pub(crate) owner: String,
    /// `YYYY-MM-DD`, the last day on which it holds.
    pub(crate) expires: String,
}

/// The exceptions of an app, by rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Exceptions(pub(crate) BTreeMap<String, Exception>);

impl Exceptions {
    /// Resolves `exception { … }`; `today` judges which have ended.
    pub(crate) fn resolve(
        config: &BTreeMap<String, ExceptionConfig>,
        today: Date,
        problems: &mut Problems,
    ) -> Self {
        for rule in config.keys() {
            check_rule(rule, problems);
        }
        Self::of_findings(config, today, problems)
    }

    /// The same for exceptions that are not from rules but from findings of a scan: any name will do.
    pub(crate) fn of_findings(
        config: &BTreeMap<String, ExceptionConfig>,
        today: Date,
        problems: &mut Problems,
    ) -> Self {
        let mut exceptions = BTreeMap::new();
        for (rule, exception) in config {
            for (name, text) in [("reason", &exception.reason), ("owner", &exception.owner)] {
                if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
                    problems.error(
                        &format!("exception[{rule:?}].{name}"),
                        format!("An exception needs its {name}"),
                        "The provider writes it to the objects that the exception applies to.",
                    );
                }
            }
            if let Some(expires) = &exception.expires {
                check_expiry(rule, expires, today, problems);
            }
            exceptions.insert(
                rule.clone(),
                Exception {
                    reason: exception.reason.clone().unwrap_or_default(),
                    owner: exception.owner.clone().unwrap_or_default(),
                    expires: exception.expires.clone().unwrap_or_default(),
                },
            );
        }
        Self(exceptions)
    }

    /// Lists the exceptions beside what is in effect.
    pub(crate) fn explain(&self, explanations: &mut Explanations) {
        for (rule, Exception { expires, .. }) in &self.0 {
            explanations.note_shown(&format!("exception[{rule:?}]"), &format!("until {expires}"));
        }
    }

    /// The last day of each exception, by rule.
    pub(crate) fn days(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(rule, exception)| (rule.as_str(), exception.expires.as_str()))
    }

    /// Whether `rule` does not hold for this app: an exception from a whole rule (`resource-maximum`) covers its parts
    /// (`resource-maximum/memory`).
    pub(crate) fn waives(&self, rule: &str) -> bool {
        self.0.contains_key(rule) || self.0.contains_key(whole(rule))
    }
}

/// The rule that a part belongs to.
fn whole(rule: &str) -> &str {
    rule.split_once('/').map_or(rule, |(whole, _)| whole)
}

/// Whether the post-renderer knows the rule.
pub(crate) fn is_renderer_rule(rule: &str) -> bool {
    PLAN_RULES.iter().all(|known| known.id != whole(rule))
}

/// Every rule that can be waived: the provider's and the post-renderer's.
fn known_rules() -> Vec<&'static str> {
    let mut rules: Vec<&str> = PLAN_RULES.iter().map(|rule| rule.id).collect();
    rules.extend(standards().map(|standard| standard.id));
    rules.sort_unstable();
    rules
}

fn check_rule(rule: &str, problems: &mut Problems) {
    let known = known_rules();
    if !known.contains(&whole(rule)) {
        problems.error(
            &format!("exception[{rule:?}]"),
            format!("`{rule}` is not a rule"),
            format!("The rules are: {}.", known.join(", ")),
        );
    } else if whole(rule) == FIT.id && rule != FIT.id && !fit::PARTS.contains(&rule) {
        problems.error(
            &format!("exception[{rule:?}]"),
            format!("`{rule}` is not a part of the rule `{}`", FIT.id),
            format!("The parts are: {}.", fit::PARTS.join(", ")),
        );
    }
}

fn check_expiry(rule: &str, expires: &str, today: Date, problems: &mut Problems) {
    let place = format!("exception[{rule:?}].expires");
    let Ok(date) = Date::parse(expires, format_description!("[year]-[month]-[day]")) else {
        problems.error(&place, format!("`{expires}` is not a valid date"), "Write it as YYYY-MM-DD.");
        return;
    };
    if date < today {
        problems.error(
            &place,
            format!("The exception from `{rule}` ended on {expires}"),
            "Keep to the rule again and remove the block, or agree on a new date with its owner.",
        );
    } else if date - today <= NOTICE {
        problems.warning(
            &place,
            format!("The exception from `{rule}` ends on {expires}"),
            format!("In {} days the plan will fail.", (date - today).whole_days()),
        );
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn check(expires: &str) -> Vec<(bool, String)> {
        let config = BTreeMap::from([(
            "resource-maximum/memory".to_owned(),
            ExceptionConfig {
                reason: Some("heap dumps".into()),
                owner: Some("payments".into()),
                expires: Some(expires.into()),
            },
        )]);
        let mut problems = Problems::default();
        Exceptions::resolve(&config, date!(2026 - 11 - 22), &mut problems);
        problems.0.into_iter().map(|problem| (problem.warning, problem.summary)).collect()
    }

    #[test]
    fn an_exception_warns_two_weeks_ahead_and_then_fails() {
        assert!(check("2027-01-31").is_empty());
        assert_eq!(
            check("2026-12-06"),
            [(true, "The exception from `resource-maximum/memory` ends on 2026-12-06".into())]
        );
        assert_eq!(
            check("2026-11-21"),
            [(false, "The exception from `resource-maximum/memory` ended on 2026-11-21".into())]
        );
        assert_eq!(check("next year"), [(false, "`next year` is not a valid date".into())]);
    }

    #[test]
    fn parts_of_the_provider_s_rules_are_not_the_post_renderer_s() {
        assert!(is_renderer_rule("resource-maximum/memory"));
        assert!(!is_renderer_rule("minimum-replicas/mail") && !is_renderer_rule("fit"));
    }

    #[test]
    fn every_rule_that_can_be_waived_is_known() {
        let mut problems = Problems::default();
        for rule in known_rules() {
            check_rule(rule, &mut problems);
        }
        assert!(problems.0.is_empty());
        check_rule("resource-maximun/memory", &mut problems);
        check_rule("fit/single-pods", &mut problems);
        assert_eq!(problems.0.len(), 2);
        assert!(problems.0[1].detail.contains("fit/single-pod,"), "{problems:?}");
    }
}
