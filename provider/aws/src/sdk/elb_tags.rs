//! Tags of load balancers, target groups and rules, which AWS keeps behind the same three calls.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::error::BuildError;
use aws_sdk_elasticloadbalancingv2::types::Tag;

use super::channel::Channel;
use super::tags::{from_pairs, to_list};
use crate::{Error, ErrorKind, Service, Tags, batches};

/// AWS describes the tags of at most twenty objects in a call.
const ARNS_PER_CALL: usize = 20;

fn from_sdk(tags: &[Tag]) -> Tags {
    from_pairs(tags.iter().filter_map(|tag| tag.key().map(|key| (key, tag.value().unwrap_or_default()))))
}

pub(super) fn to_sdk(operation: &'static str, object: &str, tags: &Tags) -> Result<Option<Vec<Tag>>, Error> {
    to_list(tags, |key, value| Ok(Tag::builder().key(key).value(value).build())).map_err(
        |error: BuildError| {
            Error::new(ErrorKind::Invalid, Service::Elb, operation, object, error.to_string())
        },
    )
}

/// Load balancers, target groups and rules share AWS' budget of calls, so they share one channel.
pub(super) type Elb = Channel<Client>;

impl Elb {
    /// The tags of objects by ARN.
    pub(super) async fn tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error> {
        let described = batches::found(arns, ARNS_PER_CALL, |piece| async move {
            let request = self.client.describe_tags().set_resource_arns(Some(piece.clone()));
            let object = piece.join(",");
            let answer = self.call("DescribeTags", &object, || request.clone().send()).await?;
            let tags = answer.tag_descriptions().iter().filter_map(|found| {
                let arn = found.resource_arn()?;
                Some((arn.to_owned(), from_sdk(found.tags())))
            });
            Ok(tags.collect())
        });
        Ok(described.await?.into_iter().collect())
    }

    pub(super) async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        let operation = "AddTags";
        let request = self.client.add_tags().resource_arns(arn).set_tags(to_sdk(operation, arn, tags)?);
        self.call(operation, arn, || request.clone().send()).await.map(drop)
    }

    pub(super) async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        let request = self.client.remove_tags().resource_arns(arn).set_tag_keys(Some(keys.to_vec()));
        self.call("RemoveTags", arn, || request.clone().send()).await.map(drop)
    }
}
