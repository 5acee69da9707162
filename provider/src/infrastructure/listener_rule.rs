//! The app's listener rule: its conditions, and the weights by which requests go to each backend.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use ipsy_aws::{
    Action, Aws, Condition, Error, ErrorKind, Forward, NewRule, Rule, RuleChange, Service, Tags,
    WeightedTarget,
};
use serde_json::{Value, json};

use super::ownership::{Ownership, describe};
use super::shift::shift;
use super::{Component, Facts, Observed, Stage, differs, target_group};
use crate::app::rollout::Rollout;
use crate::app::traffic::{Backend, BackendPlace, LoadBalancer};

/// Key and ownership component of a listener rule.
pub(crate) const KEY: &str = "listener_rule";

/// The listener rule of an app.
pub(crate) struct ListenerRule {
    pub(crate) aws: Aws,
    pub(crate) ownership: Ownership,
    pub(crate) load_balancer: LoadBalancer,
    pub(crate) backends: BTreeMap<String, Backend>,
    /// How weights change; at once where it is `None`.
    pub(crate) rollout: Option<Rollout>,
}

impl ListenerRule {
    fn conditions(&self) -> BTreeSet<Condition> {
        let set = |values: &[String]| values.iter().cloned().collect::<BTreeSet<String>>();
        let mut conditions = BTreeSet::new();
        if !self.load_balancer.hosts.is_empty() {
            conditions.insert(Condition::HostHeader(set(&self.load_balancer.hosts)));
        }
        if !self.load_balancer.paths.is_empty() {
            conditions.insert(Condition::PathPattern(set(&self.load_balancer.paths)));
        }
        conditions
    }

    fn priority(&self) -> u32 {
        u32::try_from(self.load_balancer.priority).unwrap_or(1)
    }

    fn stickiness_seconds(&self) -> Option<u32> {
        u32::try_from(self.load_balancer.stickiness_seconds).ok().filter(|seconds| *seconds > 0)
    }

    /// The whole action, always: AWS replaces it as a whole, and what is left out is switched off.
    pub(super) fn actions(&self, facts: &Facts, weights: &BTreeMap<String, i64>) -> Vec<Action> {
        let targets = self
            .backends
            .iter()
            .map(|(name, backend)| WeightedTarget {
                target_group_arn: match &backend.place {
                    BackendPlace::Existing { target_group_arn } => target_group_arn.clone(),
                    BackendPlace::Cluster { .. } => {
                        facts.arn(&format!("{}/{name}", target_group::KEY)).to_owned()
                    }
                },
                weight: u16::try_from(weights.get(name).copied().unwrap_or(0)).unwrap_or_default(),
            })
            .collect();
        vec![Action::Forward(Forward { targets, stickiness_seconds: self.stickiness_seconds() })]
    }

    /// The weights that are wanted, by backend.
    pub(super) fn weights(&self) -> BTreeMap<String, i64> {
        self.backends.iter().map(|(name, backend)| (name.clone(), backend.weight)).collect()
    }

    /// The backend that a target group belongs to, and how properties name the group: ours by its name, which
    /// is known before it exists, others by their ARN.
    fn backend_of(&self, arn: &str) -> (String, String) {
        let group_name = arn.split('/').nth(1).unwrap_or_default();
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
        (arn.to_owned(), arn.to_owned())
    }

    fn properties(&self, rule: &Rule, tags: &Tags) -> Value {
        let forward = rule.forward().cloned().unwrap_or_default();
        let backends: BTreeMap<String, Value> = forward
            .targets
            .iter()
            .map(|target| {
                let (backend, group) = self.backend_of(&target.target_group_arn);
                (backend, json!({ "target_group": group, "weight": target.weight }))
            })
            .collect();
        json!({
            "backends": backends,
            "conditions": conditions_properties(&rule.conditions),
            "listener_arn": rule.listener_arn,
            "priority": rule.priority,
            "stickiness_seconds": forward.stickiness_seconds.unwrap_or_default(),
            "tags": self.ownership.observed(tags),
        })
    }

    /// The rule of this app on its listener, found by its tags; and an error where another holds its priority.
    async fn search(&self) -> Result<Option<(Rule, Tags)>, Error> {
        let rules = self.aws.listener_rules.by_listener(&self.load_balancer.listener_arn).await?;
        let arns: Vec<String> =
            rules.iter().filter(|rule| rule.priority.is_some()).map(|rule| rule.arn.clone()).collect();
        let mut tags = self.aws.listener_rules.tags(&arns).await?;
        let ours =
            arns.iter().find(|arn| tags.get(*arn).is_some_and(|tags| self.ownership.owns(tags))).cloned();
        for rule in rules {
            if Some(&rule.arn) == ours.as_ref() {
                let tags = tags.remove(&rule.arn).unwrap_or_default();
                return Ok(Some((rule, tags)));
            }
            if ours.is_none() && rule.priority == Some(self.priority()) {
                let owner = describe(tags.get(&rule.arn).unwrap_or(&Tags::new()));
                let message = format!(
                    "priority {} of the listener is taken by {} ({owner})",
                    self.priority(),
                    rule.arn
                );
                return Err(Error::new(
                    ErrorKind::Conflict,
                    Service::Elb,
                    "CreateRule",
                    &self.load_balancer.listener_arn,
                    message,
                ));
            }
        }
        Ok(None)
    }
}

