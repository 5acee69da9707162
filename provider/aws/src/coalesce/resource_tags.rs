//! What carries certain tags, asked once for many apps that are refreshed together.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::batcher::Batcher;
use super::kept::Kept;
use crate::{Error, ResourceTags, Tags};

pub(super) struct Coalesced {
    inner: Arc<dyn ResourceTags>,
    with_tags: Batcher<Tags, BTreeMap<String, Tags>>,
}

impl Coalesced {
    /// Keeps each list for some seconds.
    pub(super) fn new(inner: Arc<dyn ResourceTags>) -> Self {
        let kept: Arc<Kept<Tags, BTreeMap<String, Tags>>> = Arc::new(Kept::new());
        let with_tags = Batcher::of(1, &inner, move |service, keys: Vec<Tags>| {
            let kept = kept.clone();
            async move {
                let mut all = BTreeMap::new();
                for tags in keys {
                    let list = match kept.get(&tags) {
                        Some(list) => list,
                        None => kept.put(tags.clone(), service.with_tags(&tags).await?),
                    };
                    all.insert(tags, list.as_ref().clone());
                }
                Ok(all)
            }
        });
        Self { inner, with_tags }
    }
}

#[async_trait]
impl ResourceTags for Coalesced {
    async fn by_arns(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error> {
        self.inner.by_arns(arns).await
    }

    async fn with_tags(&self, tags: &Tags) -> Result<BTreeMap<String, Tags>, Error> {
        Ok(self.with_tags.get_one(tags.clone()).await?.unwrap_or_default())
    }
}
