//! The app's listener rule: its conditions, and the weights by which requests go to each backend.

mod form;
mod place;
mod targets;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use ipsy_aws::{Aws, Condition, Error, ErrorKind, NewRule, Rule, RuleChange, Service, Tags};
use serde_json::{Value, json};

use super::ownership::Ownership;
use super::weight_shift::WeightShift;
use super::{Component, ComponentKey, Facts, Kind, LiveValue, Observed, RuleStatus, Stage, differs};
use crate::app::deletion::Deletion;
use crate::app::rollout::{OnDrift, Rollout, Shares, Walk, same, shown};
use crate::app::traffic::{
    Backend, LoadBalancer, Login, PlannedWeights, Previous, Priority, Weights, previous_name,
};

pub(crate) use targets::{EXTERNAL, is_among, is_arn};

/// Key and ownership component of a listener rule.
pub(crate) const KEY: ComponentKey = ComponentKey::only(Kind::ListenerRule);

/// The tag with the version of the client's secret in AWS: the secret cannot be read back.
const SECRET_VERSION: &str = "ipsy:client-secret-version";

/// The listener rule of an app.
pub(crate) struct ListenerRule {
    pub(crate) aws: Aws,
    pub(crate) ownership: Ownership,
    pub(crate) load_balancer: LoadBalancer,
    pub(crate) backends: BTreeMap<String, Backend>,
    /// Target groups that backends had before, by backend.
    pub(crate) previous: BTreeMap<String, Previous>,
    /// Target groups of backends that leave: by name, or by ARN where they are not the app's.
    pub(crate) leaving: BTreeSet<String>,
    /// How weights change.
    pub(crate) rollout: Rollout,
    /// What this apply does with the weights.
    pub(crate) planned_weights: Option<PlannedWeights>,
}

impl ListenerRule {
    /// The tags of the rule of an app with this load balancer, beside those of every object.
    pub(crate) fn tags(load_balancer: &LoadBalancer) -> Tags {
        match &load_balancer.login {
            Some(Login::Oidc(oidc)) => {
                Tags::from([(SECRET_VERSION.to_owned(), oidc.client_secret_version.clone())])
            }
            _ => Tags::new(),
        }
    }

    /// The wanted conditions, if the rule has others.
    fn other_conditions(&self, observed: &Observed) -> Option<BTreeSet<Condition>> {
        let differ = differs(&observed.properties, &self.desired(), "conditions");
        differ.then(|| form::conditions(&self.load_balancer.conditions))
    }

    /// Whether the rule has other actions than it is to have.
    fn has_other_actions(&self, observed: &Observed) -> bool {
        let desired = self.desired();
        let secret_version = |tags: &Tags| tags.get(SECRET_VERSION).cloned();
        ["backends", "login", "stickiness_seconds"]
            .iter()
            .any(|field| differs(&observed.properties, &desired, field))
            || secret_version(&observed.tags) != secret_version(&self.ownership.tags(&KEY))
    }

    fn stickiness_seconds(&self) -> Option<u32> {
        u32::try_from(self.load_balancer.stickiness_seconds).ok().filter(|seconds| *seconds > 0)
    }

    /// The weights of a rule, by name.
    fn live_weights(&self, rule: &Rule) -> Shares {
        let forward = rule.forward().cloned().unwrap_or_default();
        let named = |arn: &str| self.name_of(arn).0;
        forward
            .targets
            .iter()
            .map(|target| (named(&target.target_group_arn), i64::from(target.weight)))
            .collect()
    }

    /// Weights by backend, whichever of its groups has them.
    fn by_backend(&self, weights: Shares) -> Shares {
        let mut weights = weights;
        for backend in self.backends.keys() {
            if let Some(weight) = weights.remove(&previous_name(backend)) {
                *weights.entry(backend.clone()).or_default() += weight;
            }
        }
        weights
    }

    /// Checks that the rule has the weights that the state knows: what others have set since then stays.
    fn expect(&self, arn: &str, live: &Shares) -> Result<(), Error> {
        let expected = match &self.planned_weights {
            Some(planned_weights) if self.load_balancer.weights == Weights::Terraform => {
                &planned_weights.expected
            }
            _ => return Ok(()),
        };
        // A backend that leaves has no name any more.
        let known = |weights: &Shares| -> Shares {
            let kept = weights.iter().filter(|(name, _)| self.backends.contains_key(*name));
            kept.map(|(name, weight)| (name.clone(), *weight)).collect()
        };
        let (live, expected) = (known(&self.by_backend(live.clone())), known(expected));
        if self.rollout.on_drift == OnDrift::Overwrite || same(&live, &expected) {
            return Ok(());
        }
        let message = format!(
            "the rule has the weights {}, and the state knows {}: others have changed them since the last refresh. \
             They stay. Find out who changed them, then plan again; `rollout.on_drift = \"overwrite\"` continues from any weights.",
            shown(&live),
            shown(&expected)
        );
        Err(Error::new(ErrorKind::Conflict, Service::Elb, "ModifyRule", arn, message))
    }

