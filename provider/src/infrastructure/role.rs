//! The IAM role of the app's pods, with everything that hangs on it.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ipsy_aws::{Aws, Error, ErrorKind, NewRole, RoleChange, Service, Tags};
use serde_json::{Map, Value, json};

use super::obstacle::Obstacle;
use super::ownership::Ownership;
use super::{Component, ComponentKey, Facts, Kind, Observed, Stage, differs};
use crate::app::deletion::Deletion;
use crate::app::iam::Iam;
use crate::app::policy::{canonical, document};

/// Key and ownership component of a role.
pub(crate) const KEY: ComponentKey = ComponentKey::only(Kind::Role);

/// The role of an app.
pub(crate) struct Role {
    pub(crate) aws: Aws,
    pub(crate) ownership: Ownership,
    pub(crate) iam: Iam,
    /// Who may take the role.
    pub(crate) trust_policy: Value,
}

impl Role {
    fn inline_policies(&self) -> Value {
        let policies = self.iam.inline_policies.iter();
        policies.map(|(name, text)| (name.clone(), canonical(&document(text)))).collect::<Map<_, _>>().into()
    }

    fn max_session_seconds(&self) -> u32 {
        u32::try_from(self.iam.max_session_seconds).unwrap_or(3_600)
    }

    /// Why the role can't be deleted, where instance profiles hold it: ipsy makes none.
    async fn foreign_profiles(&self) -> Result<Option<String>, Error> {
        let profiles = self.aws.roles.instance_profiles(&self.iam.role_name).await?;
        Ok((!profiles.is_empty()).then(|| format!("instance profiles hold it: {}", profiles.join(", "))))
    }

    async fn reconcile_policies(&self, observed: &Value) -> Result<(), Error> {
        let roles = &self.aws.roles;
        let name = &self.iam.role_name;
        let wanted = self.inline_policies();
        let found = observed.get("inline_policies").cloned().unwrap_or_default();
        for (policy, text) in &self.iam.inline_policies {
            if found.get(policy) != wanted.get(policy) {
                roles.put_inline_policy(name, policy, text).await?;
            }
        }
        for policy in found.as_object().into_iter().flatten().map(|(policy, _)| policy) {
            if wanted.get(policy).is_none() {
                roles.delete_inline_policy(name, policy).await?;
            }
        }
        let attached = attached_policies(observed);
        let wanted = &self.iam.managed_policy_arns;
        for arn in wanted.difference(&attached) {
            roles.attach_policy(name, arn).await?;
        }
        for arn in attached.difference(wanted) {
            roles.detach_policy(name, arn).await?;
        }
        Ok(())
    }
}

/// The managed policies among properties.
fn attached_policies(properties: &Value) -> BTreeSet<String> {
    let arns = properties.get("managed_policy_arns").and_then(Value::as_array).into_iter().flatten();
    arns.filter_map(|arn| arn.as_str().map(ToOwned::to_owned)).collect()
}

#[async_trait]
impl Component for Role {
    fn key(&self) -> ComponentKey {
        KEY
    }

    fn identity(&self) -> String {
        self.iam.role_name.clone()
    }

    fn title(&self) -> String {
        format!("IAM role `{}`", self.iam.role_name)
    }

    fn stage(&self) -> Stage {
        Stage::Foundation
    }

    fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    /// Tags can be copied: what the app has made has its trust policy as well.
    fn is_leftover(&self, observed: &Observed) -> bool {
        let desired = self.desired();
        let is_same = |field| !differs(&observed.properties, &desired, field);
        self.ownership.is_leftover(&observed.tags) && is_same("trust_policy") && is_same("path")
    }

    fn desired(&self) -> Value {
        json!({
            "description": self.iam.description,
            "inline_policies": self.inline_policies(),
            "managed_policy_arns": self.iam.managed_policy_arns,
            "max_session_seconds": self.max_session_seconds(),
            "name": self.iam.role_name,
            "path": self.iam.path,
            "permissions_boundary": self.iam.permissions_boundary,
            "tags": self.ownership.shown(),
            "trust_policy": canonical(&self.trust_policy),
        })
    }

