//! Where a rule sends requests: target groups with weights, each under the name of its backend. The group that
//! a backend had before it got another one is named `backend/previous`.

use std::collections::{BTreeMap, BTreeSet};

use ipsy_aws::{Action, Forward, Rule, WeightedTarget};
use serde_json::{Value, json};

use super::{ListenerRule, form};
use crate::app::rollout::Shares;
use crate::app::traffic::{BackendPlace, Weights, previous_name};
use crate::infrastructure::weight_shift::target;
use crate::infrastructure::{Facts, target_group};

/// What properties show instead of a weight that another tool moves.
pub(crate) const EXTERNAL: &str = "external";

impl ListenerRule {
    /// The weights that are wanted of a new rule.
    pub(super) fn configured_weights(&self) -> Shares {
        self.spread(|name, _| self.backends.get(name).map_or(0, |backend| backend.weight))
    }

    /// The weights that are wanted where the rule has those of `live`: the same ones, if another tool moves them.
    pub(super) fn wanted_weights(&self, live: &Shares) -> Shares {
        if self.load_balancer.weights == Weights::Terraform {
            return self.configured_weights();
        }
        let mut wanted = self.spread(|name, previous| {
            let found = [live.get(name), live.get(previous)];
            match found {
                [None, None] => self.backends.get(name).map_or(0, |backend| backend.weight),
                _ => found.into_iter().flatten().sum(),
            }
        });
        let foreign = live.iter().filter(|(name, _)| self.is_foreign(name));
        wanted.extend(foreign.map(|(name, weight)| (name.clone(), *weight)));
        wanted
    }

    /// Whether `name`, as [`ListenerRule::name_of`] gives it, is a target group that the tool which moves the weights
    /// has put into the rule. It stays there.
    fn is_foreign(&self, name: &str) -> bool {
        self.load_balancer.weights == Weights::External && is_arn(name) && !is_among(name, &self.leaving)
    }

    /// Gives the weight of each backend to the group that serves.
    fn spread(&self, weight_of: impl Fn(&str, &str) -> i64) -> Shares {
        let mut weights = BTreeMap::new();
        for name in self.backends.keys() {
            let previous = previous_name(name);
            let weight = weight_of(name, &previous);
            if self.previous.get(name).is_some_and(|previous| previous.serves) {
                weights.insert(name.clone(), 0);
                weights.insert(previous, weight);
            } else {
                weights.insert(name.clone(), weight);
            }
        }
        weights
    }

    /// The name of a target group, and how properties name the group: ours by its name, which is known before
    /// it exists, others by their ARN.
    pub(super) fn name_of(&self, arn: &str) -> (String, String) {
        let group_name = group_name(arn);
        for (name, backend) in &self.backends {
            match &backend.place {
                BackendPlace::Existing { target_group_arn } if target_group_arn == arn => {
                    return (name.clone(), arn.to_owned());
                }
                BackendPlace::Cluster { target_group_name, .. } if target_group_name == group_name => {
                    return (name.clone(), group_name.to_owned());
                }
                _ => {}
            }
        }
        for (name, previous) in &self.previous {
            if previous.target_group_name == group_name {
                return (previous_name(name), group_name.to_owned());
            }
        }
        (arn.to_owned(), arn.to_owned())
    }

    /// The ARN of the target group of `name`.
    pub(super) fn arn_of<'a>(&'a self, name: &'a str, facts: &'a Facts) -> &'a str {
        match self.backends.get(name).map(|backend| &backend.place) {
            Some(BackendPlace::Existing { target_group_arn }) => target_group_arn,
            None if is_arn(name) => name,
            _ => facts.arn(&target_group::key(name)),
        }
    }

    /// What the rule does, whole, always: AWS replaces it as a whole, and what is left out is switched off.
    pub(super) fn actions(&self, targets: Vec<WeightedTarget>) -> Vec<Action> {
        let login = self.load_balancer.login.as_ref().map(form::login);
        let forward = Forward { targets, stickiness_seconds: self.stickiness_seconds() };
        login.into_iter().chain([Action::Forward(forward)]).collect()
    }

    /// Target groups with `weights`.
    pub(super) fn targets(&self, facts: &Facts, weights: &Shares) -> Vec<WeightedTarget> {
        weights.iter().map(|(name, weight)| target(self.arn_of(name, facts), *weight)).collect()
    }

    /// The target group of each name in a change from the rule `live` to `wanted`. Groups that leave are only known from the
    /// rule.
    pub(super) fn target_groups(
        &self,
        live: &Rule,
        wanted: &Shares,
        facts: &Facts,
    ) -> BTreeMap<String, String> {
        let named = wanted.keys().map(|name| (name.clone(), self.arn_of(name, facts).to_owned()));
        let mut groups: BTreeMap<String, String> = named.collect();
        let targets = live.forward().into_iter().flat_map(|forward| &forward.targets);
        groups.extend(
            targets.map(|target| (self.name_of(&target.target_group_arn).0, target.target_group_arn.clone())),
        );
        groups
    }

    /// What the rule sends where, as properties show it.
    pub(super) fn backends_properties(&self, weights: &Shares) -> Value {
        let group_of = |name: &String| match self.backends.get(name).map(|backend| &backend.place) {
            Some(BackendPlace::Existing { target_group_arn }) => target_group_arn.clone(),
            Some(BackendPlace::Cluster { target_group_name, .. }) => target_group_name.clone(),
            None => {
                let mut previous = self.previous.iter();
                let found = previous.find(|(backend, _)| previous_name(backend) == *name);
                found.map(|(_, previous)| previous.target_group_name.clone()).unwrap_or_default()
            }
        };
        let shown: BTreeMap<&String, Value> =
            weights.iter().map(|(name, weight)| (name, self.shown(&group_of(name), *weight))).collect();
        json!(shown)
    }

    /// Likewise, for a rule that exists. Target groups of another tool are never a difference.
    pub(super) fn found_properties(&self, rule: &Rule) -> Value {
        let forward = rule.forward().cloned().unwrap_or_default();
        let shown: BTreeMap<String, Value> = forward
            .targets
            .iter()
            .filter_map(|target| {
                let (name, group) = self.name_of(&target.target_group_arn);
                let shown = self.shown(&group, i64::from(target.weight));
                (!self.is_foreign(&name)).then_some((name, shown))
            })
            .collect();
        json!(shown)
    }

    /// A weight that another tool moves is never a difference.
    fn shown(&self, group: &str, weight: i64) -> Value {
        match self.load_balancer.weights {
            Weights::Terraform => json!({ "target_group": group, "weight": weight }),
            Weights::External => json!({ "target_group": group, "weight": EXTERNAL }),
        }
    }
}

/// Whether `name` is an ARN. No backend can be called so.
pub(crate) fn is_arn(name: &str) -> bool {
    name.starts_with("arn:")
}

/// Whether the target group with `arn` is among `groups`, which are names or ARNs.
pub(crate) fn is_among(arn: &str, groups: &BTreeSet<String>) -> bool {
    groups.contains(arn) || groups.contains(group_name(arn))
}

/// The name of the target group with `arn`, which ends with `targetgroup/NAME/ID`.
fn group_name(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or_default()
}
