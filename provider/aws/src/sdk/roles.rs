//! IAM roles on the SDK: one by one, or for a refresh from the list of the account.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_iam::error::BuildError;
use aws_sdk_iam::types::{EntityType, Tag};
use percent_encoding::percent_decode_str;

use super::channel::{Channel, PROPAGATION, RELEASE, ROLE_VISIBLE};
use super::failure::if_there;
use super::tags::{from_pairs, to_list};
use crate::coalesce::batcher::Batcher;
use crate::coalesce::role_list::{ROLES_PER_PAGE, listed_roles};
use crate::{Error, ErrorKind, NewRole, Role, RoleChange, Roles, Service, Tags, batches};

/// AWS lists at most a thousand of anything in a call.
const PAGE: i32 = 1000;

pub(super) type Iam = Channel<aws_sdk_iam::Client>;

impl Iam {
    async fn role(&self, name: &str) -> Result<Option<Role>, Error> {
        let request = self.client.get_role().role_name(name);
        let answer = self.call("GetRole", name, || request.clone().send()).await;
        let Some(found) = if_there(answer)?.and_then(|answer| answer.role) else { return Ok(None) };
        let (names, attached) =
            tokio::try_join!(self.inline_policy_names(name), self.attached_policies(name))?;
        let mut inline = BTreeMap::new();
        for policy in names {
            let request = self.client.get_role_policy().role_name(name).policy_name(&policy);
            let answer = self.call("GetRolePolicy", name, || request.clone().send()).await;
            // It may have been deleted since it was listed.
            inline.extend(if_there(answer)?.map(|answer| (policy, decoded(&answer.policy_document))));
        }
        Ok(Some(role_from_sdk(&found, inline, attached)))
    }

    async fn roles(&self, path_prefix: &str) -> Result<Vec<Role>, Error> {
        let listed = &self.listed(path_prefix).await?;
        let roles = batches::pages(|page| async move {
            let request = self
                .client
                .get_account_authorization_details()
                .filter(EntityType::Role)
                .max_items(ROLES_PER_PAGE.into())
                .set_marker(page);
            let operation = "GetAccountAuthorizationDetails";
            let answer = self.call(operation, path_prefix, || request.clone().send()).await?;
            let marker = answer.marker.filter(|_| answer.is_truncated);
            // A role that was made between the two calls is left for the next time.
            let roles = answer.role_detail_list.into_iter().flatten().filter_map(|detail| {
                let (description, seconds) = listed.get(detail.role_name()?)?.clone();
                Some(role_from_detail(detail, description, seconds))
            });
            Ok((roles, marker))
        });
        roles.await
    }

    async fn inline_policy_names(&self, role: &str) -> Result<Vec<String>, Error> {
        let names = batches::pages(|page| async move {
            let request = self.client.list_role_policies().role_name(role).max_items(PAGE).set_marker(page);
            let answer = self.call("ListRolePolicies", role, || request.clone().send()).await?;
            Ok((answer.policy_names, answer.marker.filter(|_| answer.is_truncated)))
        });
        names.await
    }

    async fn attached_policies(&self, role: &str) -> Result<BTreeSet<String>, Error> {
        let policies = batches::pages(|page| async move {
            let request =
                self.client.list_attached_role_policies().role_name(role).max_items(PAGE).set_marker(page);
            let answer = self.call("ListAttachedRolePolicies", role, || request.clone().send()).await?;
            let marker = answer.marker.filter(|_| answer.is_truncated);
            Ok((answer.attached_policies.unwrap_or_default(), marker))
        });
        Ok(policies.await?.into_iter().filter_map(|policy| policy.policy_arn).collect())
    }

    /// Description and session duration of every role: what the details of the account leave out.
    async fn listed(&self, path_prefix: &str) -> Result<BTreeMap<String, (String, u32)>, Error> {
        let roles = batches::pages_into(|page| async move {
            let request = self
                .client
                .list_roles()
                .path_prefix(path_prefix)
                .max_items(ROLES_PER_PAGE.into())
                .set_marker(page);
            let answer = self.call("ListRoles", path_prefix, || request.clone().send()).await?;
            let marker = answer.marker.filter(|_| answer.is_truncated);
            let roles = answer.roles.into_iter().map(|role| {
                let seconds = session_seconds(role.max_session_duration);
                (role.role_name, (role.description.unwrap_or_default(), seconds))
            });
            Ok((roles, marker))
        });
        roles.await
    }

    async fn instance_profiles(&self, role: &str) -> Result<Vec<String>, Error> {
        let profiles = batches::pages(|page| async move {
            let request = self
                .client
                .list_instance_profiles_for_role()
                .role_name(role)
                .max_items(PAGE)
                .set_marker(page);
            let operation = "ListInstanceProfilesForRole";
            let answer = self.call(operation, role, || request.clone().send()).await?;
            Ok((answer.instance_profiles, answer.marker.filter(|_| answer.is_truncated)))
        });
        let names = profiles.await?.into_iter().map(|profile| profile.instance_profile_name);
        let mut names: Vec<String> = names.collect();
        names.sort();
        Ok(names)
    }
}

