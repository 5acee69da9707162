//! The place of a rule among those of its listener: a number, or a range to choose one from.

use std::fmt;

use provider_framework::Arguments;
use serde::Deserialize;

use super::super::problem::Problems;
use super::load_balancer::LoadBalancerConfig;

/// Priorities that AWS takes.
const ALLOWED: std::ops::RangeInclusive<i64> = 1..=50_000;

/// Priorities from which the first free one is taken. It is kept once it is chosen, and shown in
/// `listener_rule_priority`.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct RangeConfig {
    /// The lowest.
    #[argument(required, example = "1000")]
    pub(crate) from: Option<i64>,
    /// The highest.
    #[argument(required, example = "1999")]
    pub(crate) to: Option<i64>,
}

/// The priority of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Priority {
    /// This one.
    Fixed(u32),
    /// The first that is free between both, these included; kept once it is chosen.
    Range {
        /// The lowest.
        from: u32,
        /// The highest.
        to: u32,
    },
}

impl Priority {
    /// Resolves `priority` and `priority_range`. `complete` means that nothing is unknown.
    pub(super) fn resolve(config: &LoadBalancerConfig, complete: bool, problems: &mut Problems) -> Self {
        match (config.priority, &config.priority_range) {
            (Some(_), Some(_)) => {
                problems.error(
                    "load_balancer.priority_range",
                    "A priority and a range",
                    "Set `priority` to choose the number yourself, or `priority_range` to have one chosen.",
                );
                Self::Fixed(1)
            }
            (None, None) => {
                if complete {
                    problems.error(
                        "load_balancer",
                        "The rule has no priority",
                        "Set `priority`, or a `priority_range` from which the first free one is taken.",
                    );
                }
                Self::Fixed(1)
            }
            (Some(number), None) => Self::Fixed(number_in_range("priority", Some(number), 1, problems)),
            (None, Some(range)) => Self::resolve_range(range, problems),
        }
    }

    fn resolve_range(range: &RangeConfig, problems: &mut Problems) -> Self {
        let from = number_in_range("priority_range.from", range.from, 1, problems);
        let to = number_in_range("priority_range.to", range.to, 50_000, problems);
        if from > to {
            problems.error(
                "load_balancer.priority_range",
                format!("{from} to {to} is not a valid range"),
                "`from` is the lowest priority that may be taken, `to` the highest.",
            );
        }
        Self::Range { from, to }
    }

    /// Whether a rule with `number` may stay as it is.
    pub(crate) fn allows(self, number: u32) -> bool {
        match self {
            Self::Fixed(priority) => priority == number,
            Self::Range { from, to } => (from..=to).contains(&number),
        }
    }

    /// The first number that `taken` does not hold.
    pub(crate) fn first_free(self, taken: &std::collections::BTreeSet<u32>) -> Option<u32> {
        match self {
            // AWS decides whether it is free: only the error message names the rule that has it.
            Self::Fixed(priority) => Some(priority),
            Self::Range { from, to } => (from..=to).find(|number| !taken.contains(number)),
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(priority) => write!(formatter, "{priority}"),
            Self::Range { from, to } => write!(formatter, "{from}-{to}"),
        }
    }
}

fn number_in_range(name: &str, given: Option<i64>, default: i64, problems: &mut Problems) -> u32 {
    let number = super::in_range(&format!("load_balancer.{name}"), given, default, ALLOWED, problems);
    u32::try_from(number).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_first_free_number_of_a_range_is_taken() {
        let range = Priority::Range { from: 10, to: 12 };
        assert_eq!(range.first_free(&BTreeSet::new()), Some(10));
        assert_eq!(range.first_free(&BTreeSet::from([10, 11])), Some(12));
        assert_eq!(range.first_free(&BTreeSet::from([10, 11, 12])), None);
        assert!(range.allows(12) && !range.allows(13));
    }

    #[test]
    fn one_of_both_must_be_there() {
        let told = |config: serde_json::Value, complete| {
            let mut problems = Problems::default();
            Priority::resolve(&serde_json::from_value(config).unwrap(), complete, &mut problems);
            problems.0.len()
        };
        assert_eq!(told(serde_json::json!({}), true), 1);
        assert_eq!(told(serde_json::json!({}), false), 0, "it may be unknown still");
        assert_eq!(told(serde_json::json!({ "priority": 1, "priority_range": {} }), true), 1);
        assert_eq!(told(serde_json::json!({ "priority": 50_001 }), true), 1);
        assert_eq!(told(serde_json::json!({ "priority_range": { "from": 9, "to": 3 } }), true), 1);
        assert_eq!(told(serde_json::json!({ "priority_range": { "from": 3, "to": 9 } }), true), 0);
    }
}
