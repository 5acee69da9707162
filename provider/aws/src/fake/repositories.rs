//! ECR of the AWS in memory.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;

use super::Fake;
use super::refusal::Refusal;
use super::world::{State, StoredRepository, World, arn};
use crate::{
    Contents, Error, ErrorKind, Image, ImageReference, NewRepository, RegistryLogin, Repositories,
    Repository, ScanFindings, Secret, Service, TagMutability, Tags,
};

fn find<'a>(state: &'a mut State, name: &str) -> Result<&'a mut StoredRepository, Refusal> {
    state.repositories.get_mut(name).ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Refusal {
    Refusal::not_found("RepositoryNotFoundException", &format!("the repository with name '{name}'"))
}

#[async_trait]
impl Repositories for World {
    async fn create(&self, new: &NewRepository) -> Result<Repository, Error> {
        self.call(Service::Ecr, "CreateRepository", &new.name, |state| {
            if state.repositories.contains_key(&new.name) {
                let what = format!("the repository with name '{}'", new.name);
                return Err(Refusal::exists("RepositoryAlreadyExistsException", &what));
            }
            let repository = Repository {
                name: new.name.clone(),
                arn: arn("ecr", &format!("repository/{}", new.name)),
                url: format!("{}.dkr.ecr.{}.amazonaws.com/{}", Fake::ACCOUNT_ID, Fake::REGION, new.name),
                encryption: new.encryption.clone(),
                scan_on_push: new.scan_on_push,
                tag_mutability: new.tag_mutability.clone(),
            };
            state.tags.insert(repository.arn.clone(), new.tags.clone());
            state.repositories.insert(
                new.name.clone(),
                StoredRepository {
                    repository: repository.clone(),
                    lifecycle_policy: None,
                    repository_policy: None,
                    images: BTreeMap::new(),
                    findings: BTreeMap::new(),
                },
            );
            Ok(repository)
        })
    }

    async fn describe(&self, names: &[String]) -> Result<Vec<Repository>, Error> {
        self.call(Service::Ecr, "DescribeRepositories", &names.join(","), |state| {
            let found = names.iter().filter_map(|name| state.repositories.get(name));
            Ok(found.map(|stored| stored.repository.clone()).collect())
        })
    }

    async fn set_tag_mutability(&self, name: &str, mutability: &TagMutability) -> Result<(), Error> {
        self.call(Service::Ecr, "PutImageTagMutability", name, |state| {
            find(state, name)?.repository.tag_mutability = mutability.clone();
            Ok(())
        })
    }

    async fn set_scan_on_push(&self, name: &str, scan: bool) -> Result<(), Error> {
        self.call(Service::Ecr, "PutImageScanningConfiguration", name, |state| {
            find(state, name)?.repository.scan_on_push = scan;
            Ok(())
        })
    }

    async fn lifecycle_policy(&self, name: &str) -> Result<Option<String>, Error> {
        self.call(Service::Ecr, "GetLifecyclePolicy", name, |state| {
            Ok(state.repositories.get(name).and_then(|stored| stored.lifecycle_policy.clone()))
        })
    }

    async fn put_lifecycle_policy(&self, name: &str, policy: &str) -> Result<(), Error> {
        self.call(Service::Ecr, "PutLifecyclePolicy", name, |state| {
            find(state, name)?.lifecycle_policy = Some(policy.to_owned());
            Ok(())
        })
    }

    async fn delete_lifecycle_policy(&self, name: &str) -> Result<(), Error> {
        self.call(Service::Ecr, "DeleteLifecyclePolicy", name, |state| {
            if let Some(stored) = state.repositories.get_mut(name) {
                stored.lifecycle_policy = None;
            }
            Ok(())
        })
    }

    async fn repository_policy(&self, name: &str) -> Result<Option<String>, Error> {
        self.call(Service::Ecr, "GetRepositoryPolicy", name, |state| {
            Ok(state.repositories.get(name).and_then(|stored| stored.repository_policy.clone()))
        })
    }

    async fn put_repository_policy(&self, name: &str, policy: &str) -> Result<(), Error> {
        self.call(Service::Ecr, "SetRepositoryPolicy", name, |state| {
            find(state, name)?.repository_policy = Some(policy.to_owned());
            Ok(())
        })
    }

    async fn delete_repository_policy(&self, name: &str) -> Result<(), Error> {
        self.call(Service::Ecr, "DeleteRepositoryPolicy", name, |state| {
            if let Some(stored) = state.repositories.get_mut(name) {
                stored.repository_policy = None;
            }
            Ok(())
        })
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        self.read_tags(Service::Ecr, "ListTagsForResource", arn)
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.add_tags(Service::Ecr, "TagResource", arn, tags)
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.remove_tags(Service::Ecr, "UntagResource", arn, keys)
    }

    async fn delete(&self, name: &str, contents: Contents) -> Result<(), Error> {
        self.call(Service::Ecr, "DeleteRepository", name, |state| {
            let Some(stored) = state.repositories.get(name) else { return Ok(()) };
            if contents == Contents::Keep && !stored.images.is_empty() {
                return Err(Refusal::new(
                    ErrorKind::InUse,
                    "RepositoryNotEmptyException",
                    format!(
                        "the repository with name '{name}' cannot be deleted because it still contains images"
                    ),
                ));
            }
            let arn = stored.repository.arn.clone();
            state.tags.remove(&arn);
            state.repositories.remove(name);
            Ok(())
        })
    }

    async fn holds_images(&self, name: &str) -> Result<bool, Error> {
        self.call(Service::Ecr, "DescribeImages", name, |state| {
            Ok(state.repositories.get(name).is_some_and(|stored| !stored.images.is_empty()))
        })
    }

    async fn image(&self, name: &str, reference: &ImageReference) -> Result<Option<Image>, Error> {
        self.call(Service::Ecr, "DescribeImages", name, |state| {
            Ok(state.repositories.get(name).and_then(|stored| stored.image(reference)))
        })
    }

    async fn scan_findings(&self, name: &str, digest: &str) -> Result<ScanFindings, Error> {
        self.call(
            Service::Ecr,
            "DescribeImageScanFindings",
            name,
            |state| Ok(find(state, name)?.scan(digest)),
        )
    }

    async fn start_scan(&self, name: &str, reference: &ImageReference) -> Result<String, Error> {
        self.call(Service::Ecr, "StartImageScan", name, |state| {
            let image = find(state, name)?.image(reference);
            image.ok_or_else(|| {
                Refusal::not_found("ImageNotFoundException", &format!("the image in '{name}'"))
            })?;
            Ok("IN_PROGRESS".to_owned())
        })
    }

    async fn login(&self) -> Result<RegistryLogin, Error> {
        self.call(Service::Ecr, "GetAuthorizationToken", "", |_| {
            Ok(RegistryLogin {
                registry: format!("{}.dkr.ecr.{}.amazonaws.com", Fake::ACCOUNT_ID, Fake::REGION),
                user_name: "AWS".to_owned(),
                password: Secret::new("registry-password"),
                expires_at: Fake::NOW + Duration::from_hours(12),
            })
        })
    }
}
