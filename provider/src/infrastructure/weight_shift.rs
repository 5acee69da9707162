//! A change of weights, as the listener rule describes it to the engine, which makes it.

use std::collections::{BTreeMap, BTreeSet};

use ipsy_aws::{Action, Aws, Condition, Error, ErrorKind, Service, WeightedTarget};

use super::clock::now;
use crate::app::rollout::{Progress, Rollout, Shares, Walk};
use crate::app::traffic::{Backend, WeightChange, Weights};

/// From which weights to which others a rule is to move its traffic, and how. Weights go by the names of backends; a target
/// group without a backend has its ARN as its name.
pub(crate) struct WeightShift<'a> {
    pub(crate) aws: &'a Aws,
    /// ARN of the rule.
    pub(crate) rule: String,
    /// Weights that the rule has.
    pub(crate) before: Shares,
    /// Weights that the rule is to have.
    pub(crate) wanted: Shares,
    /// ARN of the target group of each name in `before` and `wanted`.
    pub(crate) target_groups: BTreeMap<String, String>,
    pub(crate) backends: &'a BTreeMap<String, Backend>,
    /// The tool that moves the weights.
    pub(crate) weights: Weights,
    pub(crate) rollout: &'a Rollout,
    /// The planned change that this is a part of; `None` if only target groups change.
    pub(crate) change: Option<&'a WeightChange>,
    /// Actions of the rule. AWS replaces them as a whole, so each step repeats them with other weights.
    pub(crate) actions: Vec<Action>,
    /// Conditions that differ.
    pub(crate) conditions: Option<BTreeSet<Condition>>,
    /// How metrics name the load balancer.
    pub(crate) metric_name: &'a str,
}

impl WeightShift<'_> {
    /// Target groups with `weights`.
    pub(super) fn targets(&self, weights: &Shares) -> Vec<WeightedTarget> {
        let arn_of = |name: &String| self.target_groups.get(name).map_or("", String::as_str);
        weights.iter().map(|(name, weight)| target(arn_of(name), *weight)).collect()
    }

    /// The actions of the rule with `weights`.
    pub(super) fn actions(&self, weights: &Shares) -> Vec<Action> {
        let mut actions = self.actions.clone();
        for action in &mut actions {
            if let Action::Forward(forward) = action {
                forward.targets = self.targets(weights);
            }
        }
        actions
    }

    /// Notes the progress of the planned change in the rule's tags, if there is a planned change.
    pub(super) async fn mark(&self, progress: Progress) -> Result<(), Error> {
        let Some(change) = self.change else { return Ok(()) };
        let walk = Walk { from: Some(change.from.clone()), to: change.to.clone(), progress, at: Some(now()) };
        self.aws.listener_rules.tag(&self.rule, &walk.tags()).await
    }

    pub(super) fn error(&self, kind: ErrorKind, message: &str) -> Error {
        Error::new(kind, Service::Elb, "ModifyRule", &self.rule, message)
    }
}

/// One target group with its weight.
pub(super) fn target(arn: &str, weight: i64) -> WeightedTarget {
    WeightedTarget { target_group_arn: arn.to_owned(), weight: u16::try_from(weight).unwrap_or_default() }
}