/// Conditions as properties show them.
fn conditions_properties(conditions: &BTreeSet<Condition>) -> Value {
    let mut shown = BTreeMap::new();
    for condition in conditions {
        match condition {
            Condition::HostHeader(values) => shown.insert("hosts".to_owned(), json!(values)),
            Condition::PathPattern(values) => shown.insert("paths".to_owned(), json!(values)),
            other => shown.insert("others".to_owned(), json!(format!("{other:?}"))),
        };
    }
    json!(shown)
}

#[async_trait]
impl Component for ListenerRule {
    fn key(&self) -> String {
        KEY.to_owned()
    }

    fn identity(&self) -> String {
        self.load_balancer.listener_arn.clone()
    }

    fn title(&self) -> String {
        format!("listener rule {} of `{}`", self.load_balancer.priority, self.load_balancer.listener_arn)
    }

    fn stage(&self) -> Stage {
        Stage::Traffic
    }

    fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    fn desired(&self) -> Value {
        let backends: BTreeMap<&String, Value> = self
            .backends
            .iter()
            .map(|(name, backend)| {
                let group = match &backend.place {
                    BackendPlace::Existing { target_group_arn } => target_group_arn,
                    BackendPlace::Cluster { target_group_name, .. } => target_group_name,
                };
                (name, json!({ "target_group": group, "weight": backend.weight }))
            })
            .collect();
        json!({
            "backends": backends,
            "conditions": conditions_properties(&self.conditions()),
            "listener_arn": self.load_balancer.listener_arn,
            "priority": self.priority(),
            "stickiness_seconds": self.stickiness_seconds().unwrap_or_default(),
            "tags": self.ownership.shown(),
        })
    }

    async fn observe(&self, known_arn: Option<&str>) -> Result<Option<Observed>, Error> {
        if let Some(arn) = known_arn {
            let arns = [arn.to_owned()];
            let (mut rules, mut tags) = futures::try_join!(
                self.aws.listener_rules.by_arns(&arns),
                self.aws.listener_rules.tags(&arns)
            )?;
            if let Some(rule) = rules.pop() {
                let tags = tags.remove(arn).unwrap_or_default();
                return Ok(Some(Observed {
                    properties: self.properties(&rule, &tags),
                    arn: rule.arn,
                    tags,
                    value: None,
                }));
            }
        }
        Ok(self.search().await?.map(|(rule, tags)| Observed {
            properties: self.properties(&rule, &tags),
            arn: rule.arn,
            tags,
            value: None,
        }))
    }

    async fn create(&self, facts: &Facts) -> Result<Observed, Error> {
        let tags = self.ownership.tags(KEY);
        let rule = self
            .aws
            .listener_rules
            .create(&NewRule {
                listener_arn: self.load_balancer.listener_arn.clone(),
                priority: self.priority(),
                conditions: self.conditions(),
                actions: self.actions(facts, &self.weights()),
                tags: tags.clone(),
            })
            .await?;
        Ok(Observed { arn: rule.arn, properties: self.desired(), tags, value: None })
    }

    async fn change(&self, observed: &Observed, facts: &Facts) -> Result<(), Error> {
        let desired = self.desired();
        let rules = &self.aws.listener_rules;
        let found = &observed.properties;
        if differs(found, &desired, "priority") {
            rules.set_priorities(&BTreeMap::from([(observed.arn.clone(), self.priority())])).await?;
        }
        let conditions = differs(found, &desired, "conditions").then(|| self.conditions());
        let forward = ["backends", "stickiness_seconds"].iter().any(|field| differs(found, &desired, field));
        if forward && let Some(rollout) = &self.rollout {
            shift(self, rollout, observed, facts).await?;
        }
        let actions = forward.then(|| self.actions(facts, &self.weights()));
        if conditions.is_some() || actions.is_some() {
            rules.modify(&observed.arn, &RuleChange { conditions, actions }).await?;
        }
        Ok(())
    }

    async fn tag(&self, observed: &Observed, tags: &Tags) -> Result<(), Error> {
        self.aws.listener_rules.tag(&observed.arn, tags).await
    }

    async fn untag(&self, observed: &Observed, keys: &[String]) -> Result<(), Error> {
        self.aws.listener_rules.untag(&observed.arn, keys).await
    }

    async fn delete(&self, observed: &Observed) -> Result<(), Error> {
        self.aws.listener_rules.delete(&observed.arn).await
    }
}
