//! Repositories, described a hundred in a call.

use std::sync::Arc;

use async_trait::async_trait;

use super::batcher::Batcher;
use super::bulk_tags::BulkTags;
use super::kept::Answers;
use crate::{
    Contents, Error, Image, ImageReference, NewRepository, RegistryLogin, Repositories, Repository,
    ScanFindings, TagMutability, Tags,
};

/// AWS describes at most a hundred repositories by name in a call.
const NAMES_PER_CALL: usize = 100;

#[derive(Clone)]
pub(super) struct Coalesced {
    inner: Arc<dyn Repositories>,
    by_name: Batcher<String, Repository>,
    repositories: Answers<Vec<String>, Vec<Repository>>,
    lifecycle_policies: Answers<String, Option<String>>,
    repository_policies: Answers<String, Option<String>>,
    bulk_tags: BulkTags,
}

impl Coalesced {
    pub(super) fn new(inner: Arc<dyn Repositories>) -> Self {
        let by_name = Batcher::keyed(
            NAMES_PER_CALL,
            &inner,
            |repository: &Repository| &repository.name,
            |repositories, names| async move { repositories.describe(&names).await },
        );
        Self {
            inner,
            by_name,
            repositories: Answers::exact(),
            lifecycle_policies: Answers::exact(),
            repository_policies: Answers::exact(),
            bulk_tags: BulkTags::default(),
        }
    }

    /// The same with tags from `bulk_tags`, and with answers that are kept for some seconds.
    pub(super) fn refreshing(&self, bulk_tags: BulkTags) -> Self {
        Self {
            repositories: Answers::kept(),
            lifecycle_policies: Answers::kept(),
            repository_policies: Answers::kept(),
            bulk_tags,
            ..self.clone()
        }
    }
}

#[async_trait]
impl Repositories for Coalesced {
    async fn create(&self, repository: &NewRepository) -> Result<Repository, Error> {
        self.inner.create(repository).await
    }

    async fn describe(&self, names: &[String]) -> Result<Vec<Repository>, Error> {
        let together = async { Ok(self.by_name.get(names).await?.into_values().collect()) };
        self.repositories.read(names.to_vec(), together).await
    }

    async fn set_tag_mutability(&self, name: &str, mutability: &TagMutability) -> Result<(), Error> {
        self.inner.set_tag_mutability(name, mutability).await
    }

    async fn set_scan_on_push(&self, name: &str, scan: bool) -> Result<(), Error> {
        self.inner.set_scan_on_push(name, scan).await
    }

    async fn lifecycle_policy(&self, name: &str) -> Result<Option<String>, Error> {
        self.lifecycle_policies.read(name.to_owned(), self.inner.lifecycle_policy(name)).await
    }

    async fn put_lifecycle_policy(&self, name: &str, policy: &str) -> Result<(), Error> {
        self.inner.put_lifecycle_policy(name, policy).await
    }

    async fn delete_lifecycle_policy(&self, name: &str) -> Result<(), Error> {
        self.inner.delete_lifecycle_policy(name).await
    }

    async fn repository_policy(&self, name: &str) -> Result<Option<String>, Error> {
        self.repository_policies.read(name.to_owned(), self.inner.repository_policy(name)).await
    }

    async fn put_repository_policy(&self, name: &str, policy: &str) -> Result<(), Error> {
        self.inner.put_repository_policy(name, policy).await
    }

    async fn delete_repository_policy(&self, name: &str) -> Result<(), Error> {
        self.inner.delete_repository_policy(name).await
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        match self.bulk_tags.of(arn).await? {
            Some(tags) => Ok(tags),
            None => self.inner.tags(arn).await,
        }
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.inner.tag(arn, tags).await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.inner.untag(arn, keys).await
    }

    async fn delete(&self, name: &str, contents: Contents) -> Result<(), Error> {
        self.inner.delete(name, contents).await
    }

    async fn holds_images(&self, name: &str) -> Result<bool, Error> {
        self.inner.holds_images(name).await
    }

    async fn image(&self, name: &str, reference: &ImageReference) -> Result<Option<Image>, Error> {
        self.inner.image(name, reference).await
    }

    async fn scan_findings(&self, name: &str, digest: &str) -> Result<ScanFindings, Error> {
        self.inner.scan_findings(name, digest).await
    }

    async fn start_scan(&self, name: &str, reference: &ImageReference) -> Result<String, Error> {
        self.inner.start_scan(name, reference).await
    }

    async fn login(&self) -> Result<RegistryLogin, Error> {
        self.inner.login().await
    }
}
