//! ECR on the SDK.

use std::time::SystemTime;

use async_trait::async_trait;
use aws_sdk_ecr::types::{
    AuthorizationData, EncryptionConfiguration, EncryptionType, ImageDetail, ImageIdentifier,
    ImageScanFinding, ImageScanningConfiguration, ImageTagMutability, ImageTagMutabilityExclusionFilter,
    ImageTagMutabilityExclusionFilterType, Tag,
};
use aws_smithy_types::base64;

use super::channel::{Channel, PROPAGATION};
use super::tags::{from_pairs, to_list};
use crate::batches::Batches;
use crate::{
    Contents, Encryption, Error, ErrorKind, Finding, Image, ImageReference, NewRepository, RegistryLogin,
    Repositories, Repository, ScanFindings, ScanStatus, Secret, Service, TagMutability, Tags,
};

/// AWS describes at most a hundred repositories by name in a call.
const NAMES_PER_CALL: usize = 100;

pub(super) struct SdkRepositories {
    pub(super) client: aws_sdk_ecr::Client,
    pub(super) channel: Channel,
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
        let mut found = Vec::new();
        let mut batches = Batches::new(names, NAMES_PER_CALL);
        while let Some(piece) = batches.next() {
            let request = self.client.describe_repositories().set_repository_names(Some(piece.clone()));
            let answer =
                self.channel.call("DescribeRepositories", &piece.join(","), || request.clone().send()).await;
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

    async fn set_tag_mutability(&self, name: &str, mutability: &TagMutability) -> Result<(), Error> {
        let operation = "PutImageTagMutability";
        let (mutability, filters) = mutability_to_sdk(mutability).map_err(|error| {
            Error::new(ErrorKind::Invalid, Service::Ecr, operation, name, error.to_string())
        })?;
        let request = self
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
            .client
            .put_image_scanning_configuration()
            .repository_name(name)
            .image_scanning_configuration(scanning);
        self.channel.call("PutImageScanningConfiguration", name, || request.clone().send()).await.map(drop)
    }

    async fn lifecycle_policy(&self, name: &str) -> Result<Option<String>, Error> {
        let request = self.client.get_lifecycle_policy().repository_name(name);
        let answer = self.channel.call("GetLifecyclePolicy", name, || request.clone().send()).await;
        Ok(if_there(answer)?.and_then(|answer| answer.lifecycle_policy_text))
    }

    async fn put_lifecycle_policy(&self, name: &str, policy: &str) -> Result<(), Error> {
        let request = self.client.put_lifecycle_policy().repository_name(name).lifecycle_policy_text(policy);
        self.channel.call("PutLifecyclePolicy", name, || request.clone().send()).await.map(drop)
    }

    async fn delete_lifecycle_policy(&self, name: &str) -> Result<(), Error> {
        let request = self.client.delete_lifecycle_policy().repository_name(name);
        let answer = self.channel.call("DeleteLifecyclePolicy", name, || request.clone().send()).await;
        if_there(answer).map(drop)
    }

    async fn repository_policy(&self, name: &str) -> Result<Option<String>, Error> {
        let request = self.client.get_repository_policy().repository_name(name);
        let answer = self.channel.call("GetRepositoryPolicy", name, || request.clone().send()).await;
        Ok(if_there(answer)?.and_then(|answer| answer.policy_text))
    }

    async fn put_repository_policy(&self, name: &str, policy: &str) -> Result<(), Error> {
        let request = self.client.set_repository_policy().repository_name(name).policy_text(policy);
        self.channel
            .call_patiently(PROPAGATION, "SetRepositoryPolicy", name, || request.clone().send())
            .await
            .map(drop)
    }

    async fn delete_repository_policy(&self, name: &str) -> Result<(), Error> {
        let request = self.client.delete_repository_policy().repository_name(name);
        let answer = self.channel.call("DeleteRepositoryPolicy", name, || request.clone().send()).await;
        if_there(answer).map(drop)
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        let request = self.client.list_tags_for_resource().resource_arn(arn);
        let answer = self.channel.call("ListTagsForResource", arn, || request.clone().send()).await?;
        Ok(from_pairs(answer.tags().iter().map(|tag| (tag.key(), tag.value()))))
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        let operation = "TagResource";
        let tags =
            to_list(tags, |key, value| Tag::builder().key(key).value(value).build()).map_err(|error| {
                Error::new(ErrorKind::Invalid, Service::Ecr, operation, arn, error.to_string())
            })?;
        let request = self.client.tag_resource().resource_arn(arn).set_tags(tags);
        self.channel.call(operation, arn, || request.clone().send()).await.map(drop)
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        let request = self.client.untag_resource().resource_arn(arn).set_tag_keys(Some(keys.to_vec()));
        self.channel.call("UntagResource", arn, || request.clone().send()).await.map(drop)
    }

    async fn delete(&self, name: &str, contents: Contents) -> Result<(), Error> {
        let request =
            self.client.delete_repository().repository_name(name).force(contents == Contents::Delete);
        let answer = self.channel.call("DeleteRepository", name, || request.clone().send()).await;
        if_there(answer).map(drop)
    }

    async fn holds_images(&self, name: &str) -> Result<bool, Error> {
        let request = self.client.describe_images().repository_name(name).max_results(1);
        let answer = self.channel.call("DescribeImages", name, || request.clone().send()).await;
        Ok(if_there(answer)?.is_some_and(|answer| !answer.image_details().is_empty()))
    }

    async fn image(&self, name: &str, reference: &ImageReference) -> Result<Option<Image>, Error> {
        let request = self.client.describe_images().repository_name(name).image_ids(identifier(reference));
        let answer = self.channel.call("DescribeImages", name, || request.clone().send()).await;
        Ok(if_there(answer)?.and_then(|answer| answer.image_details().first().map(image_from_sdk)))
    }

    async fn scan_findings(&self, name: &str, digest: &str) -> Result<ScanFindings, Error> {
        let none = ScanFindings { status: ScanStatus::None, counts: [].into(), findings: Vec::new() };
        let mut all = none.clone();
        let mut page = None;
        loop {
            let request = self
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
        let request = self.client.start_image_scan().repository_name(name).image_id(identifier(reference));
        let answer = self.channel.call("StartImageScan", name, || request.clone().send()).await?;
        let status = answer.image_scan_status.and_then(|status| status.status);
        Ok(status.map_or_else(|| "UNKNOWN".to_owned(), |status| status.as_str().to_owned()))
    }

    async fn login(&self) -> Result<RegistryLogin, Error> {
        let operation = "GetAuthorizationToken";
        let request = self.client.get_authorization_token();
        let answer = self.channel.call(operation, "", || request.clone().send()).await?;
        let found = answer.authorization_data().first();
        found.and_then(login_from_sdk).ok_or_else(|| {
            let message = "AWS answered without a user, a password and the time when they expire";
            Error::new(ErrorKind::Other, Service::Ecr, operation, "", message)
        })
    }
}

/// `None` where AWS answers that the object does not exist.
fn if_there<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// AWS names one of the repositories that are missing: `The repository with name 'x' does not exist …`.
fn missing_name(message: &str, asked: &[String]) -> Option<String> {
    let (_, rest) = message.split_once("name '")?;
    let (name, _) = rest.split_once('\'')?;
    asked.iter().find(|asked| *asked == name).cloned()
}

fn mutability_to_sdk(
    mutability: &TagMutability,
) -> Result<
    (ImageTagMutability, Option<Vec<ImageTagMutabilityExclusionFilter>>),
    aws_sdk_ecr::error::BuildError,
> {
    let (mutability, patterns) = match mutability {
        TagMutability::Mutable => return Ok((ImageTagMutability::Mutable, None)),
        TagMutability::Immutable => return Ok((ImageTagMutability::Immutable, None)),
        TagMutability::MutableExcept(patterns) => (ImageTagMutability::MutableWithExclusion, patterns),
        TagMutability::ImmutableExcept(patterns) => (ImageTagMutability::ImmutableWithExclusion, patterns),
    };
    let filters: Result<Vec<_>, _> = patterns
        .iter()
        .map(|pattern| {
            ImageTagMutabilityExclusionFilter::builder()
                .filter_type(ImageTagMutabilityExclusionFilterType::Wildcard)
                .filter(pattern)
                .build()
        })
        .collect();
    Ok((mutability, Some(filters?)))
}

fn encryption_to_sdk(
    encryption: &Encryption,
) -> Result<EncryptionConfiguration, aws_sdk_ecr::error::BuildError> {
    let builder = EncryptionConfiguration::builder();
    match encryption {
        Encryption::Aes256 => builder.encryption_type(EncryptionType::Aes256),
        Encryption::Kms { key } => builder.encryption_type(EncryptionType::Kms).set_kms_key(key.clone()),
        Encryption::KmsDualLayer { key } => {
            builder.encryption_type(EncryptionType::KmsDsse).set_kms_key(key.clone())
        }
    }
    .build()
}

fn repository_from_sdk(found: &aws_sdk_ecr::types::Repository) -> Repository {
    let patterns = || {
        found
            .image_tag_mutability_exclusion_filters()
            .iter()
            .map(|filter| filter.filter().to_owned())
            .collect::<Vec<_>>()
    };
    let key =
        || found.encryption_configuration().and_then(|encryption| encryption.kms_key()).map(str::to_owned);
    Repository {
        name: found.repository_name().unwrap_or_default().to_owned(),
        arn: found.repository_arn().unwrap_or_default().to_owned(),
        url: found.repository_uri().unwrap_or_default().to_owned(),
        encryption: match found.encryption_configuration().map(EncryptionConfiguration::encryption_type) {
            Some(EncryptionType::Kms) => Encryption::Kms { key: key() },
            Some(EncryptionType::KmsDsse) => Encryption::KmsDualLayer { key: key() },
            _ => Encryption::Aes256,
        },
        scan_on_push: found
            .image_scanning_configuration()
            .is_some_and(ImageScanningConfiguration::scan_on_push),
        tag_mutability: match found.image_tag_mutability() {
            Some(ImageTagMutability::Immutable) => TagMutability::Immutable,
            Some(ImageTagMutability::ImmutableWithExclusion) => TagMutability::ImmutableExcept(patterns()),
            Some(ImageTagMutability::MutableWithExclusion) => TagMutability::MutableExcept(patterns()),
            _ => TagMutability::Mutable,
        },
    }
}

fn image_from_sdk(found: &ImageDetail) -> Image {
    let mut tags = found.image_tags().to_vec();
    tags.sort();
    Image {
        digest: found.image_digest().unwrap_or_default().to_owned(),
        tags,
        size: found.image_size_in_bytes().and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
        pushed_at: found.image_pushed_at().map(aws_smithy_types::DateTime::secs),
        media_type: found.image_manifest_media_type().map(str::to_owned),
    }
}

fn identifier(reference: &ImageReference) -> ImageIdentifier {
    let builder = ImageIdentifier::builder();
    match reference {
        ImageReference::Tag(tag) => builder.image_tag(tag),
        ImageReference::Digest(digest) => builder.image_digest(digest),
    }
    .build()
}

/// The token is `USER:PASSWORD` in base64.
fn login_from_sdk(found: &AuthorizationData) -> Option<RegistryLogin> {
    let token = String::from_utf8(base64::decode(found.authorization_token()?).ok()?).ok()?;
    let (user_name, password) = token.split_once(':')?;
    let registry = found.proxy_endpoint()?;
    Some(RegistryLogin {
        registry: registry.strip_prefix("https://").unwrap_or(registry).to_owned(),
        user_name: user_name.to_owned(),
        password: Secret::new(password),
        expires_at: SystemTime::try_from(*found.expires_at()?).ok()?,
    })
}

fn finding_from_sdk(found: &ImageScanFinding) -> Finding {
    let attribute = |name: &str| {
        let attribute = found.attributes().iter().find(|attribute| attribute.key() == name);
        attribute.and_then(|attribute| attribute.value()).map(str::to_owned)
    };
    Finding {
        name: found.name().unwrap_or_default().to_owned(),
        severity: found.severity().map_or("UNDEFINED", |severity| severity.as_str()).to_owned(),
        package: attribute("package_name"),
        uri: found.uri().map(str::to_owned),
    }
}

fn scan_status_from_sdk(status: &str, description: Option<&str>) -> ScanStatus {
    match status {
        "COMPLETE" | "ACTIVE" => ScanStatus::Complete,
        "IN_PROGRESS" | "PENDING" => ScanStatus::Pending,
        "" => ScanStatus::None,
        other => ScanStatus::Failed(description.unwrap_or(other).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_repository_is_read_from_the_message() {
        let asked = ["a".to_owned(), "b/c".to_owned()];
        let message = "The repository with name 'b/c' does not exist in the registry with id '1'";
        assert_eq!(missing_name(message, &asked), Some("b/c".to_owned()));
        assert_eq!(missing_name("The repository with name 'z' does not exist", &asked), None);
        assert_eq!(missing_name("gone", &asked), None);
    }

    #[test]
    fn mutability_survives_the_way_to_aws_and_back() {
        let all = [
            TagMutability::Mutable,
            TagMutability::Immutable,
            TagMutability::MutableExcept(vec!["release-*".to_owned()]),
            TagMutability::ImmutableExcept(vec!["dev-*".to_owned(), "latest".to_owned()]),
        ];
        for mutability in all {
            let (kind, filters) = mutability_to_sdk(&mutability).expect("complete");
            let found = aws_sdk_ecr::types::Repository::builder()
                .image_tag_mutability(kind)
                .set_image_tag_mutability_exclusion_filters(filters)
                .build();
            assert_eq!(repository_from_sdk(&found).tag_mutability, mutability);
        }
    }

    #[test]
    fn encryption_survives_the_way_to_aws_and_back() {
        let key = Some("arn:aws:kms:eu-west-1:1:key/k".to_owned());
        for encryption in
            [Encryption::Aes256, Encryption::Kms { key: key.clone() }, Encryption::KmsDualLayer { key }]
        {
            let found = aws_sdk_ecr::types::Repository::builder()
                .encryption_configuration(encryption_to_sdk(&encryption).expect("complete"))
                .build();
            assert_eq!(repository_from_sdk(&found).encryption, encryption);
        }
    }

    #[test]
    fn a_login_is_read_from_the_token() {
        let found = AuthorizationData::builder()
            .authorization_token(base64::encode("AWS:pass:word"))
            .proxy_endpoint("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com")
            .expires_at(aws_smithy_types::DateTime::from_secs(60))
            .build();
        let login = login_from_sdk(&found).expect("complete");
        assert_eq!(login.registry, "123456789012.dkr.ecr.eu-west-1.amazonaws.com");
        assert_eq!((login.user_name.as_str(), login.password.reveal()), ("AWS", "pass:word"));
        assert_eq!(login.expires_at, SystemTime::UNIX_EPOCH + std::time::Duration::from_mins(1));
        assert_eq!(login_from_sdk(&AuthorizationData::builder().build()), None);
    }

    #[test]
    fn a_scan_is_complete_only_if_aws_reports_it() {
        assert_eq!(scan_status_from_sdk("ACTIVE", None), ScanStatus::Complete);
        assert_eq!(scan_status_from_sdk("PENDING", None), ScanStatus::Pending);
        assert_eq!(
            scan_status_from_sdk("UNSUPPORTED_IMAGE", Some("no package manager")),
            ScanStatus::Failed("no package manager".to_owned())
        );
    }
}
