//! Objects with certain tags, listed once for many apps that are refreshed together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use super::batcher::Batcher;
use super::bulk_tags::BulkTags;
use super::kept::Kept;
use crate::{Error, ResourceTags, Tags};

pub(super) struct Coalesced {
    inner: Arc<dyn ResourceTags>,
    with_tags: Batcher<Tags, Arc<BTreeMap<String, Tags>>>,
}

impl Coalesced {
    /// Keeps each list for some seconds. After a failure the lists are empty: where the service does not answer, each of
    /// many apps would wait for it. Listed tags are also passed to `bulk_tags`.
    pub(super) fn new(inner: Arc<dyn ResourceTags>, bulk_tags: BulkTags) -> Self {
        let kept: Arc<Kept<Tags, BTreeMap<String, Tags>>> = Arc::new(Kept::new());
        let is_closed = Arc::new(AtomicBool::new(false));
        let with_tags = Batcher::of(1, &inner, move |service, keys: Vec<Tags>| {
            let (kept, is_closed, bulk_tags) = (kept.clone(), is_closed.clone(), bulk_tags.clone());
            async move {
                let mut all = BTreeMap::new();
                for tags in keys.into_iter().filter(|_| !is_closed.load(Ordering::Relaxed)) {
                    let list = match kept.get(&tags) {
                        Some(list) => list,
                        None => match service.with_tags(&tags).await {
                            Ok(list) => {
                                bulk_tags.keep(&list);
                                kept.put_all([(tags.clone(), list.clone())]);
                                list
                            }
                            Err(error) => {
                                is_closed.store(true, Ordering::Relaxed);
                                return Err(error);
                            }
                        },
                    };
                    all.insert(tags, list);
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

    async fn with_tags(&self, tags: &Tags) -> Result<Arc<BTreeMap<String, Tags>>, Error> {
        Ok(self.with_tags.get_one(tags.clone()).await?.unwrap_or_default())
    }
}