#[derive(Clone)]
pub(super) struct SdkRoles {
    channel: Arc<Iam>,
    /// Lists by path, for callers that wait together: apps that are destroyed at the same time need the same.
    lists: Batcher<String, Arc<Vec<Role>>>,
    /// The list of the account, where being some seconds behind does no harm.
    listed: Option<Batcher<String, Role>>,
}

impl SdkRoles {
    pub(super) fn new(channel: Arc<Iam>) -> Self {
        let lists = Batcher::single(&channel, |channel, path_prefix: String| async move {
            Ok(Some(Arc::new(channel.roles(&path_prefix).await?)))
        });
        Self { channel, lists, listed: None }
    }

    /// From the list of the account, where that takes fewer calls.
    pub(super) fn refreshing(&self) -> Self {
        let channel = self.channel.clone();
        let listed = listed_roles(move || {
            let channel = channel.clone();
            async move { channel.roles("/").await }
        });
        Self { listed: Some(listed), ..self.clone() }
    }

    async fn delete_with_all(&self, name: &str) -> Result<(), Error> {
        for policy in self.channel.inline_policy_names(name).await? {
            self.delete_inline_policy(name, &policy).await?;
        }
        for policy in self.channel.attached_policies(name).await? {
            self.detach_policy(name, &policy).await?;
        }
        let request = self.channel.client.delete_role().role_name(name);
        self.channel.call_patiently(RELEASE, "DeleteRole", name, || request.clone().send()).await.map(drop)
    }
}

#[async_trait]
impl Roles for SdkRoles {
    async fn create(&self, new: &NewRole) -> Result<Role, Error> {
        let operation = "CreateRole";
        let tags = tags_to_sdk(operation, &new.name, &new.tags)?;
        let request = self
            .channel
            .client
            .create_role()
            .role_name(&new.name)
            .path(&new.path)
            .assume_role_policy_document(&new.trust_policy)
            .set_description(Some(new.description.clone()).filter(|text| !text.is_empty()))
            .max_session_duration(i32::try_from(new.max_session_seconds).unwrap_or(i32::MAX))
            .set_permissions_boundary(new.permissions_boundary.clone())
            .set_tags(tags);
        let answer =
            self.channel.call_patiently(PROPAGATION, operation, &new.name, || request.clone().send()).await?;
        let created = answer.role.ok_or_else(|| {
            Error::new(ErrorKind::Other, Service::Iam, operation, &new.name, "AWS answered without the role")
        })?;
        Ok(role_from_sdk(&created, BTreeMap::new(), BTreeSet::new()))
    }

    async fn get(&self, name: &str) -> Result<Option<Role>, Error> {
        if let Some(listed) = &self.listed
            && let Some(role) = listed.get_one(name.to_owned()).await?
        {
            return Ok(Some(role));
        }
        self.channel.role(name).await
    }

    async fn list(&self, path_prefix: &str) -> Result<Arc<Vec<Role>>, Error> {
        Ok(self.lists.get_one(path_prefix.to_owned()).await?.unwrap_or_default())
    }

    async fn update(&self, name: &str, change: &RoleChange) -> Result<(), Error> {
        let request = self
            .channel
            .client
            .update_role()
            .role_name(name)
            .description(&change.description)
            .max_session_duration(i32::try_from(change.max_session_seconds).unwrap_or(i32::MAX));
        self.channel.call("UpdateRole", name, || request.clone().send()).await.map(drop)
    }

    async fn set_trust_policy(&self, name: &str, policy: &str) -> Result<(), Error> {
        let request = self.channel.client.update_assume_role_policy().role_name(name).policy_document(policy);
        self.channel
            .call_patiently(PROPAGATION, "UpdateAssumeRolePolicy", name, || request.clone().send())
            .await
            .map(drop)
    }

    async fn set_permissions_boundary(&self, name: &str, policy_arn: Option<&str>) -> Result<(), Error> {
        if let Some(arn) = policy_arn {
            let request =
                self.channel.client.put_role_permissions_boundary().role_name(name).permissions_boundary(arn);
            self.channel.call("PutRolePermissionsBoundary", name, || request.clone().send()).await.map(drop)
        } else {
            let request = self.channel.client.delete_role_permissions_boundary().role_name(name);
            let operation = "DeleteRolePermissionsBoundary";
            if_there(self.channel.call(operation, name, || request.clone().send()).await).map(drop)
        }
    }

    async fn put_inline_policy(&self, role: &str, policy_name: &str, policy: &str) -> Result<(), Error> {
        let request = self
            .channel
            .client
            .put_role_policy()
            .role_name(role)
            .policy_name(policy_name)
            .policy_document(policy);
        self.channel
            .call_patiently(ROLE_VISIBLE, "PutRolePolicy", role, || request.clone().send())
            .await
            .map(drop)
    }

