//! Log groups on the SDK, looked up fifty names in a call.

use std::sync::Arc;

use async_trait::async_trait;

use super::channel::Channel;
use super::failure::if_there;
use super::tags::{from_pairs, to_map};
use crate::coalesce::batcher::Batcher;
use crate::coalesce::bulk_tags::BulkTags;
use crate::coalesce::reads::Reads;
use crate::{Error, LogGroup, LogGroups, NewLogGroup, Tags, batches};

/// AWS describes at most fifty log groups by name in a call.
const NAMES_PER_CALL: usize = 50;

pub(super) type Logs = Channel<aws_sdk_cloudwatchlogs::Client>;

impl Logs {
    /// Groups whose names begin with `prefix`.
    async fn groups(&self, prefix: &str) -> Result<Vec<LogGroup>, Error> {
        let groups = batches::pages(|page| async move {
            let request = self
                .client
                .describe_log_groups()
                .set_log_group_name_prefix(Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty()))
                .limit(50)
                .set_next_token(page);
            let answer = self.call("DescribeLogGroups", prefix, || request.clone().send()).await?;
            Ok((answer.log_groups.unwrap_or_default(), answer.next_token))
        });
        let mut all: Vec<LogGroup> = groups.await?.into_iter().map(log_group_from_sdk).collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(all)
    }

    /// Groups by name. One name by itself is looked for as a prefix, which emulators know.
    async fn groups_by_names(&self, names: &[String]) -> Result<Vec<LogGroup>, Error> {
        if let [name] = names {
            let groups = self.groups(name).await?;
            return Ok(groups.into_iter().filter(|group| group.name == *name).collect());
        }
        let mut all = Vec::new();
        for piece in names.chunks(NAMES_PER_CALL) {
            let mut page = None;
            loop {
                let request = self
                    .client
                    .describe_log_groups()
                    .set_log_group_identifiers(Some(piece.to_vec()))
                    .set_next_token(page);
                let object = piece.join(",");
                let answer = self.call("DescribeLogGroups", &object, || request.clone().send()).await?;
                // The filter is AWS's, but an emulator may ignore it.
                let found = answer.log_groups.into_iter().flatten().map(log_group_from_sdk);
                all.extend(found.filter(|group| piece.contains(&group.name)));
                page = answer.next_token;
                if page.is_none() || piece.iter().all(|name| all.iter().any(|group| group.name == *name)) {
                    break;
                }
            }
        }
        Ok(all)
    }
}

#[derive(Clone)]
pub(super) struct SdkLogGroups {
    channel: Arc<Logs>,
    by_name: Reads<String, LogGroup>,
    bulk_tags: BulkTags,
}

impl SdkLogGroups {
    pub(super) fn new(channel: Arc<Logs>) -> Self {
        let by_name = Batcher::keyed(
            NAMES_PER_CALL,
            &channel,
            |group: &LogGroup| &group.name,
            |channel, names| async move { channel.groups_by_names(&names).await },
        );
        Self { channel, by_name: Reads::new(by_name), bulk_tags: BulkTags::default() }
    }

    /// With tags from `bulk_tags`, and with groups that are kept for some seconds.
    pub(super) fn refreshing(&self, bulk_tags: BulkTags) -> Self {
        Self { by_name: self.by_name.refreshing(), bulk_tags, ..self.clone() }
    }
}

#[async_trait]
impl LogGroups for SdkLogGroups {
    async fn create(&self, new: &NewLogGroup) -> Result<(), Error> {
        let request = self
            .channel
            .client
            .create_log_group()
            .log_group_name(&new.name)
            .set_kms_key_id(new.kms_key.clone())
            .set_tags(to_map(&new.tags));
        self.channel.call("CreateLogGroup", &new.name, || request.clone().send()).await.map(drop)
    }

    async fn describe(&self, prefix: &str) -> Result<Vec<LogGroup>, Error> {
        self.channel.groups(prefix).await
    }

    async fn by_names(&self, names: &[String]) -> Result<Vec<LogGroup>, Error> {
        self.by_name.all(names).await
    }

    async fn get(&self, name: &str) -> Result<Option<LogGroup>, Error> {
        self.by_name.one(name.to_owned()).await
    }

    async fn set_retention(&self, name: &str, days: Option<u32>) -> Result<(), Error> {
        if let Some(days) = days {
            let days = i32::try_from(days).unwrap_or(i32::MAX);
            let request =
                self.channel.client.put_retention_policy().log_group_name(name).retention_in_days(days);
            self.channel.call("PutRetentionPolicy", name, || request.clone().send()).await.map(drop)
        } else {
            let request = self.channel.client.delete_retention_policy().log_group_name(name);
            self.channel.call("DeleteRetentionPolicy", name, || request.clone().send()).await.map(drop)
        }
    }

    async fn set_kms_key(&self, name: &str, key_arn: Option<&str>) -> Result<(), Error> {
        if let Some(key) = key_arn {
            let request = self.channel.client.associate_kms_key().log_group_name(name).kms_key_id(key);
            self.channel.call("AssociateKmsKey", name, || request.clone().send()).await.map(drop)
        } else {
            let request = self.channel.client.disassociate_kms_key().log_group_name(name);
            self.channel.call("DisassociateKmsKey", name, || request.clone().send()).await.map(drop)
        }
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        let alone = async {
            let request = self.channel.client.list_tags_for_resource().resource_arn(arn);
            let answer = self.channel.call("ListTagsForResource", arn, || request.clone().send()).await?;
            let tags = answer.tags.unwrap_or_default();
            Ok(from_pairs(tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))))
        };
        self.bulk_tags.of(arn, alone).await
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        let request = self.channel.client.tag_resource().resource_arn(arn).set_tags(to_map(tags));
        self.channel.call("TagResource", arn, || request.clone().send()).await.map(drop)
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        let request =
            self.channel.client.untag_resource().resource_arn(arn).set_tag_keys(Some(keys.to_vec()));
        self.channel.call("UntagResource", arn, || request.clone().send()).await.map(drop)
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        let request = self.channel.client.delete_log_group().log_group_name(name);
        let answer = self.channel.call("DeleteLogGroup", name, || request.clone().send()).await;
        if_there(answer).map(drop)
    }
}

fn log_group_from_sdk(found: aws_sdk_cloudwatchlogs::types::LogGroup) -> LogGroup {
    let arn = found.log_group_arn.or(found.arn).unwrap_or_default();
    LogGroup {
        name: found.log_group_name.unwrap_or_default(),
        arn: arn.strip_suffix(":*").unwrap_or(&arn).to_owned(),
        retention_days: found.retention_in_days.and_then(|days| u32::try_from(days).ok()),
        kms_key: found.kms_key_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(builder: aws_sdk_cloudwatchlogs::types::builders::LogGroupBuilder, arn: &str) {
        assert_eq!(log_group_from_sdk(builder.build()).arn, arn);
    }

    #[test]
    fn the_arn_never_ends_in_a_star() {
        let builder = aws_sdk_cloudwatchlogs::types::LogGroup::builder;
        check(builder().arn("arn:aws:logs:r:1:log-group:a:*"), "arn:aws:logs:r:1:log-group:a");
        check(
            builder().arn("x:*").log_group_arn("arn:aws:logs:r:1:log-group:a"),
            "arn:aws:logs:r:1:log-group:a",
        );
    }
}
