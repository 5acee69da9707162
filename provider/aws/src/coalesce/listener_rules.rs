//! Listener rules, described twenty in a call, and their tags likewise. Many apps that look through the same
//! listener at the same time look once.

use std::collections::{BTreeMap, BTreeSet};
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
    /// A list can have hundreds of rules, and many apps look through it.
    by_listener: Batcher<String, Arc<Vec<Rule>>>,
    lists: Answers<String, Arc<Vec<Rule>>>,
    by_arn: Batcher<String, Rule>,
    /// Whether rules are looked up in the lists of their listeners.
    is_refreshing: bool,
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
                    all.insert(listener, Arc::new(found));
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
        Self {
            inner,
            swaps,
            by_listener,
            lists: Answers::exact(),
            by_arn,
            is_refreshing: false,
            tags,
            bulk_tags: BulkTags::default(),
        }
    }

    /// The same with tags from `bulk_tags`, and with lists that are kept for some seconds. Many apps share a
    /// listener, whose rules take one call.
    pub(super) fn refreshing(&self, bulk_tags: BulkTags) -> Self {
        Self { lists: Answers::kept(), is_refreshing: true, bulk_tags, ..self.clone() }
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

    async fn rules_of(&self, listener_arn: &str) -> Result<Arc<Vec<Rule>>, Error> {
        let together =
            async { Ok(self.by_listener.get_one(listener_arn.to_owned()).await?.unwrap_or_default()) };
        self.lists.read(listener_arn.to_owned(), together).await
    }
}

#[async_trait]
impl ListenerRules for Coalesced {
    async fn create(&self, rule: &NewRule) -> Result<Rule, Error> {
        self.inner.create(rule).await
    }

    async fn by_listener(&self, listener_arn: &str) -> Result<Vec<Rule>, Error> {
        Ok(self.rules_of(listener_arn).await?.as_ref().clone())
    }

    async fn by_arns(&self, arns: &[String]) -> Result<Vec<Rule>, Error> {
        if self.is_refreshing {
            return self.listed(arns).await;
        }
        Ok(self.by_arn.get(arns).await?.into_values().collect())
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
