//! Listener rules on the SDK, described twenty in a call. Many apps that look through the same listener at the same time
//! look once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types::RulePriorityPair;

use super::elb_tags::{self, Elb};
use super::failure::if_there;
use super::rule_form;
use crate::coalesce::batcher::Batcher;
use crate::coalesce::bulk_tags::BulkTags;
use crate::coalesce::reads::Reads;
use crate::coalesce::swaps::{Priorities, PriorityCalls, Swaps};
use crate::{Error, ErrorKind, ListenerRules, NewRule, Rule, RuleChange, Service, Tags, batches};

/// AWS describes at most twenty rules by ARN, or the tags of twenty, in a call.
const RULES_PER_CALL: usize = 20;

impl Elb {
    async fn rules(&self, arns: &[String]) -> Result<Vec<Rule>, Error> {
        let described = batches::found(arns, RULES_PER_CALL, |piece| async move {
            let request = self.client.describe_rules().set_rule_arns(Some(piece.clone()));
            let object = piece.join(",");
            let answer = self.call("DescribeRules", &object, || request.clone().send()).await?;
            Ok(answer.rules().iter().map(rule_form::rule_from_sdk).collect())
        });
        described.await
    }

    async fn rules_of_listener(&self, listener_arn: &str) -> Result<Vec<Rule>, Error> {
        let rules = batches::pages(|page| async move {
            let request = self.client.describe_rules().listener_arn(listener_arn).set_marker(page);
            let answer = self.call("DescribeRules", listener_arn, || request.clone().send()).await?;
            Ok((answer.rules.unwrap_or_default(), answer.next_marker))
        });
        let found = if_there(rules.await)?.unwrap_or_default();
        let mut rules: Vec<Rule> = found.iter().map(rule_form::rule_from_sdk).collect();
        rules.sort_by_key(|rule| rule.priority.unwrap_or(u32::MAX));
        Ok(rules)
    }

    async fn set_rule_priorities(&self, priorities: &BTreeMap<String, u32>) -> Result<(), Error> {
        let pairs: Vec<_> = priorities
            .iter()
            .map(|(arn, priority)| {
                let priority = i32::try_from(*priority).unwrap_or(i32::MAX);
                RulePriorityPair::builder().rule_arn(arn).priority(priority).build()
            })
            .collect();
        let object = priorities.keys().map(String::as_str).collect::<Vec<_>>().join(",");
        let request = self.client.set_rule_priorities().set_rule_priorities(Some(pairs));
        self.call("SetRulePriorities", &object, || request.clone().send()).await.map(drop)
    }
}

#[derive(Clone)]
pub(super) struct SdkListenerRules {
    channel: Arc<Elb>,
    swaps: Swaps,
    by_arn: Reads<String, Rule>,
    /// A list can have hundreds of rules, and many apps look through it.
    by_listener: Reads<String, Arc<Vec<Rule>>>,
    /// Whether rules are looked up in the lists of their listeners.
    is_refreshing: bool,
    tags: Batcher<String, Tags>,
    bulk_tags: BulkTags,
}

impl SdkListenerRules {
    pub(super) fn new(channel: Arc<Elb>) -> Self {
        let by_arn = Batcher::keyed(
            RULES_PER_CALL,
            &channel,
            |rule: &Rule| &rule.arn,
            |channel, arns| async move { channel.rules(&arns).await },
        );
        let by_listener = Batcher::single(&channel, |channel, listener: String| async move {
            Ok(Some(Arc::new(channel.rules_of_listener(&listener).await?)))
        });
        let tags =
            Batcher::of(RULES_PER_CALL, &channel, |channel, arns| async move { channel.tags(&arns).await });
        Self {
            channel,
            swaps: Swaps::default(),
            by_arn: Reads::new(by_arn),
            by_listener: Reads::new(by_listener),
            is_refreshing: false,
            tags,
            bulk_tags: BulkTags::default(),
        }
    }

    /// With tags from `bulk_tags`, and with lists that are kept for some seconds. Many apps share a
    /// listener, whose rules take one call.
    pub(super) fn refreshing(&self, bulk_tags: BulkTags) -> Self {
        Self { by_listener: self.by_listener.refreshing(), is_refreshing: true, bulk_tags, ..self.clone() }
    }

