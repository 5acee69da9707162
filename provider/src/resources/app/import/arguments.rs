//! From what was found to the arguments that describe it. What is as it would be without an argument is left out,
//! so that the shortest configuration fits.

use std::collections::BTreeSet;

use ipsy_aws::{Account, Encryption, Repository, TagMutability, Tags};
use serde_json::{Map, Value as Json, json};

use super::findings::{Findings, FoundRepository};
use super::{instances, login, traffic};
use crate::app::arguments::AppConfig;
use crate::app::iam::OWN_POLICY;
use crate::app::image::Storage;
use crate::app::names::Identity;
use crate::app::policy::{canonical, document};
use crate::app::problem::Problems;
use crate::app::resolve::{App, resolve};
use crate::app::standards::StandardsDocument;
use crate::infrastructure::ownership::{TagPolicy, is_mark};
use crate::infrastructure::repository::{lifecycle_policy, repository_policy};
use crate::infrastructure::trust::trusted_services;
use crate::session::today;

/// What the arguments are measured against.
pub(super) struct Surroundings<'a> {
    pub(super) identity: &'a Identity,
    pub(super) standards: &'a StandardsDocument,
    pub(super) tags: &'a TagPolicy,
    pub(super) account: &'a Account,
    /// Host of the account's registry.
    pub(super) registry: &'a str,
}

/// The arguments of the app that has all this.
pub(super) fn describe(found: &Findings, surroundings: &Surroundings) -> Json {
    let identity = surroundings.identity;
    let default =
        resolved(&json!({ "name": identity.app, "environment": identity.environment }), surroundings);
    let mut arguments = Map::new();
    arguments.insert("name".to_owned(), json!(identity.app));
    arguments.insert("environment".to_owned(), json!(identity.environment));
    let namespaces: BTreeSet<&str> = found.places.iter().map(|place| place.namespace.as_str()).collect();
    if let Some(namespace) = namespaces.first().filter(|namespace| **namespace != identity.app) {
        arguments.insert("namespace".to_owned(), json!(namespace));
    }
    arguments.insert("image".to_owned(), image(found, &default, surroundings));
    insert(&mut arguments, "iam", iam(found, &default));
    insert(&mut arguments, "logs", logs(found, &default));
    let tags = common_tags(&found.tags, surroundings.tags);
    if !tags.is_empty() {
        arguments.insert("tags".to_owned(), json!(tags));
    }
    if let Some(ec2) = found.ec2.as_ref().filter(|ec2| !ec2.instance_ids.is_empty()) {
        let (min, max) = ec2.sizes();
        arguments.insert("autoscaling".to_owned(), json!({ "min": min.max(2), "max": max.max(min).max(2) }));
    }
    traffic::describe(found, identity, instances::serving(found), &mut arguments);
    let mut arguments = Json::Object(arguments);
    traffic::name_target_groups(found, &mut arguments, &|arguments| resolved(arguments, surroundings));
    login::name_secret_version(found, &mut arguments, &|arguments| resolved(arguments, surroundings));
    arguments
}

/// The app that arguments make, whatever is wrong with them.
fn resolved(arguments: &Json, surroundings: &Surroundings) -> App {
    let config = AppConfig::from_json(arguments).unwrap_or_default();
    resolve(&config, surroundings.standards, false, today(), &mut Problems::default())
}

/// Adds a block unless it is empty.
fn insert(arguments: &mut Map<String, Json>, name: &str, block: Map<String, Json>) {
    if !block.is_empty() {
        arguments.insert(name.to_owned(), Json::Object(block));
    }
}

/// Adds an argument where it differs from its default.
fn differing<T: PartialEq + serde::Serialize>(
    block: &mut Map<String, Json>,
    name: &str,
    found: &T,
    default: &T,
) {
    if found != default {
        block.insert(name.to_owned(), json!(found));
    }
}

