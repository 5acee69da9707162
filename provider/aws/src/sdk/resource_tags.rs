//! The tagging service on the SDK.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};

use super::channel::Channel;
use super::tags::from_pairs;
use crate::{Error, ResourceTags, Tags};

/// AWS takes at most a hundred ARNs in a call, and answers such a call in one page.
const ARNS_PER_CALL: usize = 100;

/// As many as AWS lets a page hold.
const OBJECTS_PER_PAGE: i32 = 100;

pub(super) struct SdkResourceTags {
    pub(super) client: aws_sdk_resourcegroupstagging::Client,
    pub(super) channel: Channel,
}

#[async_trait]
impl ResourceTags for SdkResourceTags {
    async fn by_arns(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error> {
        let mut all = BTreeMap::new();
        for piece in arns.chunks(ARNS_PER_CALL) {
            let request = self.client.get_resources().set_resource_arn_list(Some(piece.to_vec()));
            let answer = self.channel.call("GetResources", "", || request.clone().send()).await?;
            all.extend(answer.resource_tag_mapping_list().iter().filter_map(from_sdk));
        }
        Ok(all)
    }

    async fn with_tags(&self, tags: &Tags) -> Result<BTreeMap<String, Tags>, Error> {
        let filters: Vec<TagFilter> =
            tags.iter().map(|(key, value)| TagFilter::builder().key(key).values(value).build()).collect();
        let (mut all, mut page) = (BTreeMap::new(), None);
        loop {
            let request = self
                .client
                .get_resources()
                .set_tag_filters(Some(filters.clone()))
                .resources_per_page(OBJECTS_PER_PAGE)
                .set_pagination_token(page);
            let answer = self.channel.call("GetResources", "", || request.clone().send()).await?;
            all.extend(answer.resource_tag_mapping_list().iter().filter_map(from_sdk));
            page = answer.pagination_token.filter(|token| !token.is_empty());
            if page.is_none() {
                return Ok(all);
            }
        }
    }
}

fn from_sdk(found: &ResourceTagMapping) -> Option<(String, Tags)> {
    let tags = found.tags().iter().map(|tag| (tag.key(), tag.value()));
    Some((found.resource_arn()?.to_owned(), from_pairs(tags)))
}