    async fn delete_inline_policy(&self, role: &str, policy_name: &str) -> Result<(), Error> {
        let request = self.channel.client.delete_role_policy().role_name(role).policy_name(policy_name);
        if_there(self.channel.call("DeleteRolePolicy", role, || request.clone().send()).await).map(drop)
    }

    async fn attach_policy(&self, role: &str, policy_arn: &str) -> Result<(), Error> {
        let request = self.channel.client.attach_role_policy().role_name(role).policy_arn(policy_arn);
        self.channel
            .call_patiently(ROLE_VISIBLE, "AttachRolePolicy", role, || request.clone().send())
            .await
            .map(drop)
    }

    async fn detach_policy(&self, role: &str, policy_arn: &str) -> Result<(), Error> {
        let request = self.channel.client.detach_role_policy().role_name(role).policy_arn(policy_arn);
        if_there(self.channel.call("DetachRolePolicy", role, || request.clone().send()).await).map(drop)
    }

    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), Error> {
        let operation = "TagRole";
        let tags = tags_to_sdk(operation, name, tags)?;
        let request = self.channel.client.tag_role().role_name(name).set_tags(tags);
        self.channel.call(operation, name, || request.clone().send()).await.map(drop)
    }

    async fn untag(&self, name: &str, keys: &[String]) -> Result<(), Error> {
        let request = self.channel.client.untag_role().role_name(name).set_tag_keys(Some(keys.to_vec()));
        self.channel.call("UntagRole", name, || request.clone().send()).await.map(drop)
    }

    async fn instance_profiles(&self, name: &str) -> Result<Vec<String>, Error> {
        Ok(if_there(self.channel.instance_profiles(name).await)?.unwrap_or_default())
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        if_there(self.delete_with_all(name).await).map(drop)
    }
}

fn tags_to_sdk(operation: &'static str, name: &str, tags: &Tags) -> Result<Option<Vec<Tag>>, Error> {
    to_list(tags, |key, value| Tag::builder().key(key).value(value).build()).map_err(|error: BuildError| {
        Error::new(ErrorKind::Invalid, Service::Iam, operation, name, error.to_string())
    })
}

/// IAM answers with policies in URL encoding (RFC 3986).
fn decoded(policy: &str) -> String {
    percent_decode_str(policy).decode_utf8_lossy().into_owned()
}

/// AWS leaves the duration out where it is the default of an hour.
fn session_seconds(found: Option<i32>) -> u32 {
    found.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(3600)
}

fn role_from_sdk(
    found: &aws_sdk_iam::types::Role,
    inline_policies: BTreeMap<String, String>,
    attached_policies: BTreeSet<String>,
) -> Role {
    Role {
        name: found.role_name().to_owned(),
        arn: found.arn().to_owned(),
        id: found.role_id().to_owned(),
        path: found.path().to_owned(),
        trust_policy: decoded(found.assume_role_policy_document().unwrap_or_default()),
        description: found.description().unwrap_or_default().to_owned(),
        max_session_seconds: session_seconds(found.max_session_duration()),
        permissions_boundary: found
            .permissions_boundary()
            .and_then(|boundary| boundary.permissions_boundary_arn())
            .map(str::to_owned),
        inline_policies,
        attached_policies,
        tags: from_pairs(found.tags().iter().map(|tag| (tag.key(), tag.value()))),
    }
}

fn role_from_detail(found: aws_sdk_iam::types::RoleDetail, description: String, seconds: u32) -> Role {
    let tags = from_pairs(found.tags().iter().map(|tag| (tag.key(), tag.value())));
    Role {
        name: found.role_name.unwrap_or_default(),
        arn: found.arn.unwrap_or_default(),
        id: found.role_id.unwrap_or_default(),
        path: found.path.unwrap_or_default(),
        trust_policy: decoded(&found.assume_role_policy_document.unwrap_or_default()),
        description,
        max_session_seconds: seconds,
        permissions_boundary: found
            .permissions_boundary
            .and_then(|boundary| boundary.permissions_boundary_arn),
        inline_policies: found
            .role_policy_list
            .into_iter()
            .flatten()
            .map(|policy| {
                (policy.policy_name.unwrap_or_default(), decoded(&policy.policy_document.unwrap_or_default()))
            })
            .collect(),
        attached_policies: found
            .attached_managed_policies
            .into_iter()
            .flatten()
            .filter_map(|policy| policy.policy_arn)
            .collect(),
        tags,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_decoded() {
        assert_eq!(decoded("%7B%22a%22%3A%22b+c%22%7D"), r#"{"a":"b+c"}"#);
        assert_eq!(decoded(r#"{"a":"b"}"#), r#"{"a":"b"}"#);
    }

    #[test]
    fn an_unnamed_session_duration_is_an_hour() {
        assert_eq!(session_seconds(None), 3600);
        assert_eq!(session_seconds(Some(7200)), 7200);
    }
}
