//! Parameters, read ten in a call.

use std::sync::Arc;

use async_trait::async_trait;

use super::batcher::Batcher;
use crate::{Error, NewParameter, Parameter, Parameters, Tags};

/// AWS reads at most ten parameters in a call.
const NAMES_PER_CALL: usize = 10;

pub(super) struct Coalesced {
    inner: Arc<dyn Parameters>,
    by_name: Batcher<String, Parameter>,
}

impl Coalesced {
    pub(super) fn new(inner: Arc<dyn Parameters>) -> Self {
        let asked = inner.clone();
        let by_name = Batcher::new(NAMES_PER_CALL, move |names: Vec<String>| {
            let asked = asked.clone();
            async move {
                let found = asked.get(&names).await?;
                Ok(found.into_iter().map(|parameter| (parameter.name.clone(), parameter)).collect())
            }
        });
        Self { inner, by_name }
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
        Ok(self.by_name.get(names).await?.into_values().collect())
    }

    async fn tags(&self, name: &str) -> Result<Tags, Error> {
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