    async fn observe(&self, _known_arn: Option<&str>) -> Result<Option<Observed>, Error> {
        let Some(role) = self.aws.roles.get(&self.iam.role_name).await? else { return Ok(None) };
        let inline: Map<String, Value> = role
            .inline_policies
            .iter()
            .map(|(name, text)| (name.clone(), canonical(&document(text))))
            .collect();
        let properties = json!({
            "description": role.description,
            "inline_policies": inline,
            "managed_policy_arns": role.attached_policies,
            "max_session_seconds": role.max_session_seconds,
            "name": role.name,
            "path": role.path,
            "permissions_boundary": role.permissions_boundary,
            "tags": self.ownership.observed(&role.tags),
            "trust_policy": canonical(&document(&role.trust_policy)),
        });
        Ok(Some(Observed { arn: role.arn, properties, tags: role.tags, value: None }))
    }

    async fn create(&self, _facts: &Facts) -> Result<Observed, Error> {
        let tags = self.ownership.tags(&KEY);
        let role = self
            .aws
            .roles
            .create(&NewRole {
                name: self.iam.role_name.clone(),
                path: self.iam.path.clone(),
                trust_policy: self.trust_policy.to_string(),
                description: self.iam.description.clone(),
                max_session_seconds: self.max_session_seconds(),
                permissions_boundary: self.iam.permissions_boundary.clone(),
                tags: tags.clone(),
            })
            .await?;
        self.reconcile_policies(&json!({})).await?;
        Ok(Observed { arn: role.arn, properties: self.desired(), tags, value: None })
    }

    async fn change(&self, observed: &Observed, facts: &Facts) -> Result<(), Error> {
        let desired = self.desired();
        let found = &observed.properties;
        let (roles, name) = (&self.aws.roles, &self.iam.role_name);
        // A role can't move to another path, and its name is taken as long as it is there.
        if differs(found, &desired, "path") {
            roles.delete(name).await?;
            self.create(facts).await?;
            return Ok(());
        }
        if differs(found, &desired, "description") || differs(found, &desired, "max_session_seconds") {
            let change = RoleChange {
                description: self.iam.description.clone(),
                max_session_seconds: self.max_session_seconds(),
            };
            roles.update(name, &change).await?;
        }
        if differs(found, &desired, "trust_policy") {
            roles.set_trust_policy(name, &self.trust_policy.to_string()).await?;
        }
        if differs(found, &desired, "permissions_boundary") {
            roles.set_permissions_boundary(name, self.iam.permissions_boundary.as_deref()).await?;
        }
        self.reconcile_policies(found).await?;
        Ok(())
    }

    async fn tag(&self, _observed: &Observed, tags: &Tags) -> Result<(), Error> {
        self.aws.roles.tag(&self.iam.role_name, tags).await
    }

    async fn untag(&self, _observed: &Observed, keys: &[String]) -> Result<(), Error> {
        self.aws.roles.untag(&self.iam.role_name, keys).await
    }

    async fn admit_change(&self, observed: &Observed) -> Result<(), Error> {
        if !differs(&observed.properties, &self.desired(), "path") {
            return Ok(());
        }
        match self.foreign_profiles().await? {
            Some(reason) => {
                let message = format!("a role with another path is a new role, and {reason}");
                let name = &self.iam.role_name;
                Err(Error::new(ErrorKind::InUse, Service::Iam, "DeleteRole", name, message))
            }
            None => Ok(()),
        }
    }

    async fn obstacle(
        &self,
        observed: &Observed,
        _own: &BTreeSet<String>,
        _deletion: &Deletion,
    ) -> Result<Option<Obstacle>, Error> {
        let foreign: Vec<String> = attached_policies(&observed.properties)
            .difference(&self.iam.managed_policy_arns)
            .cloned()
            .collect();
        let mut reasons = Vec::new();
        if !foreign.is_empty() {
            reasons.push(format!(
                "policies are attached to it that are not in `iam.managed_policy_arns`: {}",
                foreign.join(", ")
            ));
        }
        reasons.extend(self.foreign_profiles().await?);
        Ok((!reasons.is_empty()).then(|| Obstacle {
            reason: reasons.join("; "),
            remedy: "Detach the policies (`terraform apply` also does this), remove the role from the instance profiles, \
                     and run again."
                .to_owned(),
        }))
    }

    async fn delete(&self, _observed: &Observed, _deletion: &Deletion) -> Result<(), Error> {
        self.aws.roles.delete(&self.iam.role_name).await
    }
}
