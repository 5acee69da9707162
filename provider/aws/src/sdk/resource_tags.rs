//! The tagging service on the SDK.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::channel::Channel;
use super::tags::from_pairs;
use crate::{Error, ResourceTags, Tags};

/// AWS takes at most a hundred ARNs in a call, and answers such a call in one page.
const ARNS_PER_CALL: usize = 100;

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
            all.extend(answer.resource_tag_mapping_list().iter().filter_map(|found| {
                let tags = found.tags().iter().map(|tag| (tag.key(), tag.value()));
                Some((found.resource_arn()?.to_owned(), from_pairs(tags)))
            }));
        }
        Ok(all)
    }
}
