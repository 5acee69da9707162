//! Log groups, looked up fifty names in a call.

use std::sync::Arc;

use async_trait::async_trait;

use super::batcher::Batcher;
use crate::{Error, LogGroup, LogGroups, NewLogGroup, Tags};

/// AWS describes at most fifty log groups by name in a call.
const NAMES_PER_CALL: usize = 50;

pub(super) struct Coalesced {
    inner: Arc<dyn LogGroups>,
    by_name: Batcher<String, LogGroup>,
}

impl Coalesced {
    pub(super) fn new(inner: Arc<dyn LogGroups>) -> Self {
        let asked = inner.clone();
        let by_name = Batcher::new(NAMES_PER_CALL, move |names: Vec<String>| {
            let asked = asked.clone();
            async move {
                let found = match names.as_slice() {
                    [name] => asked.get(name).await?.into_iter().collect(),
                    names => asked.by_names(names).await?,
                };
                Ok(found.into_iter().map(|group| (group.name.clone(), group)).collect())
            }
        });
        Self { inner, by_name }
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
        Ok(self.by_name.get(names).await?.into_values().collect())
    }

    async fn get(&self, name: &str) -> Result<Option<LogGroup>, Error> {
        self.by_name.get_one(name.to_owned()).await
    }

    async fn set_retention(&self, name: &str, days: Option<u32>) -> Result<(), Error> {
        self.inner.set_retention(name, days).await
    }

    async fn set_kms_key(&self, name: &str, key_arn: Option<&str>) -> Result<(), Error> {
        self.inner.set_kms_key(name, key_arn).await
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        self.inner.tags(arn).await
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
