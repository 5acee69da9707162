//! IAM roles with everything that hangs on them: trust policy, inline policies and attached managed policies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{Error, Tags};

/// IAM roles, addressed by name (unique in the account, whatever the path and the letter case).
#[async_trait]
pub trait Roles: Send + Sync {
    /// Creates a role, without inline or managed policies. `AlreadyExists` if the name is taken. A principal of
    /// the trust policy that was made just now is waited for.
    async fn create(&self, role: &NewRole) -> Result<Role, Error>;

    /// The role with its policies and tags, `None` if it is not there. Three calls and one for each inline policy.
    async fn get(&self, name: &str) -> Result<Option<Role>, Error>;

    /// Every role under a path (`/` for all) with its policies and tags. Two calls for each two hundred of the account's
    /// roles, which callers that wait together share: cheaper than [`Roles::get`] from a handful of roles on.
    async fn list(&self, path_prefix: &str) -> Result<Arc<Vec<Role>>, Error>;

    /// Changes description and session duration, which AWS changes together.
    async fn update(&self, name: &str, change: &RoleChange) -> Result<(), Error>;

    /// Replaces the trust policy, JSON text. A principal that was made just now is waited for.
    async fn set_trust_policy(&self, name: &str, policy: &str) -> Result<(), Error>;

    /// Sets or (with `None`) removes the permissions boundary.
    async fn set_permissions_boundary(&self, name: &str, policy_arn: Option<&str>) -> Result<(), Error>;

    /// Creates or replaces an inline policy, JSON text.
    async fn put_inline_policy(&self, role: &str, policy_name: &str, policy: &str) -> Result<(), Error>;

    /// Removes an inline policy. Succeeds if it does not exist.
    async fn delete_inline_policy(&self, role: &str, policy_name: &str) -> Result<(), Error>;

    /// Attaches a managed policy. Succeeds if it is attached already.
    async fn attach_policy(&self, role: &str, policy_arn: &str) -> Result<(), Error>;

    /// Detaches a managed policy. Succeeds if it is not attached.
    async fn detach_policy(&self, role: &str, policy_arn: &str) -> Result<(), Error>;

    /// Adds or overwrites tags.
    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), Error>;

    /// Removes tags by key; a missing key is not an error.
    async fn untag(&self, name: &str, keys: &[String]) -> Result<(), Error>;

    /// Names of the instance profiles that hold a role, sorted. Empty if the role is not there.
    async fn instance_profiles(&self, name: &str) -> Result<Vec<String>, Error>;

    /// Deletes a role after its inline policies and managed attachments. AWS refuses a role that an instance profile
    /// holds: look with [`Roles::instance_profiles`] first. A missing role is not an error.
    async fn delete(&self, name: &str) -> Result<(), Error>;
}

/// What a role is created with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRole {
    /// 1 to 64 characters of `A–Z a–z 0–9 _ + = , . @ -`.
    pub name: String,
    /// `/` or `/…/`.
    pub path: String,
    /// Who may take the role, JSON text.
    pub trust_policy: String,
    /// For people; empty means none.
    pub description: String,
    /// Longest session, 3,600 to 43,200 seconds.
    pub max_session_seconds: u32,
    /// ARN of the managed policy that caps what the role may do.
    pub permissions_boundary: Option<String>,
    /// Tags, set in the same call.
    pub tags: Tags,
}

/// A role as AWS has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The name.
    pub name: String,
    /// The ARN, which contains the path.
    pub arn: String,
    /// The unique id, `AROA…`: a role that is recreated under the same name has another.
    pub id: String,
    /// `/` or `/…/`.
    pub path: String,
    /// Who may take the role, JSON text.
    pub trust_policy: String,
    /// For people; empty if there is none.
    pub description: String,
    /// Longest session in seconds.
    pub max_session_seconds: u32,
    /// ARN of the managed policy that caps what the role may do.
    pub permissions_boundary: Option<String>,
    /// Inline policies: JSON text by name.
    pub inline_policies: BTreeMap<String, String>,
    /// ARNs of the managed policies that are attached.
    pub attached_policies: BTreeSet<String>,
    /// Tags.
    pub tags: Tags,
}

/// Properties of a role that AWS changes in one call: both are given, changed or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleChange {
    /// For people; empty means none.
    pub description: String,
    /// Longest session, 3,600 to 43,200 seconds.
    pub max_session_seconds: u32,
}
