//! The steps between two sets of weights, and which backends enter a rule with nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::traffic::{Backend, BackendPlace};

/// Weights by backend.
pub(crate) type Shares = BTreeMap<String, i64>;

/// Sum of the weights between two steps: fine enough for one percent of any share, and no weight above 999.
const SCALE: i64 = 900;

/// The backends that enter the rule with nothing: those that run in a cluster and are new, where another has
/// the requests so far. Only with a target group in a rule does AWS check its targets, and only then do pods
/// become ready; what comes before that would be answered with 503.
pub(crate) fn entering(backends: &BTreeMap<String, Backend>, known: &BTreeSet<String>) -> Vec<String> {
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
pub(crate) fn between(from: &Shares, to: &Shares, percent: i64) -> Shares {
    if percent >= 100 {
        return to.clone();
    }
    let sum = |weights: &Shares| weights.values().sum::<i64>().max(1);
    let (from_sum, to_sum) = (sum(from), sum(to));
    let names: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    names
        .into_iter()
        .map(|name| {
            let before = from.get(name).copied().unwrap_or(0);
            let wanted = to.get(name).copied().unwrap_or(0);
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
pub(crate) fn rises(from: &Shares, to: &Shares, name: &str) -> bool {
    let share =
        |weights: &Shares| (weights.get(name).copied().unwrap_or(0), weights.values().sum::<i64>().max(1));
    let ((before, before_sum), (after, after_sum)) = (share(from), share(to));
    after * before_sum > before * after_sum
}

/// Whether both send the same requests to the same backends: shares count, and one that gets nothing may as well be missing.
pub(crate) fn same(left: &Shares, right: &Shares) -> bool {
    let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    names.into_iter().all(|name| !rises(left, right, name) && !rises(right, left, name))
}

/// Weights as messages show them: `blue 10, ec2 90`.
pub(crate) fn shown(weights: &Shares) -> String {
    let each: Vec<String> = weights.iter().map(|(name, weight)| format!("{name} {weight}")).collect();
    each.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(ec2: i64, blue: i64) -> Shares {
        Shares::from([("ec2".to_owned(), ec2), ("blue".to_owned(), blue)])
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
    fn shares_count_and_not_numbers() {
        assert!(same(&weights(90, 0), &Shares::from([("ec2".to_owned(), 1)])));
        assert!(same(&weights(90, 10), &weights(9, 1)));
        assert!(!same(&weights(90, 10), &weights(90, 9)));
        assert!(!same(&weights(90, 0), &weights(0, 0)));
    }
}
