//! Container image repositories (ECR): the repository, its two policies, its images and their scan findings.

use std::collections::BTreeMap;
use std::time::SystemTime;

use async_trait::async_trait;

use crate::{Error, Secret, Tags};

/// Repositories of the account's own registry, addressed by name.
#[async_trait]
pub trait Repositories: Send + Sync {
    /// Creates a repository. `AlreadyExists` if the name is taken, by any owner.
    async fn create(&self, repository: &NewRepository) -> Result<Repository, Error>;

    /// The repositories of these names that exist, in no particular order; a missing one is left out.
    /// Any number of names may be given; they are asked for in as few calls as AWS allows.
    async fn describe(&self, names: &[String]) -> Result<Vec<Repository>, Error>;

    /// Changes whether a tag can be moved to another image.
    async fn set_tag_mutability(&self, name: &str, mutability: &TagMutability) -> Result<(), Error>;

    /// Changes whether every pushed image is scanned.
    async fn set_scan_on_push(&self, name: &str, scan: bool) -> Result<(), Error>;

    /// The lifecycle policy as JSON text, `None` if the policy or the repository does not exist.
    async fn lifecycle_policy(&self, name: &str) -> Result<Option<String>, Error>;

    /// Sets the lifecycle policy, JSON text.
    async fn put_lifecycle_policy(&self, name: &str, policy: &str) -> Result<(), Error>;

    /// Removes the lifecycle policy. Succeeds if it does not exist.
    async fn delete_lifecycle_policy(&self, name: &str) -> Result<(), Error>;

    /// The repository policy (who else may pull) as JSON text, `None` if the policy or the repository does not exist.
    async fn repository_policy(&self, name: &str) -> Result<Option<String>, Error>;

    /// Sets the repository policy, JSON text. A principal that was made just now is waited for.
    async fn put_repository_policy(&self, name: &str, policy: &str) -> Result<(), Error>;

    /// Removes the repository policy. Succeeds if it does not exist.
    async fn delete_repository_policy(&self, name: &str) -> Result<(), Error>;

    /// Tags of a repository, by its ARN.
    async fn tags(&self, arn: &str) -> Result<Tags, Error>;

    /// Adds or overwrites tags.
    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error>;

    /// Removes tags by key; a missing key is not an error.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error>;

    /// Deletes a repository. With [`Contents::Keep`] one that holds images is refused with `InUse`.
    /// A missing repository is not an error.
    async fn delete(&self, name: &str, contents: Contents) -> Result<(), Error>;

    /// Whether a repository holds at least one image; `false` if the repository is not there.
    async fn holds_images(&self, name: &str) -> Result<bool, Error>;

    /// The image of that tag or digest, `None` if the image or the repository is not there.
    async fn image(&self, name: &str, reference: &ImageReference) -> Result<Option<Image>, Error>;

    /// What the scan of an image found. An image without a scan gives [`ScanStatus::None`].
    async fn scan_findings(&self, name: &str, digest: &str) -> Result<ScanFindings, Error>;

    /// Starts a basic scan of an image; gives its status, such as `IN_PROGRESS`.
    async fn start_scan(&self, name: &str, reference: &ImageReference) -> Result<String, Error>;

    /// A login for the account's registry, with the permissions of the caller.
    async fn login(&self) -> Result<RegistryLogin, Error>;
}

/// What a container runtime logs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryLogin {
    /// Host of the registry.
    pub registry: String,
    /// The user, which is always `AWS`.
    pub user_name: String,
    /// The password.
    pub password: Secret,
    /// When the registry refuses the password.
    pub expires_at: SystemTime,
}

/// What a repository is created with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRepository {
    /// Lower case, with `/`, `-`, `_` and `.` between words; 2 to 256 characters.
    pub name: String,
    /// Fixed for the repository's life.
    pub encryption: Encryption,
    /// Whether every pushed image is scanned.
    pub scan_on_push: bool,
    /// Whether a tag can be moved to another image.
    pub tag_mutability: TagMutability,
    /// Tags, set in the same call.
    pub tags: Tags,
}

/// A repository as AWS has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// The name, unique in account and region.
    pub name: String,
    /// The ARN.
    pub arn: String,
    /// Where to push: `<account>.dkr.ecr.<region>.amazonaws.com/<name>`, without a scheme.
    pub url: String,
    /// How images are encrypted at rest.
    pub encryption: Encryption,
    /// Whether every pushed image is scanned.
    pub scan_on_push: bool,
    /// Whether a tag can be moved to another image.
    pub tag_mutability: TagMutability,
}

/// How images are encrypted at rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    /// AWS's own keys.
    #[default]
    Aes256,
    /// A key of KMS; none named means the account's `aws/ecr` key.
    Kms {
        /// ARN, id or alias of the key. AWS always answers with the ARN.
        key: Option<String>,
    },
    /// A key of KMS, applied twice (FIPS 140-3).
    KmsDualLayer {
        /// ARN, id or alias of the key. AWS always answers with the ARN.
        key: Option<String>,
    },
}

/// Whether a tag can be moved to another image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TagMutability {
    /// Every tag can move.
    Mutable,
    /// No tag can move.
    #[default]
    Immutable,
    /// Tags can move but for those that match one of these patterns (`*` stands for any text).
    MutableExcept(Vec<String>),
    /// No tag can move but for those that match one of these patterns (`*` stands for any text).
    ImmutableExcept(Vec<String>),
}

/// What happens to the images of a repository that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// A repository that holds images is not deleted.
    Keep,
    /// The images are deleted too.
    Delete,
}

/// How an image is named inside its repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageReference {
    /// By tag.
    Tag(String),
    /// By digest, `sha256:…`.
    Digest(String),
}

/// An image in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// `sha256:…` of the manifest.
    pub digest: String,
    /// All tags that point at it, sorted.
    pub tags: Vec<String>,
    /// Size in bytes as stored.
    pub size: u64,
    /// When it was pushed, in seconds since 1970, UTC.
    pub pushed_at: Option<i64>,
    /// Media type of the manifest.
    pub media_type: Option<String>,
}

/// What the scan of an image found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanFindings {
    /// How far the scan is.
    pub status: ScanStatus,
    /// Number of findings by severity: `CRITICAL`, `HIGH`, `MEDIUM`, `LOW`, `INFORMATIONAL`, `UNDEFINED`.
    pub counts: BTreeMap<String, u64>,
    /// The findings, in the order of AWS's answer.
    pub findings: Vec<Finding>,
}

/// How far the scan of an image is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanStatus {
    /// The image was never scanned.
    None,
    /// The scan runs or waits.
    Pending,
    /// The scan is done, or continuous scanning has results.
    Complete,
    /// The scan failed or cannot be done; AWS's reason.
    Failed(String),
}

/// One weakness that a scan found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its public name, such as `CVE-2026-1234`.
    pub name: String,
    /// `CRITICAL`, `HIGH`, `MEDIUM`, `LOW`, `INFORMATIONAL` or `UNDEFINED`.
    pub severity: String,
    /// The package that has it, if AWS reports one.
    pub package: Option<String>,
    /// Where to read more, if AWS has an address.
    pub uri: Option<String>,
}
