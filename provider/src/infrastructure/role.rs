//! The IAM role of the app's pods, assumed through EKS Pod Identity.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ipsy_aws::{Aws, Error, NewRole, RoleChange, Tags};
use serde_json::{Value, json};

use super::ownership::Ownership;
use super::{Component, Facts, Observed, Stage, differs};
use crate::app::resolve::Iam;
use crate::app::values::sorted;

/// Key and ownership component of a role.
pub(crate) const KEY: &str = "role";
/// Name of the inline policy that holds `iam.policy_json`.
const POLICY_NAME: &str = "app";

/// The role of an app.
pub(crate) struct Role {
    pub(crate) aws: Aws,
    pub(crate) ownership: Ownership,
    pub(crate) iam: Iam,
}

impl Role {
    fn name(&self) -> String {
        self.ownership.identity().role_name()
    }

    fn description(&self) -> String {
        let identity = self.ownership.identity();
        format!("Pods of {} in {}", identity.app, identity.environment)
    }

    fn inline_policies(&self) -> Value {
        match self.iam.policy_json.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok()) {
            Some(policy) => json!({ POLICY_NAME: sorted(&policy) }),
            None => json!({}),
        }
    }

    fn managed_policies(&self) -> BTreeSet<&String> {
        self.iam.managed_policy_arns.iter().collect()
    }

    fn max_session_seconds(&self) -> u32 {
        u32::try_from(self.iam.max_session_seconds).unwrap_or(3_600)
    }

    async fn reconcile_policies(&self, observed: &Value) -> Result<(), Error> {
        let roles = &self.aws.roles;
        let name = self.name();
        let wanted = self.inline_policies();
        let found = observed.get("inline_policies").cloned().unwrap_or_default();
        for (policy, document) in wanted.as_object().into_iter().flatten() {
            if found.get(policy) != Some(document) {
                roles.put_inline_policy(&name, policy, &document.to_string()).await?;
            }
        }
        for policy in found.as_object().into_iter().flatten().map(|(policy, _)| policy) {
            if wanted.get(policy).is_none() {
                roles.delete_inline_policy(&name, policy).await?;
            }
        }
        let attached: BTreeSet<String> = observed
            .get("managed_policy_arns")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|arn| arn.as_str().map(ToOwned::to_owned))
            .collect();
        let wanted = self.managed_policies();
        for arn in wanted.iter().filter(|arn| !attached.contains(**arn)) {
            roles.attach_policy(&name, arn).await?;
        }
        for arn in attached.iter().filter(|arn| !wanted.contains(arn)) {
            roles.detach_policy(&name, arn).await?;
        }
        Ok(())
    }
}

/// Trust of EKS Pod Identity: the same for every cluster, so that a second one needs no change.
fn trust_policy() -> Value {
    sorted(&json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "pods.eks.amazonaws.com" },
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        }],
    }))
}

/// A policy document in canonical form; what is no JSON stays as it is.
fn document(text: &str) -> Value {
    serde_json::from_str(text).map_or_else(|_| Value::String(text.to_owned()), |value| sorted(&value))
}

#[async_trait]
impl Component for Role {
    fn key(&self) -> String {
        KEY.to_owned()
    }

    fn identity(&self) -> String {
        self.name()
    }

    fn title(&self) -> String {
        format!("IAM role `{}`", self.name())
    }

    fn stage(&self) -> Stage {
        Stage::Foundation
    }

    fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    fn desired(&self) -> Value {
        json!({
            "description": self.description(),
            "inline_policies": self.inline_policies(),
            "managed_policy_arns": self.managed_policies(),
            "max_session_seconds": self.max_session_seconds(),
            "name": self.name(),
            "path": self.iam.path,
            "permissions_boundary": self.iam.permissions_boundary,
            "tags": self.ownership.tags(KEY),
            "trust_policy": trust_policy(),
        })
    }

    async fn observe(&self, _known_arn: Option<&str>) -> Result<Option<Observed>, Error> {
        let Some(role) = self.aws.roles.get(&self.name()).await? else { return Ok(None) };
        let inline: serde_json::Map<String, Value> =
            role.inline_policies.iter().map(|(name, text)| (name.clone(), document(text))).collect();
        let properties = json!({
            "description": role.description,
            "inline_policies": inline,
            "managed_policy_arns": role.attached_policies,
            "max_session_seconds": role.max_session_seconds,
            "name": role.name,
            "path": role.path,
            "permissions_boundary": role.permissions_boundary,
            "tags": self.ownership.observed(&role.tags),
            "trust_policy": document(&role.trust_policy),
        });
        Ok(Some(Observed { arn: role.arn, properties, tags: role.tags, value: None }))
    }

    async fn create(&self, _facts: &Facts) -> Result<Observed, Error> {
        let tags = self.ownership.tags(KEY);
        let role = self
            .aws
            .roles
            .create(&NewRole {
                name: self.name(),
                path: self.iam.path.clone(),
                trust_policy: trust_policy().to_string(),
                description: self.description(),
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
        let (roles, name) = (&self.aws.roles, self.name());
        // A role can't move to another path, and its name is taken as long as it is there.
        if differs(found, &desired, "path") {
            roles.delete(&name).await?;
            self.create(facts).await?;
            return Ok(());
        }
        if differs(found, &desired, "description") || differs(found, &desired, "max_session_seconds") {
            let change = RoleChange {
                description: self.description(),
                max_session_seconds: self.max_session_seconds(),
            };
            roles.update(&name, &change).await?;
        }
        if differs(found, &desired, "trust_policy") {
            roles.set_trust_policy(&name, &trust_policy().to_string()).await?;
        }
        if differs(found, &desired, "permissions_boundary") {
            roles.set_permissions_boundary(&name, self.iam.permissions_boundary.as_deref()).await?;
        }
        self.reconcile_policies(found).await?;
        Ok(())
    }

    async fn tag(&self, _observed: &Observed, tags: &Tags) -> Result<(), Error> {
        self.aws.roles.tag(&self.name(), tags).await
    }

    async fn untag(&self, _observed: &Observed, keys: &[String]) -> Result<(), Error> {
        self.aws.roles.untag(&self.name(), keys).await
    }

    async fn delete(&self, _observed: &Observed) -> Result<(), Error> {
        self.aws.roles.delete(&self.name()).await
    }
}
