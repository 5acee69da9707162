//! The app's ECR repository: scanned on push, with immutable tags, and a lifecycle policy that keeps it small.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ipsy_aws::{Aws, Contents, Error, ErrorKind, NewRepository, Service, TagMutability, Tags};
use serde_json::{Value, json};

use super::obstacle::Obstacle;
use super::ownership::Ownership;
use super::{Component, ComponentKey, Facts, Kind, Observed, Stage, differs};
use crate::app::deletion::Deletion;
use crate::app::image::{Encryption, Storage};
use crate::app::policy::{canonical, document};
use crate::app::values::sorted;

/// Key and ownership component of a repository.
pub(crate) const KEY: ComponentKey = ComponentKey::only(Kind::Repository);

/// The repository of an app.
pub(crate) struct Repository {
    pub(crate) aws: Aws,
    pub(crate) ownership: Ownership,
    pub(crate) name: String,
    pub(crate) storage: Storage,
}

impl Repository {
    fn mutability(&self) -> TagMutability {
        match (self.storage.immutable_tags, self.storage.mutable_tags.is_empty()) {
            (true, true) => TagMutability::Immutable,
            (true, false) => {
                TagMutability::ImmutableExcept(self.storage.mutable_tags.iter().cloned().collect())
            }
            (false, _) => TagMutability::Mutable,
        }
    }

    fn encryption(&self) -> ipsy_aws::Encryption {
        match &self.storage.encryption {
            Encryption::Aes256 => ipsy_aws::Encryption::Aes256,
            Encryption::Kms { key_arn, dual: false } => ipsy_aws::Encryption::Kms { key: key_arn.clone() },
            Encryption::Kms { key_arn, dual: true } => {
                ipsy_aws::Encryption::KmsDualLayer { key: key_arn.clone() }
            }
        }
    }

    /// How properties show an encryption. Where no key is named AWS answers with that of the account, which is
    /// no difference.
    fn encryption_properties(&self, encryption: &ipsy_aws::Encryption) -> Value {
        let named = !matches!(self.storage.encryption, Encryption::Kms { key_arn: None, .. });
        let (kind, key) = match encryption {
            ipsy_aws::Encryption::Aes256 => ("AES256", &None),
            ipsy_aws::Encryption::Kms { key } => ("KMS", key),
            ipsy_aws::Encryption::KmsDualLayer { key } => ("KMS_DSSE", key),
        };
        json!({ "kms_key_arn": key.as_ref().filter(|_| named), "type": kind })
    }

    /// ECR can't change it, and a new repository of the same name would begin without the images.
    fn fixed_encryption(&self) -> Error {
        Error::new(
            ErrorKind::Invalid,
            Service::Ecr,
            "CreateRepository",
            &self.name,
            "the encryption of a repository is fixed when it is made; name another `image.repository`, which is then \
             made with the new encryption, and push the images to it",
        )
    }

    async fn put_lifecycle_policy(&self) -> Result<(), Error> {
        match lifecycle_policy(&self.storage) {
            Some(policy) => self.aws.repositories.put_lifecycle_policy(&self.name, &policy.to_string()).await,
            None => self.aws.repositories.delete_lifecycle_policy(&self.name).await,
        }
    }

    async fn put_repository_policy(&self) -> Result<(), Error> {
        let partition = self.aws.account.partition();
        match repository_policy(&self.storage, partition) {
            Some(policy) => {
                self.aws.repositories.put_repository_policy(&self.name, &policy.to_string()).await
            }
            None => self.aws.repositories.delete_repository_policy(&self.name).await,
        }
    }
}

/// Untagged images go after some days, all but the newest after some more; `None` keeps everything.
pub(crate) fn lifecycle_policy(storage: &Storage) -> Option<Value> {
    if let Some(text) = &storage.lifecycle_policy {
        return Some(document(text));
    }
    let mut rules = Vec::new();
    if storage.untagged_days > 0 {
        rules.push(json!({
            "rulePriority": 1,
            "description": format!("untagged images are kept for {} days", storage.untagged_days),
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": storage.untagged_days,
            },
            "action": { "type": "expire" },
        }));
    }
    if storage.keep_images > 0 {
        rules.push(json!({
            "rulePriority": 2,
            "description": format!("the newest {} images are kept", storage.keep_images),
            "selection": {
                "tagStatus": "any",
                "countType": "imageCountMoreThan",
                "countNumber": storage.keep_images,
            },
            "action": { "type": "expire" },
        }));
    }
    (!rules.is_empty()).then(|| sorted(json!({ "rules": rules })))
}

/// Who else may pull; `None` if no other account may.
pub(crate) fn repository_policy(storage: &Storage, partition: &str) -> Option<Value> {
    if let Some(text) = &storage.repository_policy {
        return Some(document(text));
    }
    let accounts: Vec<String> =
        storage.pull_account_ids.iter().map(|id| format!("arn:{partition}:iam::{id}:root")).collect();
    (!accounts.is_empty()).then(|| {
        sorted(json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "PullFromOtherAccounts",
                "Effect": "Allow",
                "Principal": { "AWS": accounts },
                "Action": [
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:GetDownloadUrlForLayer",
                ],
            }],
        }))
    })
}

/// How properties name a mutability.
fn mutability_name(mutability: &TagMutability) -> String {
    match mutability {
        TagMutability::Immutable => "IMMUTABLE".to_owned(),
        TagMutability::Mutable => "MUTABLE".to_owned(),
        TagMutability::ImmutableExcept(tags) => format!("IMMUTABLE except {}", in_order(tags)),
        TagMutability::MutableExcept(tags) => format!("MUTABLE except {}", in_order(tags)),
    }
}

