//! Listener rules on the SDK.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types::RulePriorityPair;

use super::channel::Channel;
use super::{elb_tags, rule_form};
use crate::batches::Batches;
use crate::{Error, ErrorKind, ListenerRules, NewRule, Rule, RuleChange, Service, Tags};

/// AWS describes at most twenty rules by ARN in a call.
const ARNS_PER_CALL: usize = 20;

pub(super) struct SdkListenerRules {
    pub(super) client: aws_sdk_elasticloadbalancingv2::Client,
    pub(super) channel: Arc<Channel>,
}

#[async_trait]
impl ListenerRules for SdkListenerRules {
    async fn create(&self, new: &NewRule) -> Result<Rule, Error> {
        let operation = "CreateRule";
        let object = &new.listener_arn;
        let request = self
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
        let mut all: Vec<Rule> = Vec::new();
        let mut page = None;
        loop {
            let request = self.client.describe_rules().listener_arn(listener_arn).set_marker(page);
            let answer =
                match self.channel.call("DescribeRules", listener_arn, || request.clone().send()).await {
                    Ok(answer) => answer,
                    Err(error) if error.is_not_found() => return Ok(all),
                    Err(error) => return Err(error),
                };
            all.extend(answer.rules().iter().map(rule_form::rule_from_sdk));
            page = answer.next_marker;
            if page.is_none() {
                all.sort_by_key(|rule| rule.priority.unwrap_or(u32::MAX));
                return Ok(all);
            }
        }
    }

    async fn by_arns(&self, arns: &[String]) -> Result<Vec<Rule>, Error> {
        let mut all = Vec::new();
        let mut batches = Batches::new(arns, ARNS_PER_CALL);
        while let Some(piece) = batches.next() {
            let request = self.client.describe_rules().set_rule_arns(Some(piece.clone()));
            match self.channel.call("DescribeRules", &piece.join(","), || request.clone().send()).await {
                Ok(answer) => all.extend(answer.rules().iter().map(rule_form::rule_from_sdk)),
                Err(error) if error.is_not_found() => batches.split(piece),
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    async fn modify(&self, arn: &str, change: &RuleChange) -> Result<Rule, Error> {
        let operation = "ModifyRule";
        let conditions = change.conditions.as_ref();
        let actions = change.actions.as_deref();
        let request = self
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
        let pairs: Vec<_> = priorities
            .iter()
            .map(|(arn, priority)| {
                let priority = i32::try_from(*priority).unwrap_or(i32::MAX);
                RulePriorityPair::builder().rule_arn(arn).priority(priority).build()
            })
            .collect();
        let object = priorities.keys().map(String::as_str).collect::<Vec<_>>().join(",");
        let request = self.client.set_rule_priorities().set_rule_priorities(Some(pairs));
        self.channel.call("SetRulePriorities", &object, || request.clone().send()).await.map(drop)
    }

    async fn tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error> {
        elb_tags::describe(&self.client, &self.channel, arns).await
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        elb_tags::add(&self.client, &self.channel, arn, tags).await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        elb_tags::remove(&self.client, &self.channel, arn, keys).await
    }

    async fn delete(&self, arn: &str) -> Result<(), Error> {
        let request = self.client.delete_rule().rule_arn(arn);
        match self.channel.call("DeleteRule", arn, || request.clone().send()).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
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
