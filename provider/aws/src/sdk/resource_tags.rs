//! The tagging service on the SDK. Objects with certain tags are listed once for many apps that are refreshed together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};

use super::channel::Channel;
use super::tags::from_pairs;
use crate::coalesce::batcher::Batcher;
use crate::coalesce::bulk_tags::BulkTags;
use crate::coalesce::kept::Kept;
use crate::{Error, ResourceTags, TaggedObjects, Tags, batches};

/// AWS takes at most a hundred ARNs in a call, and answers such a call in one page.
const ARNS_PER_CALL: usize = 100;

/// As many as AWS lets a page hold.
const OBJECTS_PER_PAGE: i32 = 100;

pub(super) type Tagging = Channel<aws_sdk_resourcegroupstagging::Client>;

impl Tagging {
    async fn by_arns(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error> {
        let mut all = BTreeMap::new();
        for piece in arns.chunks(ARNS_PER_CALL) {
            let request = self.client.get_resources().set_resource_arn_list(Some(piece.to_vec()));
            let answer = self.call("GetResources", "", || request.clone().send()).await?;
            all.extend(answer.resource_tag_mapping_list().iter().filter_map(from_sdk));
        }
        Ok(all)
    }

    async fn with_tags(&self, tags: &Tags) -> Result<Arc<TaggedObjects>, Error> {
        let filters: Vec<TagFilter> =
            tags.iter().map(|(key, value)| TagFilter::builder().key(key).values(value).build()).collect();
        let objects = batches::pages_into(|page| {
            let request = self
                .client
                .get_resources()
                .set_tag_filters(Some(filters.clone()))
                .resources_per_page(OBJECTS_PER_PAGE)
                .set_pagination_token(page);
            async move {
                let answer = self.call("GetResources", "", || request.clone().send()).await?;
                let objects = answer.resource_tag_mapping_list.into_iter().flatten();
                Ok((objects.filter_map(|found| from_sdk(&found)), answer.pagination_token))
            }
        });
        objects.await.map(Arc::new)
    }
}

#[derive(Clone)]
pub(super) struct SdkResourceTags {
    channel: Arc<Tagging>,
    /// Lists for a refresh.
    lists: Option<Batcher<Tags, Arc<TaggedObjects>>>,
}

impl SdkResourceTags {
    pub(super) fn new(channel: Arc<Tagging>) -> Self {
        Self { channel, lists: None }
    }

    /// Tags of many objects, for their services' own reads of tags.
    pub(super) fn bulk_tags(&self) -> BulkTags {
        let channel = self.channel.clone();
        BulkTags::new(move |arns: Vec<String>| {
            let channel = channel.clone();
            async move { channel.by_arns(&arns).await }
        })
    }

    /// With lists that are kept for some seconds. After a failure the lists are empty: where the service does not
    /// answer, each of many apps would wait for it. Listed tags are also passed to `bulk_tags`.
    pub(super) fn refreshing(&self, bulk_tags: BulkTags) -> Self {
        let kept: Arc<Kept<Tags, TaggedObjects>> = Arc::default();
        let is_closed = Arc::new(AtomicBool::new(false));
        let lists = Batcher::single(&self.channel, move |channel, tags: Tags| {
            let (kept, is_closed, bulk_tags) = (kept.clone(), is_closed.clone(), bulk_tags.clone());
            async move {
                if is_closed.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                if let Some(list) = kept.get(&tags) {
                    return Ok(Some(list));
                }
                let list = channel
                    .with_tags(&tags)
                    .await
                    .inspect_err(|_| is_closed.store(true, Ordering::Relaxed))?;
                bulk_tags.keep(&list);
                kept.put_all([(tags, list.clone())]);
                Ok(Some(list))
            }
        });
        Self { channel: self.channel.clone(), lists: Some(lists) }
    }
}

#[async_trait]
impl ResourceTags for SdkResourceTags {
    async fn by_arns(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error> {
        self.channel.by_arns(arns).await
    }

    async fn with_tags(&self, tags: &Tags) -> Result<Arc<TaggedObjects>, Error> {
        match &self.lists {
            Some(lists) => Ok(lists.get_one(tags.clone()).await?.unwrap_or_default()),
            None => self.channel.with_tags(tags).await,
        }
    }
}

fn from_sdk(found: &ResourceTagMapping) -> Option<(String, Tags)> {
    let tags = found.tags().iter().map(|tag| (tag.key(), tag.value()));
    Some((found.resource_arn()?.to_owned(), from_pairs(tags)))
}