fn in_order(tags: &[String]) -> String {
    let mut tags = tags.to_vec();
    tags.sort();
    tags.join(", ")
}

#[async_trait]
impl Component for Repository {
    fn key(&self) -> ComponentKey {
        KEY
    }

    fn identity(&self) -> String {
        self.name.clone()
    }

    fn title(&self) -> String {
        format!("ECR repository `{}`", self.name)
    }

    fn stage(&self) -> Stage {
        Stage::Foundation
    }

    fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    fn take_over(&self) -> String {
        let (id, name) = (self.ownership.identity().id(), &self.name);
        format!(
            "set `adopt = true`, or take it over with `terraform import ADDRESS {id}`. To share a repository that another \
             app holds, such as this one in another environment, name it with its host: `image.repository = \
             \"ACCOUNT.dkr.ecr.REGION.amazonaws.com/{name}\"`"
        )
    }

    fn desired(&self) -> Value {
        json!({
            "encryption": self.encryption_properties(&self.encryption()),
            "image_tag_mutability": mutability_name(&self.mutability()),
            "lifecycle_policy": lifecycle_policy(&self.storage).as_ref().map(canonical),
            "name": self.name,
            "repository_policy":
                repository_policy(&self.storage, self.aws.account.partition()).as_ref().map(canonical),
            "scan_on_push": self.storage.scan_on_push,
            "tags": self.ownership.shown(),
        })
    }

    async fn observe(&self, _known_arn: Option<&str>) -> Result<Option<Observed>, Error> {
        let Some(found) = self.aws.repositories.describe(std::slice::from_ref(&self.name)).await?.pop()
        else {
            return Ok(None);
        };
        let repositories = &self.aws.repositories;
        let (lifecycle_policy, repository_policy, tags) = futures::try_join!(
            repositories.lifecycle_policy(&self.name),
            repositories.repository_policy(&self.name),
            repositories.tags(&found.arn)
        )?;
        // Compared by meaning: AWS gives policies back in a spelling of its own.
        let shown = |text: Option<String>| text.map(|text| canonical(&document(&text)));
        let properties = json!({
            "encryption": self.encryption_properties(&found.encryption),
            "image_tag_mutability": mutability_name(&found.tag_mutability),
            "lifecycle_policy": shown(lifecycle_policy),
            "name": found.name,
            "repository_policy": shown(repository_policy),
            "scan_on_push": found.scan_on_push,
            "tags": self.ownership.observed(&tags),
        });
        Ok(Some(Observed { arn: found.arn, properties, tags, value: None }))
    }

    async fn create(&self, _facts: &Facts) -> Result<Observed, Error> {
        let tags = self.ownership.tags(&KEY);
        let created = self
            .aws
            .repositories
            .create(&NewRepository {
                name: self.name.clone(),
                encryption: self.encryption(),
                scan_on_push: self.storage.scan_on_push,
                tag_mutability: self.mutability(),
                tags: tags.clone(),
            })
            .await?;
        if lifecycle_policy(&self.storage).is_some() {
            self.put_lifecycle_policy().await?;
        }
        if repository_policy(&self.storage, self.aws.account.partition()).is_some() {
            self.put_repository_policy().await?;
        }
        Ok(Observed { arn: created.arn, properties: self.desired(), tags, value: None })
    }

    async fn change(&self, observed: &Observed, _facts: &Facts) -> Result<(), Error> {
        let desired = self.desired();
        let repositories = &self.aws.repositories;
        if differs(&observed.properties, &desired, "encryption") {
            return Err(self.fixed_encryption());
        }
        if differs(&observed.properties, &desired, "image_tag_mutability") {
            repositories.set_tag_mutability(&self.name, &self.mutability()).await?;
        }
        if differs(&observed.properties, &desired, "scan_on_push") {
            repositories.set_scan_on_push(&self.name, self.storage.scan_on_push).await?;
        }
        if differs(&observed.properties, &desired, "lifecycle_policy") {
            self.put_lifecycle_policy().await?;
        }
        if differs(&observed.properties, &desired, "repository_policy") {
            self.put_repository_policy().await?;
        }
        Ok(())
    }

    async fn tag(&self, observed: &Observed, tags: &Tags) -> Result<(), Error> {
        self.aws.repositories.tag(&observed.arn, tags).await
    }

    async fn untag(&self, observed: &Observed, keys: &[String]) -> Result<(), Error> {
        self.aws.repositories.untag(&observed.arn, keys).await
    }

    async fn obstacle(
        &self,
        _observed: &Observed,
        _own: &BTreeSet<String>,
        deletion: &Deletion,
    ) -> Result<Option<Obstacle>, Error> {
        if deletion.force_delete || !self.aws.repositories.holds_images(&self.name).await? {
            return Ok(None);
        }
        Ok(Some(Obstacle {
            reason: "it holds images, and AWS deletes only an empty repository".to_owned(),
            remedy: "To delete the images with it, set `image.force_delete = true`: a change that keeps the app takes it \
                     from the same configuration, a destroy only after an apply, because Terraform passes no \
                     configuration to a destroy. To keep the repository, set `retain = [\"repository\"]` likewise. Or delete \
                     the images first."
                .to_owned(),
        }))
    }

    async fn delete(&self, _observed: &Observed, deletion: &Deletion) -> Result<(), Error> {
        let contents = if deletion.force_delete { Contents::Delete } else { Contents::Keep };
        self.aws.repositories.delete(&self.name, contents).await
    }
}
