//! Parameters, read ten in a call.

use std::sync::Arc;

use async_trait::async_trait;

use super::batcher::Batcher;
use super::bulk_tags::BulkTags;
use super::kept::Answers;
use crate::{Account, Error, NewParameter, Parameter, Parameters, Tags};

/// AWS reads at most ten parameters in a call.
const NAMES_PER_CALL: usize = 10;

#[derive(Clone)]
pub(super) struct Coalesced {
    inner: Arc<dyn Parameters>,
    by_name: Batcher<String, Parameter>,
    parameters: Answers<Vec<String>, Vec<Parameter>>,
    account: Arc<Account>,
    bulk_tags: BulkTags,
}

impl Coalesced {
    pub(super) fn new(inner: Arc<dyn Parameters>, account: Arc<Account>) -> Self {
        let by_name = Batcher::keyed(
            NAMES_PER_CALL,
            &inner,
            |parameter: &Parameter| &parameter.name,
            |parameters, names| async move { parameters.get(&names).await },
        );
        Self { inner, by_name, parameters: Answers::exact(), account, bulk_tags: BulkTags::default() }
    }

    /// The same with tags from `bulk_tags`, and with parameters that are kept for some seconds.
    pub(super) fn refreshing(&self, bulk_tags: BulkTags) -> Self {
        Self { parameters: Answers::kept(), bulk_tags, ..self.clone() }
    }

    /// SSM's own calls name a parameter by its name alone, the tagging service by its ARN.
    async fn arn(&self, name: &str) -> Result<String, Error> {
        let (partition, region) = (self.account.partition(), self.account.region());
        let path = name.trim_start_matches('/');
        Ok(format!("arn:{partition}:ssm:{region}:{}:parameter/{path}", self.account.id().await?))
    }
}

#[async_trait]
impl Parameters for Coalesced {
    async fn create(&self, parameter: &NewParameter) -> Result<(), Error> {
        self.inner.create(parameter).await
    }

    async fn set_value(&self, name: &str, value: &str) -> Result<(), Error> {
        self.inner.set_value(name, value).await
    }

    async fn get(&self, names: &[String]) -> Result<Vec<Parameter>, Error> {
        let together = async { Ok(self.by_name.get(names).await?.into_values().collect()) };
        self.parameters.read(names.to_vec(), together).await
    }

    async fn tags(&self, name: &str) -> Result<Tags, Error> {
        if self.bulk_tags.is_open()
            && let Some(tags) = self.bulk_tags.of(&self.arn(name).await?).await?
        {
            return Ok(tags);
        }
        self.inner.tags(name).await
    }

    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), Error> {
        self.inner.tag(name, tags).await
    }

    async fn untag(&self, name: &str, keys: &[String]) -> Result<(), Error> {
        self.inner.untag(name, keys).await
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        self.inner.delete(name).await
    }
}
