//! Tags of load balancers, target groups and rules, which AWS keeps behind the same three calls.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::error::BuildError;
use aws_sdk_elasticloadbalancingv2::types::Tag;

use super::channel::Channel;
use super::tags::{from_pairs, to_list};
use crate::batches::Batches;
use crate::{Error, ErrorKind, Service, Tags};

/// AWS describes the tags of at most twenty objects in a call.
const ARNS_PER_CALL: usize = 20;

pub(super) fn from_sdk(tags: &[Tag]) -> Tags {
    from_pairs(tags.iter().filter_map(|tag| tag.key().map(|key| (key, tag.value().unwrap_or_default()))))
}

pub(super) fn to_sdk(operation: &'static str, object: &str, tags: &Tags) -> Result<Option<Vec<Tag>>, Error> {
    to_list(tags, |key, value| Ok(Tag::builder().key(key).value(value).build())).map_err(
        |error: BuildError| {
            Error::new(ErrorKind::Invalid, Service::Elb, operation, object, error.to_string())
        },
    )
}

pub(super) async fn describe(
    client: &Client,
    channel: &Channel,
    arns: &[String],
) -> Result<BTreeMap<String, Tags>, Error> {
    let mut all = BTreeMap::new();
    let mut batches = Batches::new(arns, ARNS_PER_CALL);
    while let Some(piece) = batches.next() {
        let request = client.describe_tags().set_resource_arns(Some(piece.clone()));
        match channel.call("DescribeTags", &piece.join(","), || request.clone().send()).await {
            Ok(answer) => all.extend(answer.tag_descriptions().iter().filter_map(|found| {
                let arn = found.resource_arn()?;
                Some((arn.to_owned(), from_sdk(found.tags())))
            })),
            Err(error) if error.is_not_found() => batches.split(piece),
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

pub(super) async fn add(client: &Client, channel: &Channel, arn: &str, tags: &Tags) -> Result<(), Error> {
    let operation = "AddTags";
    let request = client.add_tags().resource_arns(arn).set_tags(to_sdk(operation, arn, tags)?);
    channel.call(operation, arn, || request.clone().send()).await.map(drop)
}

pub(super) async fn remove(
    client: &Client,
    channel: &Channel,
    arn: &str,
    keys: &[String],
) -> Result<(), Error> {
    let request = client.remove_tags().resource_arns(arn).set_tag_keys(Some(keys.to_vec()));
    channel.call("RemoveTags", arn, || request.clone().send()).await.map(drop)
}
