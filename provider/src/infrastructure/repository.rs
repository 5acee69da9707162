//! The app's ECR repository: scanned on push, with immutable tags, and a lifecycle policy that keeps it small.

use async_trait::async_trait;
use ipsy_aws::{Aws, Contents, Encryption, Error, NewRepository, TagMutability, Tags};
use serde_json::{Value, json};

use super::ownership::Ownership;
use super::{Component, Facts, Observed, Stage, differs};
use crate::app::image::Image;
use crate::app::values::sorted;

/// Key and ownership component of a repository.
pub(crate) const KEY: &str = "repository";

/// The repository of an app.
pub(crate) struct Repository {
    pub(crate) aws: Aws,
    pub(crate) ownership: Ownership,
    pub(crate) name: String,
    pub(crate) image: Image,
}

impl Repository {
    fn mutability(&self) -> TagMutability {
        if self.image.immutable_tags { TagMutability::Immutable } else { TagMutability::Mutable }
    }

    /// Untagged images go after some days, all but the newest after some more.
    fn lifecycle_policy(&self) -> Value {
        sorted(&json!({ "rules": [
            {
                "rulePriority": 1,
                "description": format!("untagged images are kept for {} days", self.image.untagged_days),
                "selection": {
                    "tagStatus": "untagged",
                    "countType": "sinceImagePushed",
                    "countUnit": "days",
                    "countNumber": self.image.untagged_days,
                },
                "action": { "type": "expire" },
            },
            {
                "rulePriority": 2,
                "description": format!("the newest {} images are kept", self.image.keep_images),
                "selection": {
                    "tagStatus": "any",
                    "countType": "imageCountMoreThan",
                    "countNumber": self.image.keep_images,
                },
                "action": { "type": "expire" },
            },
        ]}))
    }
}

/// How properties name a mutability.
fn mutability_name(mutability: &TagMutability) -> String {
    match mutability {
        TagMutability::Immutable => "IMMUTABLE".to_owned(),
        TagMutability::Mutable => "MUTABLE".to_owned(),
        TagMutability::ImmutableExcept(tags) => format!("IMMUTABLE except {}", tags.join(", ")),
        TagMutability::MutableExcept(tags) => format!("MUTABLE except {}", tags.join(", ")),
    }
}

#[async_trait]
impl Component for Repository {
    fn key(&self) -> String {
        KEY.to_owned()
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

    fn desired(&self) -> Value {
        json!({
            "image_tag_mutability": mutability_name(&self.mutability()),
            "lifecycle_policy": self.lifecycle_policy(),
            "name": self.name,
            "scan_on_push": self.image.scan_on_push,
            "tags": self.ownership.tags(KEY),
        })
    }

    async fn observe(&self, _known_arn: Option<&str>) -> Result<Option<Observed>, Error> {
        let Some(found) = self.aws.repositories.describe(std::slice::from_ref(&self.name)).await?.pop()
        else {
            return Ok(None);
        };
        let (policy, tags) = futures::try_join!(
            self.aws.repositories.lifecycle_policy(&self.name),
            self.aws.repositories.tags(&found.arn)
        )?;
        // Compared by meaning: AWS gives the policy back in a spelling of its own.
        let policy = policy.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)));
        let properties = json!({
            "image_tag_mutability": mutability_name(&found.tag_mutability),
            "lifecycle_policy": policy.as_ref().map(sorted),
            "name": found.name,
            "scan_on_push": found.scan_on_push,
            "tags": self.ownership.observed(&tags),
        });
        Ok(Some(Observed { arn: found.arn, properties, tags, value: None }))
    }

    async fn create(&self, _facts: &Facts) -> Result<Observed, Error> {
        let tags = self.ownership.tags(KEY);
        let created = self
            .aws
            .repositories
            .create(&NewRepository {
                name: self.name.clone(),
                encryption: Encryption::Aes256,
                scan_on_push: self.image.scan_on_push,
                tag_mutability: self.mutability(),
                tags: tags.clone(),
            })
            .await?;
        let policy = self.lifecycle_policy().to_string();
        self.aws.repositories.put_lifecycle_policy(&self.name, &policy).await?;
        Ok(Observed { arn: created.arn, properties: self.desired(), tags, value: None })
    }

    async fn change(&self, observed: &Observed, _facts: &Facts) -> Result<(), Error> {
        let desired = self.desired();
        let repositories = &self.aws.repositories;
        if differs(&observed.properties, &desired, "image_tag_mutability") {
            repositories.set_tag_mutability(&self.name, &self.mutability()).await?;
        }
        if differs(&observed.properties, &desired, "scan_on_push") {
            repositories.set_scan_on_push(&self.name, self.image.scan_on_push).await?;
        }
        if differs(&observed.properties, &desired, "lifecycle_policy") {
            repositories.put_lifecycle_policy(&self.name, &self.lifecycle_policy().to_string()).await?;
        }
        Ok(())
    }

    async fn tag(&self, observed: &Observed, tags: &Tags) -> Result<(), Error> {
        self.aws.repositories.tag(&observed.arn, tags).await
    }

    async fn untag(&self, observed: &Observed, keys: &[String]) -> Result<(), Error> {
        self.aws.repositories.untag(&observed.arn, keys).await
    }

    async fn delete(&self, _observed: &Observed) -> Result<(), Error> {
        let contents = if self.image.force_delete { Contents::Delete } else { Contents::Keep };
        self.aws.repositories.delete(&self.name, contents).await
    }
}
