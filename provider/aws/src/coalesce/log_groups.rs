//! Log groups, looked up fifty names in a call.

use std::sync::Arc;

use async_trait::async_trait;

use super::batcher::Batcher;
use super::bulk_tags::BulkTags;
use super::kept::Answers;
use crate::{Error, LogGroup, LogGroups, NewLogGroup, Tags};

/// AWS describes at most fifty log groups by name in a call.
const NAMES_PER_CALL: usize = 50;

#[derive(Clone)]
pub(super) struct Coalesced {
    inner: Arc<dyn LogGroups>,
    by_name: Batcher<String, LogGroup>,
    groups: Answers<String, Option<LogGroup>>,
    bulk_tags: BulkTags,
}

impl Coalesced {
    pub(super) fn new(inner: Arc<dyn LogGroups>) -> Self {
        let by_name = Batcher::keyed(
            NAMES_PER_CALL,
            &inner,
            |group: &LogGroup| &group.name,
            |groups, names: Vec<String>| async move {
                match names.as_slice() {
                    [name] => Ok(groups.get(name).await?.into_iter().collect()),
                    names => groups.by_names(names).await,
                }
            },
        );
        Self { inner, by_name, groups: Answers::exact(), bulk_tags: BulkTags::default() }
    }

    /// The same with tags from `bulk_tags`, and with groups that are kept for some seconds.
    pub(super) fn refreshing(&self, bulk_tags: BulkTags) -> Self {
        Self { groups: Answers::kept(), bulk_tags, ..self.clone() }
    }
}

#[async_trait]
impl LogGroups for Coalesced {
    async fn create(&self, group: &NewLogGroup) -> Result<(), Error> {
        self.inner.create(group).await
    }

    async fn describe(&self, prefix: &str) -> Result<Vec<LogGroup>, Error> {
        self.inner.describe(prefix).await
    }

    async fn by_names(&self, names: &[String]) -> Result<Vec<LogGroup>, Error> {
        if let [name] = names {
            return Ok(self.get(name).await?.into_iter().collect());
        }
        Ok(self.by_name.get(names).await?.into_values().collect())
    }

    async fn get(&self, name: &str) -> Result<Option<LogGroup>, Error> {
        self.groups.read(name.to_owned(), self.by_name.get_one(name.to_owned())).await
    }

    async fn set_retention(&self, name: &str, days: Option<u32>) -> Result<(), Error> {
        self.inner.set_retention(name, days).await
    }

    async fn set_kms_key(&self, name: &str, key_arn: Option<&str>) -> Result<(), Error> {
        self.inner.set_kms_key(name, key_arn).await
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        match self.bulk_tags.of(arn).await? {
            Some(tags) => Ok(tags),
            None => self.inner.tags(arn).await,
        }
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.inner.tag(arn, tags).await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.inner.untag(arn, keys).await
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        self.inner.delete(name).await
    }
}
