//! IAM of the AWS in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;

use super::refusal::Refusal;
use super::world::{State, World, arn};
use crate::{Error, ErrorKind, NewRole, Role, RoleChange, Roles, Service, Tags};

fn find<'a>(state: &'a mut State, name: &str) -> Result<&'a mut Role, Refusal> {
    let what = format!("the role with name {name}");
    state.roles.get_mut(name).ok_or_else(|| Refusal::not_found("NoSuchEntity", &what))
}

#[async_trait]
impl Roles for World {
    async fn create(&self, new: &NewRole) -> Result<Role, Error> {
        self.call(Service::Iam, "CreateRole", &new.name, |state| {
            // Names that differ only in letter case are the same to IAM.
            if state.roles.keys().any(|name| name.eq_ignore_ascii_case(&new.name)) {
                return Err(Refusal::exists("EntityAlreadyExists", &format!("role with name {}", new.name)));
            }
            let role = Role {
                name: new.name.clone(),
                arn: arn("iam", &format!("role{}{}", new.path, new.name)),
                id: format!("AROA{}", state.next_id().to_uppercase()),
                path: new.path.clone(),
                trust_policy: new.trust_policy.clone(),
                description: new.description.clone(),
                max_session_seconds: new.max_session_seconds,
                permissions_boundary: new.permissions_boundary.clone(),
                inline_policies: BTreeMap::new(),
                attached_policies: BTreeSet::new(),
                tags: new.tags.clone(),
            };
            state.roles.insert(new.name.clone(), role.clone());
            Ok(role)
        })
    }

    async fn get(&self, name: &str) -> Result<Option<Role>, Error> {
        let found = self.call(Service::Iam, "GetRole", name, |state| {
            let found = state.roles.get(name).cloned();
            let is_hidden = found.is_some() && state.reads_without_roles > 0;
            if is_hidden {
                state.reads_without_roles -= 1;
            }
            Ok(found.filter(|_| !is_hidden))
        })?;
        let Some(role) = found else { return Ok(None) };
        self.call(Service::Iam, "ListRolePolicies", name, |_| Ok(()))?;
        for _ in &role.inline_policies {
            self.call(Service::Iam, "GetRolePolicy", name, |_| Ok(()))?;
        }
        self.call(Service::Iam, "ListAttachedRolePolicies", name, |_| Ok(()))?;
        Ok(Some(role))
    }

    async fn list(&self, path_prefix: &str) -> Result<Arc<Vec<Role>>, Error> {
        self.call(Service::Iam, "ListRoles", path_prefix, |_| Ok(()))?;
        self.call(Service::Iam, "GetAccountAuthorizationDetails", path_prefix, |state| {
            let listed = state.roles.values().filter(|role| role.path.starts_with(path_prefix));
            Ok(Arc::new(listed.cloned().collect()))
        })
    }

    async fn update(&self, name: &str, change: &RoleChange) -> Result<(), Error> {
        self.call(Service::Iam, "UpdateRole", name, |state| {
            let role = find(state, name)?;
            role.description.clone_from(&change.description);
            role.max_session_seconds = change.max_session_seconds;
            Ok(())
        })
    }

    async fn set_trust_policy(&self, name: &str, policy: &str) -> Result<(), Error> {
        self.call(Service::Iam, "UpdateAssumeRolePolicy", name, |state| {
            policy.clone_into(&mut find(state, name)?.trust_policy);
            Ok(())
        })
    }

    async fn set_permissions_boundary(&self, name: &str, policy_arn: Option<&str>) -> Result<(), Error> {
        let operation = match policy_arn {
            Some(_) => "PutRolePermissionsBoundary",
            None => "DeleteRolePermissionsBoundary",
        };
        self.call(Service::Iam, operation, name, |state| {
            find(state, name)?.permissions_boundary = policy_arn.map(str::to_owned);
            Ok(())
        })
    }

    async fn put_inline_policy(&self, role: &str, policy_name: &str, policy: &str) -> Result<(), Error> {
        self.call(Service::Iam, "PutRolePolicy", role, |state| {
            find(state, role)?.inline_policies.insert(policy_name.to_owned(), policy.to_owned());
            Ok(())
        })
    }

    async fn delete_inline_policy(&self, role: &str, policy_name: &str) -> Result<(), Error> {
        self.call(Service::Iam, "DeleteRolePolicy", role, |state| {
            if let Some(role) = state.roles.get_mut(role) {
                role.inline_policies.remove(policy_name);
            }
            Ok(())
        })
    }

    async fn attach_policy(&self, role: &str, policy_arn: &str) -> Result<(), Error> {
        self.call(Service::Iam, "AttachRolePolicy", role, |state| {
            find(state, role)?.attached_policies.insert(policy_arn.to_owned());
            Ok(())
        })
    }

    async fn detach_policy(&self, role: &str, policy_arn: &str) -> Result<(), Error> {
        self.call(Service::Iam, "DetachRolePolicy", role, |state| {
            if let Some(role) = state.roles.get_mut(role) {
                role.attached_policies.remove(policy_arn);
            }
            Ok(())
        })
    }

    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), Error> {
        self.call(Service::Iam, "TagRole", name, |state| {
            find(state, name)?.tags.extend(tags.clone());
            Ok(())
        })
    }

    async fn untag(&self, name: &str, keys: &[String]) -> Result<(), Error> {
        self.call(Service::Iam, "UntagRole", name, |state| {
            find(state, name)?.tags.retain(|key, _| !keys.contains(key));
            Ok(())
        })
    }

    async fn instance_profiles(&self, name: &str) -> Result<Vec<String>, Error> {
        self.call(Service::Iam, "ListInstanceProfilesForRole", name, |state| {
            let holders = state.instance_profiles.iter().filter(|(_, role)| role.as_str() == name);
            Ok(holders.map(|(profile, _)| profile.clone()).collect())
        })
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        let found =
            self.call(Service::Iam, "ListRolePolicies", name, |state| Ok(state.roles.get(name).cloned()))?;
        let Some(role) = found else { return Ok(()) };
        for policy in role.inline_policies.keys() {
            Roles::delete_inline_policy(self, name, policy).await?;
        }
        self.call(Service::Iam, "ListAttachedRolePolicies", name, |_| Ok(()))?;
        for policy in &role.attached_policies {
            Roles::detach_policy(self, name, policy).await?;
        }
        self.call(Service::Iam, "DeleteRole", name, |state| {
            if state.instance_profiles.values().any(|role| role == name) {
                let message = "Cannot delete entity, must remove roles from instance profile first.";
                return Err(Refusal::new(ErrorKind::InUse, "DeleteConflict", message));
            }
            state.roles.remove(name);
            Ok(())
        })
    }
}