fn image(found: &Findings, default: &App, surroundings: &Surroundings) -> Json {
    let mut block = Map::new();
    let name = match (&found.repository, &found.parameter) {
        // With its host it is only used, and never changed.
        (Some(found), _) if found.is_shared => found.repository.url.clone(),
        (Some(found), _) => found.repository.name.clone(),
        // The pointer names an image of another owner's repository.
        (None, Some(pointer)) => crate::app::image::Reference::parse(&pointer.value)
            .ok()
            .map(|image| image.repository)
            .filter(|repository| !repository.is_empty())
            .unwrap_or_else(|| surroundings.identity.app.clone()),
        // Named with its host, it is not created.
        (None, None) => format!("{}/{}", surroundings.registry, surroundings.identity.app),
    };
    block.insert("repository".to_owned(), json!(name));
    if found.parameter.is_none() {
        // A pointer would be created by the next apply.
        block.insert("source".to_owned(), json!("literal"));
        block.insert("tag".to_owned(), json!("latest"));
    }
    if let Some(pointer) = &found.parameter {
        differing(&mut block, "parameter", &pointer.name, &default.image.parameter);
    }
    if let Some(found) = found.repository.as_ref().filter(|found| !found.is_shared) {
        repository(&mut block, &found.repository, &default.image.storage);
        policies(&mut block, found, &default.image.storage, surroundings.account);
    }
    Json::Object(block)
}

fn repository(block: &mut Map<String, Json>, found: &Repository, default: &Storage) {
    differing(block, "scan_on_push", &found.scan_on_push, &default.scan_on_push);
    match &found.tag_mutability {
        TagMutability::Immutable => {}
        TagMutability::ImmutableExcept(tags) => {
            let tags: BTreeSet<&String> = tags.iter().collect();
            block.insert("mutable_tags".to_owned(), json!(tags));
        }
        // ECR also knows tags that are fixed among others that are not; the plan shows that as a change.
        TagMutability::Mutable | TagMutability::MutableExcept(_) => {
            block.insert("immutable_tags".to_owned(), json!(false));
        }
    }
    match &found.encryption {
        Encryption::Aes256 => {}
        Encryption::Kms { key: Some(key) } => {
            block.insert("kms_key_arn".to_owned(), json!(key));
        }
        Encryption::Kms { key: None } => {
            block.insert("encryption".to_owned(), json!("KMS"));
        }
        Encryption::KmsDualLayer { key } => {
            block.insert("encryption".to_owned(), json!("KMS_DSSE"));
            if let Some(key) = key {
                block.insert("kms_key_arn".to_owned(), json!(key));
            }
        }
    }
}

/// The two policies, as numbers and accounts where these say the same, else as they are.
fn policies(block: &mut Map<String, Json>, found: &FoundRepository, default: &Storage, account: &Account) {
    let text = found.lifecycle_policy.as_deref();
    let policy = text.map(document);
    let counts = Storage {
        untagged_days: counted(policy.as_ref(), "sinceImagePushed"),
        keep_images: counted(policy.as_ref(), "imageCountMoreThan"),
        ..default.clone()
    };
    if policy.as_ref().map(canonical) == lifecycle_policy(&counts).as_ref().map(canonical) {
        differing(block, "untagged_days", &counts.untagged_days, &default.untagged_days);
        differing(block, "keep_images", &counts.keep_images, &default.keep_images);
    } else if let Some(text) = text {
        block.insert("lifecycle_policy_json".to_owned(), json!(text));
    }
    let Some(text) = &found.repository_policy else { return };
    let policy = canonical(&document(text));
    let principals = policy.pointer("/Statement/Principal/AWS").cloned().unwrap_or_default();
    let ids: BTreeSet<String> = match principals {
        Json::Array(ids) => ids.iter().filter_map(Json::as_str).map(ToOwned::to_owned).collect(),
        Json::String(id) => BTreeSet::from([id]),
        _ => BTreeSet::new(),
    };
    let pull = Storage { pull_account_ids: ids.clone(), ..default.clone() };
    let (name, value) =
        if repository_policy(&pull, account.partition()).as_ref().map(canonical) == Some(policy) {
            ("pull_account_ids", json!(ids))
        } else {
            ("repository_policy_json", json!(text))
        };
    block.insert(name.to_owned(), value);
}

