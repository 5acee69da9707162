//! Repositories and images: as the SDK has them, and as we do.

use std::time::SystemTime;

use aws_sdk_ecr::types::{
    AuthorizationData, EncryptionConfiguration, EncryptionType, ImageDetail, ImageIdentifier,
    ImageScanFinding, ImageScanningConfiguration, ImageTagMutability, ImageTagMutabilityExclusionFilter,
    ImageTagMutabilityExclusionFilterType,
};
use aws_smithy_types::base64;

use crate::{
    Encryption, Finding, Image, ImageReference, RegistryLogin, Repository, ScanStatus, Secret, TagMutability,
};

pub(super) fn mutability_to_sdk(
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

pub(super) fn encryption_to_sdk(
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

pub(super) fn repository_from_sdk(found: &aws_sdk_ecr::types::Repository) -> Repository {
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

pub(super) fn image_from_sdk(found: &ImageDetail) -> Image {
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

pub(super) fn identifier(reference: &ImageReference) -> ImageIdentifier {
    let builder = ImageIdentifier::builder();
    match reference {
        ImageReference::Tag(tag) => builder.image_tag(tag),
        ImageReference::Digest(digest) => builder.image_digest(digest),
    }
    .build()
}

/// The token is `USER:PASSWORD` in base64.
pub(super) fn login_from_sdk(found: &AuthorizationData) -> Option<RegistryLogin> {
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

pub(super) fn finding_from_sdk(found: &ImageScanFinding) -> Finding {
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

pub(super) fn scan_status_from_sdk(status: &str, description: Option<&str>) -> ScanStatus {
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
