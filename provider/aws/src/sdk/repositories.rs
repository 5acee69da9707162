//! ECR on the SDK. Repositories are described a hundred in a call.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_ecr::types::{ImageIdentifier, ImageScanningConfiguration, Tag};

use super::channel::{Channel, PROPAGATION};
use super::failure::if_there;
use super::repository_form::{
    encryption_to_sdk, finding_from_sdk, identifier, image_from_sdk, login_from_sdk, mutability_to_sdk,
    repository_from_sdk, scan_status_from_sdk,
};
use super::tags::{from_pairs, to_list};
use crate::batches::Batches;
use crate::coalesce::batcher::Batcher;
use crate::coalesce::bulk_tags::BulkTags;
use crate::coalesce::kept::Answers;
use crate::coalesce::reads::Reads;
use crate::{
    Contents, Error, ErrorKind, Finding, Image, ImageReference, NewRepository, RegistryLogin, Repositories,
    Repository, ScanFindings, ScanStatus, Service, TagMutability, Tags,
};

/// AWS describes at most a hundred repositories by name in a call.
const NAMES_PER_CALL: usize = 100;

pub(super) type Ecr = Channel<aws_sdk_ecr::Client>;

impl Ecr {
    async fn repositories(&self, names: &[String]) -> Result<Vec<Repository>, Error> {
        let mut found = Vec::new();
        let mut batches = Batches::new(names, NAMES_PER_CALL);
        while let Some(piece) = batches.next() {
            let request = self.client.describe_repositories().set_repository_names(Some(piece.clone()));
            let answer = self.call("DescribeRepositories", &piece.join(","), || request.clone().send()).await;
            match answer {
                Ok(answer) => found.extend(answer.repositories().iter().map(repository_from_sdk)),
                Err(error) if error.is_not_found() => match missing_name(error.message(), &piece) {
                    Some(name) => batches.without(piece, &name),
                    None => batches.split(piece),
                },
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn lifecycle_policy(&self, name: &str) -> Result<Option<String>, Error> {
        let request = self.client.get_lifecycle_policy().repository_name(name);
        let answer = self.call("GetLifecyclePolicy", name, || request.clone().send()).await;
        Ok(if_there(answer)?.and_then(|answer| answer.lifecycle_policy_text))
    }

    async fn repository_policy(&self, name: &str) -> Result<Option<String>, Error> {
        let request = self.client.get_repository_policy().repository_name(name);
        let answer = self.call("GetRepositoryPolicy", name, || request.clone().send()).await;
        Ok(if_there(answer)?.and_then(|answer| answer.policy_text))
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        let request = self.client.list_tags_for_resource().resource_arn(arn);
        let answer = self.call("ListTagsForResource", arn, || request.clone().send()).await?;
        Ok(from_pairs(answer.tags().iter().map(|tag| (tag.key(), tag.value()))))
    }
}

#[derive(Clone)]
pub(super) struct SdkRepositories {
    channel: Arc<Ecr>,
    by_name: Reads<String, Repository>,
    lifecycle_policies: Answers<String, Option<String>>,
    repository_policies: Answers<String, Option<String>>,
    bulk_tags: BulkTags,
}

impl SdkRepositories {
    pub(super) fn new(channel: Arc<Ecr>) -> Self {
        let by_name = Batcher::keyed(
            NAMES_PER_CALL,
            &channel,
            |repository: &Repository| &repository.name,
            |channel, names| async move { channel.repositories(&names).await },
        );
        Self {
            channel,
            by_name: Reads::new(by_name),
            lifecycle_policies: Answers::exact(),
            repository_policies: Answers::exact(),
            bulk_tags: BulkTags::default(),
        }
    }

    /// With tags from `bulk_tags`, and with answers that are kept for some seconds.
    pub(super) fn refreshing(&self, bulk_tags: BulkTags) -> Self {
        Self {
            by_name: self.by_name.refreshing(),
            lifecycle_policies: Answers::kept(),
            repository_policies: Answers::kept(),
            bulk_tags,
            ..self.clone()
        }
    }
}

#[async_trait]
impl Repositories for SdkRepositories {
    async fn create(&self, new: &NewRepository) -> Result<Repository, Error> {
        let operation = "CreateRepository";
        let refused = |error: aws_sdk_ecr::error::BuildError| {
            Error::new(ErrorKind::Invalid, Service::Ecr, operation, &new.name, error.to_string())
        };
        let (mutability, filters) = mutability_to_sdk(&new.tag_mutability).map_err(refused)?;
        let tags =
            to_list(&new.tags, |key, value| Tag::builder().key(key).value(value).build()).map_err(refused)?;
        let request = self
            .channel
            .client
            .create_repository()
            .repository_name(&new.name)
            .encryption_configuration(encryption_to_sdk(&new.encryption).map_err(refused)?)
            .image_scanning_configuration(
                ImageScanningConfiguration::builder().scan_on_push(new.scan_on_push).build(),
            )
            .image_tag_mutability(mutability)
            .set_image_tag_mutability_exclusion_filters(filters)
            .set_tags(tags);
        let answer = self.channel.call(operation, &new.name, || request.clone().send()).await?;
        let created = answer.repository.ok_or_else(|| {
            let message = "AWS answered without the repository";
            Error::new(ErrorKind::Other, Service::Ecr, operation, &new.name, message)
        })?;
        Ok(repository_from_sdk(&created))
    }

    async fn describe(&self, names: &[String]) -> Result<Vec<Repository>, Error> {
        self.by_name.all(names).await
    }

    async fn set_tag_mutability(&self, name: &str, mutability: &TagMutability) -> Result<(), Error> {
        let operation = "PutImageTagMutability";
        let (mutability, filters) = mutability_to_sdk(mutability).map_err(|error| {
            Error::new(ErrorKind::Invalid, Service::Ecr, operation, name, error.to_string())
        })?;
        let request = self
            .channel
            .client
            .put_image_tag_mutability()
            .repository_name(name)
            .image_tag_mutability(mutability)
            .set_image_tag_mutability_exclusion_filters(filters);
        self.channel.call(operation, name, || request.clone().send()).await.map(drop)
    }

    async fn set_scan_on_push(&self, name: &str, scan: bool) -> Result<(), Error> {
        let scanning = ImageScanningConfiguration::builder().scan_on_push(scan).build();
        let request = self
            .channel
            .client
            .put_image_scanning_configuration()
            .repository_name(name)
            .image_scanning_configuration(scanning);
        self.channel.call("PutImageScanningConfiguration", name, || request.clone().send()).await.map(drop)
    }

    async fn lifecycle_policy(&self, name: &str) -> Result<Option<String>, Error> {
        self.lifecycle_policies.read(name.to_owned(), self.channel.lifecycle_policy(name)).await
    }

    async fn put_lifecycle_policy(&self, name: &str, policy: &str) -> Result<(), Error> {
        let request =
            self.channel.client.put_lifecycle_policy().repository_name(name).lifecycle_policy_text(policy);
        self.channel.call("PutLifecyclePolicy", name, || request.clone().send()).await.map(drop)
    }

    async fn delete_lifecycle_policy(&self, name: &str) -> Result<(), Error> {
        let request = self.channel.client.delete_lifecycle_policy().repository_name(name);
        let answer = self.channel.call("DeleteLifecyclePolicy", name, || request.clone().send()).await;
        if_there(answer).map(drop)
    }

    async fn repository_policy(&self, name: &str) -> Result<Option<String>, Error> {
        self.repository_policies.read(name.to_owned(), self.channel.repository_policy(name)).await
    }

    async fn put_repository_policy(&self, name: &str, policy: &str) -> Result<(), Error> {
        let request = self.channel.client.set_repository_policy().repository_name(name).policy_text(policy);
        self.channel
            .call_patiently(PROPAGATION, "SetRepositoryPolicy", name, || request.clone().send())
            .await
            .map(drop)
    }

    async fn delete_repository_policy(&self, name: &str) -> Result<(), Error> {
        let request = self.channel.client.delete_repository_policy().repository_name(name);
        let answer = self.channel.call("DeleteRepositoryPolicy", name, || request.clone().send()).await;
        if_there(answer).map(drop)
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        self.bulk_tags.of(arn, self.channel.tags(arn)).await
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        let operation = "TagResource";
        let tags =
            to_list(tags, |key, value| Tag::builder().key(key).value(value).build()).map_err(|error| {
                Error::new(ErrorKind::Invalid, Service::Ecr, operation, arn, error.to_string())
            })?;
        let request = self.channel.client.tag_resource().resource_arn(arn).set_tags(tags);
        self.channel.call(operation, arn, || request.clone().send()).await.map(drop)
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        let request =
            self.channel.client.untag_resource().resource_arn(arn).set_tag_keys(Some(keys.to_vec()));
        self.channel.call("UntagResource", arn, || request.clone().send()).await.map(drop)
    }

    async fn delete(&self, name: &str, contents: Contents) -> Result<(), Error> {
        let request =
            self.channel.client.delete_repository().repository_name(name).force(contents == Contents::Delete);
        let answer = self.channel.call("DeleteRepository", name, || request.clone().send()).await;
        if_there(answer).map(drop)
    }

    async fn holds_images(&self, name: &str) -> Result<bool, Error> {
        let request = self.channel.client.describe_images().repository_name(name).max_results(1);
        let answer = self.channel.call("DescribeImages", name, || request.clone().send()).await;
        Ok(if_there(answer)?.is_some_and(|answer| !answer.image_details().is_empty()))
    }

    async fn image(&self, name: &str, reference: &ImageReference) -> Result<Option<Image>, Error> {
        let request =
            self.channel.client.describe_images().repository_name(name).image_ids(identifier(reference));
        let answer = self.channel.call("DescribeImages", name, || request.clone().send()).await;
        Ok(if_there(answer)?.and_then(|answer| answer.image_details().first().map(image_from_sdk)))
    }

    async fn scan_findings(&self, name: &str, digest: &str) -> Result<ScanFindings, Error> {
        let none = ScanFindings { status: ScanStatus::None, counts: [].into(), findings: Vec::new() };
        let mut all = none.clone();
        let mut page = None;
        loop {
            let request = self
                .channel
                .client
                .describe_image_scan_findings()
                .repository_name(name)
                .image_id(ImageIdentifier::builder().image_digest(digest).build())
                .set_next_token(page);
            let object = format!("{name}@{digest}");
            let answer =
                self.channel.call("DescribeImageScanFindings", &object, || request.clone().send()).await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) if error.code() == Some("ScanNotFoundException") => return Ok(none),
                Err(error) => return Err(error),
            };
            let status = answer.image_scan_status();
            all.status = scan_status_from_sdk(
                status.and_then(|status| status.status()).map_or("", |status| status.as_str()),
                status.and_then(|status| status.description()),
            );
            if let Some(page) = answer.image_scan_findings() {
                // The counts are of the whole scan on every page.
                all.counts = page
                    .finding_severity_counts()
                    .into_iter()
                    .flatten()
                    .map(|(severity, count)| {
                        (severity.as_str().to_owned(), u64::try_from(*count).unwrap_or(0))
                    })
                    .collect();
                all.findings.extend(page.findings().iter().map(finding_from_sdk));
                all.findings.extend(page.enhanced_findings().iter().map(|finding| {
                    Finding {
                        name: finding.title().unwrap_or_default().to_owned(),
                        severity: finding.severity().unwrap_or("UNDEFINED").to_owned(),
                        package: finding
                            .package_vulnerability_details()
                            .and_then(|details| details.vulnerable_packages().first())
                            .and_then(|package| package.name())
                            .map(str::to_owned),
                        uri: finding
                            .package_vulnerability_details()
                            .and_then(|details| details.source_url())
                            .map(str::to_owned),
                    }
                }));
            }
            page = answer.next_token;
            if page.is_none() {
                return Ok(all);
            }
        }
    }

    async fn start_scan(&self, name: &str, reference: &ImageReference) -> Result<String, Error> {
        let request =
            self.channel.client.start_image_scan().repository_name(name).image_id(identifier(reference));
        let answer = self.channel.call("StartImageScan", name, || request.clone().send()).await?;
        let status = answer.image_scan_status.and_then(|status| status.status);
        Ok(status.map_or_else(|| "UNKNOWN".to_owned(), |status| status.as_str().to_owned()))
    }

    async fn login(&self) -> Result<RegistryLogin, Error> {
        let operation = "GetAuthorizationToken";
        let request = self.channel.client.get_authorization_token();
        let answer = self.channel.call(operation, "", || request.clone().send()).await?;
        let found = answer.authorization_data().first();
        found.and_then(login_from_sdk).ok_or_else(|| {
            let message = "AWS answered without a user, a password and the time when they expire";
            Error::new(ErrorKind::Other, Service::Ecr, operation, "", message)
        })
    }
}

/// AWS names one of the repositories that are missing: `The repository with name 'x' does not exist …`.
fn missing_name(message: &str, asked: &[String]) -> Option<String> {
    let (_, rest) = message.split_once("name '")?;
    let (name, _) = rest.split_once('\'')?;
    asked.iter().find(|asked| *asked == name).cloned()
}

#[cfg(test)]
mod tests {
    use super::missing_name;

    #[test]
    fn the_missing_repository_is_read_from_the_message() {
        let asked = ["a".to_owned(), "b/c".to_owned()];
        let message = "The repository with name 'b/c' does not exist in the registry with id '1'";
        assert_eq!(missing_name(message, &asked), Some("b/c".to_owned()));
        assert_eq!(missing_name("The repository with name 'z' does not exist", &asked), None);
        assert_eq!(missing_name("gone", &asked), None);
    }
}
