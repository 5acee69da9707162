//! A guarded rollout: the engine's step that moves traffic. Groups enter the rule first, with the weights of before; then
//! the rollout waits until their targets are healthy and moves the weights step by step, each watched. A step that fails
//! brings the weights from before the change back, or holds the last good ones.

mod guard;
mod journal;
mod report;
mod steps;
mod timeline;

use ipsy_aws::RuleChange;

use self::guard::{Guard, Health};
use self::steps::Steps;
use super::Facts;
use super::failure::Fault;
use super::weight_shift::WeightShift;
use crate::app::rollout::{Mode, Progress, Rollout, Shares, rises};
use crate::app::traffic::{BackendPlace, MOST_TARGET_GROUPS, Weights, previous_name};

/// How far guarded steps have moved the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moved {
    /// Not at all: nothing holds the wanted weights back.
    Free,
    /// The rule has the wanted weights.
    Arrived,
    /// The rule has the last step before the wanted weights.
    Before,
}

/// Brings the rule from the weights that it has to those that are wanted, by the rules of its rollout. Conditions that differ
/// change in the last call.
pub(super) async fn roll_out(shift: &WeightShift<'_>, facts: &Facts) -> Result<(), Fault> {
    let moved = move_guarded(shift, facts).await?;
    let actions = (moved != Moved::Arrived).then(|| shift.actions(&shift.wanted));
    let conditions = shift.conditions.clone();
    if moved == Moved::Free {
        shift.mark(Progress::Begun).await?;
    }
    if conditions.is_some() || actions.is_some() {
        shift.aws.listener_rules.modify(&shift.rule, &RuleChange { conditions, actions }).await?;
    }
    if moved == Moved::Free {
        shift.mark(Progress::Moving).await?;
    }
    Ok(())
}

/// Makes the guarded steps. Nothing changes before the backends that get more requests have healthy targets.
async fn move_guarded(shift: &WeightShift<'_>, facts: &Facts) -> Result<Moved, Fault> {
    let (before, wanted) = (&shift.before, &shift.wanted);
    let has_steps = shift.weights == Weights::Terraform && shift.rollout.mode != Mode::Immediate;
    let is_guarded =
        |name: &&String| rises(before, wanted, name) && (has_steps || takes_over(before, wanted, name));
    let receivers: Vec<&String> = shift.backends.keys().filter(is_guarded).collect();
    if receivers.is_empty() || before.values().all(|weight| *weight == 0) {
        return Ok(Moved::Free);
    }
    // A group that only takes the place of another, with an unchanged share, needs no steps.
    let without_steps = Rollout::guarded();
    let rollout = if has_steps { shift.rollout } else { &without_steps };
    let guard = Guard::new(shift, rollout, &receivers);
    let is_in_cluster = |name: &&String| {
        let place = shift.backends.get(*name).map(|backend| &backend.place);
        matches!(place, Some(BackendPlace::Cluster { .. }))
    };
    if !receivers.iter().any(is_in_cluster) {
        // Requests that go back to what exists outside of Kubernetes are not held up by steps.
        let problem = match guard.health().await? {
            Health::Enough => return Ok(Moved::Free),
            Health::Coming(problem) | Health::Lacking(problem) => problem,
        };
        // A group that the rule does not have yet is not checked by AWS.
        let is_in = receivers.iter().all(|name| before.contains_key(*name));
        return if is_in {
            Err(Fault::Halted(format!("{problem}. The weights are what they were before.")))
        } else {
            Ok(Moved::Free)
        };
    }
    let (start, end) = way(before, wanted);
    Steps::new(shift, rollout, facts, guard).walk(&start, &end).await?;
    Ok(if end == *wanted { Moved::Arrived } else { Moved::Before })
}

/// Whether the group of `name` takes over from the one that the backend had before.
fn takes_over(before: &Shares, wanted: &Shares, name: &str) -> bool {
    let previous = previous_name(name);
    before.get(&previous).is_some_and(|weight| *weight > 0)
        && wanted.get(&previous).is_none_or(|weight| *weight == 0)
}

/// From where to where the steps lead, both with the same names: what is new begins with nothing, what leaves
/// ends with nothing. Where AWS would not take all of them in one rule, what leaves does so at once.
fn way(before: &Shares, wanted: &Shares) -> (Shares, Shares) {
    let mut end = wanted.clone();
    for name in before.keys() {
        end.entry(name.clone()).or_insert(0);
    }
    if end.len() > MOST_TARGET_GROUPS {
        end.clone_from(wanted);
    }
    let start: Shares =
        end.keys().map(|name| (name.clone(), before.get(name).copied().unwrap_or(0))).collect();
    // If everything that served before is removed, no steps are possible.
    if start.values().all(|weight| *weight == 0) { (end.clone(), end) } else { (start, end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(all: &[(&str, i64)]) -> Shares {
        all.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect()
    }

    #[test]
    fn the_weights_of_removed_backends_fall_step_by_step() {
        let (start, end) = way(&weights(&[("a", 90), ("b", 10)]), &weights(&[("b", 5), ("c", 5)]));
        assert_eq!(start, weights(&[("a", 90), ("b", 10), ("c", 0)]));
        assert_eq!(end, weights(&[("a", 0), ("b", 5), ("c", 5)]));
    }

    #[test]
    fn a_rule_never_gets_more_groups_than_aws_takes() {
        let before = weights(&[("a", 1), ("b", 1), ("c", 1), ("d", 1), ("e", 1)]);
        let (start, end) = way(&before, &weights(&[("a", 1), ("f", 1)]));
        assert_eq!(start, weights(&[("a", 1), ("f", 0)]));
        assert_eq!(end, weights(&[("a", 1), ("f", 1)]));
    }
}