/// The number of the rule that counts by `kind`; 0 where there is none.
fn counted(policy: Option<&Json>, kind: &str) -> i64 {
    let rules = policy.and_then(|policy| policy.get("rules")).and_then(Json::as_array);
    let selections = rules.into_iter().flatten().filter_map(|rule| rule.get("selection"));
    let mut counts =
        selections.filter(|selection| selection.get("countType").and_then(Json::as_str) == Some(kind));
    counts.next().and_then(|selection| selection.get("countNumber")?.as_i64()).unwrap_or(0)
}

fn iam(found: &Findings, default: &App) -> Map<String, Json> {
    let mut block = Map::new();
    let Some(role) = &found.role else { return block };
    let default = &default.iam;
    differing(&mut block, "role_name", &role.name, &default.role_name);
    differing(&mut block, "path", &role.path, &default.path);
    differing(&mut block, "description", &role.description, &default.description);
    differing(
        &mut block,
        "max_session_seconds",
        &i64::from(role.max_session_seconds),
        &default.max_session_seconds,
    );
    differing(&mut block, "permissions_boundary", &role.permissions_boundary, &None);
    differing(&mut block, "managed_policy_arns", &role.attached_policies, &BTreeSet::new());
    let services = trusted_services(&document(&role.trust_policy));
    differing(&mut block, "trusted_services", &services, &default.trusted_services);
    let mut others = Map::new();
    for (name, text) in &role.inline_policies {
        if name == OWN_POLICY {
            block.insert("policy_json".to_owned(), json!(text));
        } else {
            others.insert(name.clone(), json!({ "json": text }));
        }
    }
    insert(&mut block, "policy", others);
    block
}

fn logs(found: &Findings, default: &App) -> Map<String, Json> {
    let mut block = Map::new();
    let Some(group) = &found.log_group else { return block };
    let days = group.retention_days.map_or(0, i64::from);
    differing(&mut block, "group_name", &group.name, &default.logs.group_name);
    differing(&mut block, "retention_days", &days, &default.logs.retention_days);
    differing(&mut block, "kms_key_arn", &group.kms_key, &None);
    block
}

/// The tags that everything carries, but for ownership, the provider's defaults and those of others.
fn common_tags(all: &[Tags], policy: &TagPolicy) -> Tags {
    let Some((first, rest)) = all.split_first() else { return Tags::new() };
    first
        .iter()
        .filter(|(key, value)| rest.iter().all(|tags| tags.get(*key) == Some(value)))
        .filter(|(key, value)| {
            !is_mark(key) && !policy.ignores(key) && policy.default_tags.get(*key) != Some(value)
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_all_are_the_apps_and_those_of_one_are_not() {
        let tags = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<Tags>()
        };
        let policy = TagPolicy { default_tags: tags(&[("by", "terraform")]), ..TagPolicy::default() };
        let all = [
            tags(&[("by", "terraform"), ("team", "pay"), ("Name", "role"), ("ipsy:app", "a")]),
            tags(&[("by", "terraform"), ("team", "pay"), ("Name", "log"), ("ipsy:app", "a")]),
        ];
        assert_eq!(common_tags(&all, &policy), tags(&[("team", "pay")]));
        assert!(common_tags(&[], &policy).is_empty());
    }

    #[test]
    fn the_numbers_of_a_lifecycle_policy_are_read_back() {
        let storage = Storage {
            keep_images: 5,
            untagged_days: 0,
            ..resolved(
                &json!({}),
                &Surroundings {
                    identity: &Identity { app: String::new(), environment: String::new() },
                    standards: &StandardsDocument::default(),
                    tags: &TagPolicy::default(),
                    account: &ipsy_aws::Fake::new().aws().account,
                    registry: "",
                },
            )
            .image
            .storage
        };
        let policy = lifecycle_policy(&storage);
        assert_eq!(counted(policy.as_ref(), "imageCountMoreThan"), 5);
        assert_eq!(counted(policy.as_ref(), "sinceImagePushed"), 0);
    }
}
