//! Listener rules, described twenty in a call, and their tags likewise. Many apps that look through the same
//! listener at the same time look once.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::batcher::Batcher;
use super::bulk_tags::{BulkTags, tags_of_all};
use super::kept::Answers;
use super::swaps::Swaps;
use crate::{Error, ListenerRules, NewRule, Rule, RuleChange, Tags};

/// AWS describes at most twenty rules by ARN, or the tags of twenty, in a call.
const RULES_PER_CALL: usize = 20;

/// AWS describes the rules of one listener in a call.
const LISTENERS_PER_CALL: usize = 1;

#[derive(Clone)]
pub(super) struct Coalesced {
    inner: Arc<dyn ListenerRules>,
    swaps: Swaps,
    by_listener: Batcher<String, Vec<Rule>>,
    lists: Answers<String, Vec<Rule>>,
    by_arn: Batcher<String, Rule>,
    rules: Answers<Vec<String>, Vec<Rule>>,
    tags: Batcher<String, Tags>,
    bulk_tags: BulkTags,
}

impl Coalesced {
    pub(super) fn new(inner: Arc<dyn ListenerRules>) -> Self {
        let by_listener =
            Batcher::of(LISTENERS_PER_CALL, &inner, |rules, listeners: Vec<String>| async move {
                let mut all = BTreeMap::new();
                for listener in listeners {
                    let found = rules.by_listener(&listener).await?;
                    all.insert(listener, found);
                }
                Ok(all)
            });
        let by_arn = Batcher::keyed(
            RULES_PER_CALL,
            &inner,
            |rule: &Rule| &rule.arn,
            |rules, arns| async move { rules.by_arns(&arns).await },
        );
        let tags = Batcher::of(RULES_PER_CALL, &inner, |rules, arns| async move { rules.tags(&arns).await });
        let swaps = Swaps::new(inner.clone());
        let (lists, rules) = (Answers::exact(), Answers::exact());
        Self { inner, swaps, by_listener, lists, by_arn, rules, tags, bulk_tags: BulkTags::default() }
    }

    /// The same with tags from `bulk_tags`, and with lists that are kept for some seconds.
    pub(super) fn refreshing(&self, bulk_tags: BulkTags) -> Self {
        Self { lists: Answers::kept(), rules: Answers::kept(), bulk_tags, ..self.clone() }
    }
}

impl Coalesced {
    /// The rules from fresh lists of their listeners, if all are in those.
    fn listed(&self, arns: &[String]) -> Option<Vec<Rule>> {
        let rule = |arn: &String| {
            let (listener, _) = arn.rsplit_once('/')?;
            let rules = self.lists.fresh(&listener.replacen(":listener-rule/", ":listener/", 1))?;
            rules.iter().find(|rule| rule.arn == *arn).cloned()
        };
        arns.iter().map(rule).collect()
    }
}

#[async_trait]
impl ListenerRules for Coalesced {
    async fn create(&self, rule: &NewRule) -> Result<Rule, Error> {
        self.inner.create(rule).await
    }

    async fn by_listener(&self, listener_arn: &str) -> Result<Vec<Rule>, Error> {
        let together =
            async { Ok(self.by_listener.get_one(listener_arn.to_owned()).await?.unwrap_or_default()) };
        self.lists.read(listener_arn.to_owned(), together).await
    }

    async fn by_arns(&self, arns: &[String]) -> Result<Vec<Rule>, Error> {
        if let Some(rules) = self.listed(arns) {
            return Ok(rules);
        }
        let together = async { Ok(self.by_arn.get(arns).await?.into_values().collect()) };
        self.rules.read(arns.to_vec(), together).await
    }

    async fn modify(&self, arn: &str, change: &RuleChange) -> Result<Rule, Error> {
        self.inner.modify(arn, change).await
    }

    async fn set_priorities(&self, priorities: &BTreeMap<String, u32>) -> Result<(), Error> {
        self.swaps.set(priorities).await
    }

    async fn tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error> {
        tags_of_all(&self.bulk_tags, &self.tags, arns).await
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.inner.tag(arn, tags).await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.inner.untag(arn, keys).await
    }

    async fn delete(&self, arn: &str) -> Result<(), Error> {
        self.inner.delete(arn).await
    }
}