    async fn rules_of(&self, listener_arn: &str) -> Result<Arc<Vec<Rule>>, Error> {
        Ok(self.by_listener.one(listener_arn.to_owned()).await?.unwrap_or_default())
    }

    /// The rules from the lists of their listeners.
    async fn listed(&self, arns: &[String]) -> Result<Vec<Rule>, Error> {
        let listener = |arn: &String| {
            let (listener, _) = arn.rsplit_once('/')?;
            Some(listener.replacen(":listener-rule/", ":listener/", 1))
        };
        let listeners: BTreeSet<String> = arns.iter().filter_map(listener).collect();
        let mut all = Vec::new();
        // An app has rules on one listener, or on two while it moves.
        for listener in listeners {
            let rules = self.rules_of(&listener).await?;
            all.extend(rules.iter().filter(|rule| arns.contains(&rule.arn)).cloned());
        }
        Ok(all)
    }
}

#[async_trait]
impl PriorityCalls for SdkListenerRules {
    async fn set(&self, priorities: &Priorities) -> Result<(), Error> {
        self.channel.set_rule_priorities(priorities).await
    }

    async fn rules_beside(&self, arn: &str) -> Result<Vec<Rule>, Error> {
        let Some(rule) = self.channel.rules(&[arn.to_owned()]).await?.pop() else { return Ok(Vec::new()) };
        self.channel.rules_of_listener(&rule.listener_arn).await
    }
}

#[async_trait]
impl ListenerRules for SdkListenerRules {
    async fn create(&self, new: &NewRule) -> Result<Rule, Error> {
        let operation = "CreateRule";
        let object = &new.listener_arn;
        let request = self
            .channel
            .client
            .create_rule()
            .listener_arn(object)
            .priority(i32::try_from(new.priority).unwrap_or(i32::MAX))
            .set_conditions(Some(rule_form::conditions_to_sdk(operation, object, &new.conditions)?))
            .set_actions(Some(rule_form::actions_to_sdk(operation, object, &new.actions)?))
            .set_tags(elb_tags::to_sdk(operation, object, &new.tags)?);
        let answer = self.channel.call(operation, object, || request.clone().send()).await?;
        first(answer.rules(), operation, object)
    }

    async fn by_listener(&self, listener_arn: &str) -> Result<Vec<Rule>, Error> {
        Ok(self.rules_of(listener_arn).await?.as_ref().clone())
    }

    async fn by_arns(&self, arns: &[String]) -> Result<Vec<Rule>, Error> {
        if self.is_refreshing { self.listed(arns).await } else { self.by_arn.all(arns).await }
    }

    async fn modify(&self, arn: &str, change: &RuleChange) -> Result<Rule, Error> {
        let operation = "ModifyRule";
        let conditions = change.conditions.as_ref();
        let actions = change.actions.as_deref();
        let request = self
            .channel
            .client
            .modify_rule()
            .rule_arn(arn)
            .set_conditions(
                conditions.map(|all| rule_form::conditions_to_sdk(operation, arn, all)).transpose()?,
            )
            .set_actions(actions.map(|all| rule_form::actions_to_sdk(operation, arn, all)).transpose()?);
        let answer = self.channel.call(operation, arn, || request.clone().send()).await?;
        first(answer.rules(), operation, arn)
    }

    async fn set_priorities(&self, priorities: &BTreeMap<String, u32>) -> Result<(), Error> {
        self.swaps.set(self, priorities).await
    }

    async fn tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error> {
        self.bulk_tags.of_all(&self.tags, arns).await
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.channel.tag(arn, tags).await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.channel.untag(arn, keys).await
    }

    async fn delete(&self, arn: &str) -> Result<(), Error> {
        let request = self.channel.client.delete_rule().rule_arn(arn);
        let answer = self.channel.call("DeleteRule", arn, || request.clone().send()).await;
        if_there(answer).map(drop)
    }
}

fn first(
    rules: &[aws_sdk_elasticloadbalancingv2::types::Rule],
    operation: &'static str,
    object: &str,
) -> Result<Rule, Error> {
    rules.first().map(rule_form::rule_from_sdk).ok_or_else(|| {
        Error::new(ErrorKind::Other, Service::Elb, operation, object, "AWS answered without the rule")
    })
}