    fn observed(&self, rule: Rule, tags: Tags) -> Observed {
        let weights = self.by_backend(self.live_weights(&rule));
        let walk = Walk::read(&tags);
        let tags: Tags = tags.into_iter().filter(|(key, _)| !Walk::is_tag(key)).collect();
        let priority = rule.priority.unwrap_or_default();
        let shown = match self.load_balancer.priority {
            range @ Priority::Range { .. } if range.allows(priority) => json!(range.to_string()),
            _ => json!(priority),
        };
        let properties = json!({
            "backends": self.found_properties(&rule),
            "conditions": form::conditions_properties(&rule.conditions),
            "listener_arn": rule.listener_arn,
            "login": form::login_properties(&rule.actions),
            "priority": shown,
            "stickiness_seconds":
                rule.forward().and_then(|forward| forward.stickiness_seconds).unwrap_or_default(),
            "tags": self.ownership.observed(&tags),
        });
        let value = Some(LiveValue::Rule(RuleStatus { priority, weights, walk }));
        Observed { arn: rule.arn, properties, tags, value }
    }

    async fn live(&self, arn: &str) -> Result<Rule, Error> {
        let found = self.aws.listener_rules.by_arns(&[arn.to_owned()]).await?.pop();
        found.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, Service::Elb, "DescribeRules", arn, "the rule was deleted")
        })
    }
}

#[async_trait]
impl Component for ListenerRule {
    fn key(&self) -> ComponentKey {
        KEY
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
        let login = self.load_balancer.login.as_ref().map(form::login);
        json!({
            "backends": self.backends_properties(&self.configured_weights()),
            "conditions": form::conditions_properties(&form::conditions(&self.load_balancer.conditions)),
            "listener_arn": self.load_balancer.listener_arn,
            "login": form::login_properties(&login.into_iter().collect::<Vec<_>>()),
            "priority": match self.load_balancer.priority {
                Priority::Fixed(number) => json!(number),
                range @ Priority::Range { .. } => json!(range.to_string()),
            },
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
            // A rule stays with its listener: what is to be on another one is another rule.
            let is_here = |rule: &Rule| rule.listener_arn == self.load_balancer.listener_arn;
            if let Some(rule) = rules.pop().filter(is_here) {
                return Ok(Some(self.observed(rule, tags.remove(arn).unwrap_or_default())));
            }
        }
        Ok(self.search().await?.map(|(rule, tags)| self.observed(rule, tags)))
    }

    async fn admit(&self) -> Result<(), Error> {
        self.check_free().await
    }

    async fn create(&self, facts: &Facts) -> Result<Observed, Error> {
        let tags = self.ownership.tags(&KEY);
        let mut first = tags.clone();
        if self.load_balancer.weights == Weights::Terraform {
            first.extend(Walk::created(&self.by_backend(self.configured_weights())));
        }
        let rule = NewRule {
            listener_arn: self.load_balancer.listener_arn.clone(),
            priority: 0,
            conditions: form::conditions(&self.load_balancer.conditions),
            actions: self.actions(self.targets(facts, &self.configured_weights())),
            tags: first.clone(),
        };
        let made = self.make(rule).await?;
        Ok(Observed { properties: self.desired(), ..self.observed(made, first) })
    }

    /// Conditions that change together with the actions are left to the same call.
    async fn change(&self, observed: &Observed, _facts: &Facts) -> Result<(), Error> {
        if differs(&observed.properties, &self.desired(), "priority") {
            self.move_to_priority(&observed.arn).await?;
        }
        let conditions = self.other_conditions(observed);
        if conditions.is_some() && !self.has_other_actions(observed) {
            self.aws.listener_rules.modify(&observed.arn, &RuleChange { conditions, actions: None }).await?;
        }
        Ok(())
    }

    async fn weight_shift<'a>(
        &'a self,
        observed: &Observed,
        facts: &Facts,
    ) -> Result<Option<WeightShift<'a>>, Error> {
        if !self.has_other_actions(observed) {
            return Ok(None);
        }
        let live = self.live(&observed.arn).await?;
        let before = self.live_weights(&live);
        self.expect(&observed.arn, &before)?;
        let wanted = self.wanted_weights(&before);
        let target_groups = self.target_groups(&live, &wanted, facts);
        Ok(Some(WeightShift {
            aws: &self.aws,
            rule: live.arn,
            before,
            wanted,
            target_groups,
            backends: &self.backends,
            weights: self.load_balancer.weights,
            rollout: &self.rollout,
            change: self.planned_weights.as_ref().and_then(|planned| planned.change.as_ref()),
            actions: self.actions(Vec::new()),
            conditions: self.other_conditions(observed),
            metric_name: self.load_balancer.metric_name(),
        }))
    }

    /// Its weights, its priority and the last change of its weights.
    fn is_told_by_aws(&self) -> bool {
        true
    }

    async fn tag(&self, observed: &Observed, tags: &Tags) -> Result<(), Error> {
        self.aws.listener_rules.tag(&observed.arn, tags).await
    }

    async fn untag(&self, observed: &Observed, keys: &[String]) -> Result<(), Error> {
        self.aws.listener_rules.untag(&observed.arn, keys).await
    }

    async fn delete(&self, observed: &Observed, _deletion: &Deletion) -> Result<(), Error> {
        self.aws.listener_rules.delete(&observed.arn).await
    }
}
