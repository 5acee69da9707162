//! Target groups, described twenty in a call, and their tags likewise.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::batcher::Batcher;
use super::bulk_tags::{BulkTags, tags_of_all};
use super::kept::Answers;
use crate::{Error, HealthCheck, NewTargetGroup, Tags, TargetGroup, TargetGroups, TargetHealth};

/// AWS describes at most twenty groups, or the tags of twenty, in a call.
const GROUPS_PER_CALL: usize = 20;

#[derive(Clone)]
pub(super) struct Coalesced {
    inner: Arc<dyn TargetGroups>,
    by_name: Batcher<String, TargetGroup>,
    by_arn: Batcher<String, TargetGroup>,
    /// Groups by name and by ARN.
    groups: Answers<String, TargetGroup>,
    attributes: Answers<String, BTreeMap<String, String>>,
    tags: Batcher<String, Tags>,
    bulk_tags: BulkTags,
}

impl Coalesced {
    pub(super) fn new(inner: Arc<dyn TargetGroups>) -> Self {
        let by_name = Batcher::keyed(
            GROUPS_PER_CALL,
            &inner,
            |group: &TargetGroup| &group.name,
            |groups, names| async move { groups.by_names(&names).await },
        );
        let by_arn = Batcher::keyed(
            GROUPS_PER_CALL,
            &inner,
            |group: &TargetGroup| &group.arn,
            |groups, arns| async move { groups.by_arns(&arns).await },
        );
        let tags =
            Batcher::of(GROUPS_PER_CALL, &inner, |groups, arns| async move { groups.tags(&arns).await });
        let (groups, attributes) = (Answers::exact(), Answers::exact());
        Self { inner, by_name, by_arn, groups, attributes, tags, bulk_tags: BulkTags::default() }
    }

    /// The same with tags from `bulk_tags`, and with groups and attributes that are kept for some seconds.
    pub(super) fn refreshing(&self, bulk_tags: BulkTags) -> Self {
        Self { groups: Answers::kept(), attributes: Answers::kept(), bulk_tags, ..self.clone() }
    }

    /// Groups that are fresh, and what `batcher` finds of the others.
    async fn found(
        &self,
        keys: &[String],
        batcher: &Batcher<String, TargetGroup>,
    ) -> Result<Vec<TargetGroup>, Error> {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for key in keys {
            match self.groups.fresh(key) {
                Some(group) => found.push(group.as_ref().clone()),
                None => missing.push(key.clone()),
            }
        }
        for group in batcher.get(&missing).await?.into_values() {
            self.groups.keep(group.name.clone(), group.clone());
            self.groups.keep(group.arn.clone(), group.clone());
            found.push(group);
        }
        Ok(found)
    }
}

#[async_trait]
impl TargetGroups for Coalesced {
    async fn create(&self, group: &NewTargetGroup) -> Result<TargetGroup, Error> {
        self.inner.create(group).await
    }

    async fn by_names(&self, names: &[String]) -> Result<Vec<TargetGroup>, Error> {
        self.found(names, &self.by_name).await
    }

    async fn by_arns(&self, arns: &[String]) -> Result<Vec<TargetGroup>, Error> {
        self.found(arns, &self.by_arn).await
    }

    async fn set_health_check(&self, arn: &str, check: &HealthCheck) -> Result<TargetGroup, Error> {
        self.inner.set_health_check(arn, check).await
    }

    async fn attributes(&self, arn: &str) -> Result<BTreeMap<String, String>, Error> {
        self.attributes.read(arn.to_owned(), self.inner.attributes(arn)).await
    }

    async fn set_attributes(&self, arn: &str, attributes: &BTreeMap<String, String>) -> Result<(), Error> {
        self.inner.set_attributes(arn, attributes).await
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

    async fn health(&self, arn: &str) -> Result<Vec<TargetHealth>, Error> {
        self.inner.health(arn).await
    }
}
