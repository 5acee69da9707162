//! SSM parameters on the SDK, read ten in a call.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_ssm::error::BuildError;
use aws_sdk_ssm::types::{ParameterType, ResourceTypeForTagging, Tag};

use super::channel::Channel;
use super::failure::if_there;
use super::tags::{from_pairs, to_list};
use crate::coalesce::batcher::Batcher;
use crate::coalesce::bulk_tags::BulkTags;
use crate::coalesce::reads::Reads;
use crate::{Account, Error, ErrorKind, NewParameter, Parameter, ParameterKind, Parameters, Service, Tags};

/// AWS reads at most ten parameters in a call.
const NAMES_PER_CALL: usize = 10;

pub(super) type Ssm = Channel<aws_sdk_ssm::Client>;

impl Ssm {
    async fn parameters(&self, names: &[String]) -> Result<Vec<Parameter>, Error> {
        let mut names = names.to_vec();
        names.sort();
        // AWS refuses a call that names a parameter twice.
        names.dedup();
        let mut all = Vec::new();
        for piece in names.chunks(NAMES_PER_CALL) {
            let request = self.client.get_parameters().set_names(Some(piece.to_vec())).with_decryption(false);
            let answer = self.call("GetParameters", &piece.join(","), || request.clone().send()).await?;
            all.extend(answer.parameters.into_iter().flatten().map(parameter_from_sdk));
        }
        Ok(all)
    }

    async fn tags(&self, name: &str) -> Result<Tags, Error> {
        let request = self
            .client
            .list_tags_for_resource()
            .resource_type(ResourceTypeForTagging::Parameter)
            .resource_id(name);
        let answer = self.call("ListTagsForResource", name, || request.clone().send()).await?;
        Ok(from_pairs(answer.tag_list().iter().map(|tag| (tag.key(), tag.value()))))
    }
}

#[derive(Clone)]
pub(super) struct SdkParameters {
    channel: Arc<Ssm>,
    account: Arc<Account>,
    by_name: Reads<String, Parameter>,
    bulk_tags: BulkTags,
}

impl SdkParameters {
    pub(super) fn new(channel: Arc<Ssm>, account: Arc<Account>) -> Self {
        let by_name = Batcher::keyed(
            NAMES_PER_CALL,
            &channel,
            |parameter: &Parameter| &parameter.name,
            |channel, names| async move { channel.parameters(&names).await },
        );
        Self { channel, account, by_name: Reads::new(by_name), bulk_tags: BulkTags::default() }
    }

    /// With tags from `bulk_tags`, and with parameters that are kept for some seconds.
    pub(super) fn refreshing(&self, bulk_tags: BulkTags) -> Self {
        Self { by_name: self.by_name.refreshing(), bulk_tags, ..self.clone() }
    }

    /// SSM's own calls name a parameter by its name alone, the tagging service by its ARN.
    async fn arn(&self, name: &str) -> Result<String, Error> {
        let (partition, region) = (self.account.partition(), self.account.region());
        let path = name.trim_start_matches('/');
        Ok(format!("arn:{partition}:ssm:{region}:{}:parameter/{path}", self.account.id().await?))
    }
}

#[async_trait]
impl Parameters for SdkParameters {
    async fn create(&self, new: &NewParameter) -> Result<(), Error> {
        let operation = "PutParameter";
        let request = self
            .channel
            .client
            .put_parameter()
            .name(&new.name)
            .value(&new.value)
            .r#type(ParameterType::String)
            .set_description(Some(new.description.clone()).filter(|text| !text.is_empty()))
            .overwrite(false)
            .set_tags(tags_to_sdk(operation, &new.name, &new.tags)?);
        self.channel.call(operation, &new.name, || request.clone().send()).await.map(drop)
    }

    async fn set_value(&self, name: &str, value: &str) -> Result<(), Error> {
        // Overwriting would create what is missing, so this looks first.
        if self.channel.parameters(&[name.to_owned()]).await?.is_empty() {
            let message = "the parameter does not exist";
            return Err(Error::new(ErrorKind::NotFound, Service::Ssm, "PutParameter", name, message)
                .with_code("ParameterNotFound"));
        }
        let request = self.channel.client.put_parameter().name(name).value(value).overwrite(true);
        self.channel.call("PutParameter", name, || request.clone().send()).await.map(drop)
    }

    async fn get(&self, names: &[String]) -> Result<Vec<Parameter>, Error> {
        self.by_name.all(names).await
    }

    async fn tags(&self, name: &str) -> Result<Tags, Error> {
        if self.bulk_tags.is_open() {
            self.bulk_tags.of(&self.arn(name).await?, self.channel.tags(name)).await
        } else {
            self.channel.tags(name).await
        }
    }

    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), Error> {
        let operation = "AddTagsToResource";
        let request = self
            .channel
            .client
            .add_tags_to_resource()
            .resource_type(ResourceTypeForTagging::Parameter)
            .resource_id(name)
            .set_tags(tags_to_sdk(operation, name, tags)?);
        self.channel.call(operation, name, || request.clone().send()).await.map(drop)
    }

    async fn untag(&self, name: &str, keys: &[String]) -> Result<(), Error> {
        let request = self
            .channel
            .client
            .remove_tags_from_resource()
            .resource_type(ResourceTypeForTagging::Parameter)
            .resource_id(name)
            .set_tag_keys(Some(keys.to_vec()));
        self.channel.call("RemoveTagsFromResource", name, || request.clone().send()).await.map(drop)
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        let request = self.channel.client.delete_parameter().name(name);
        let answer = self.channel.call("DeleteParameter", name, || request.clone().send()).await;
        if_there(answer).map(drop)
    }
}

fn tags_to_sdk(operation: &'static str, name: &str, tags: &Tags) -> Result<Option<Vec<Tag>>, Error> {
    to_list(tags, |key, value| Tag::builder().key(key).value(value).build()).map_err(|error: BuildError| {
        Error::new(ErrorKind::Invalid, Service::Ssm, operation, name, error.to_string())
    })
}

fn parameter_from_sdk(found: aws_sdk_ssm::types::Parameter) -> Parameter {
    Parameter {
        name: found.name.unwrap_or_default(),
        arn: found.arn.unwrap_or_default(),
        value: found.value.unwrap_or_default(),
        kind: match found.r#type {
            Some(ParameterType::SecureString) => ParameterKind::Secure,
            Some(ParameterType::StringList) => ParameterKind::TextList,
            _ => ParameterKind::Text,
        },
        version: u64::try_from(found.version).unwrap_or(0),
    }
}
