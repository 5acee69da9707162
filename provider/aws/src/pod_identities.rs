//! EKS Pod Identity associations: which IAM role the pods of a service account get in a cluster.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Error, Tags};

/// Pod Identity associations. AWS allows one for each cluster, namespace and service account.
#[async_trait]
pub trait PodIdentities: Send + Sync {
    /// Creates an association. `AlreadyExists` if the service account has one; a role that was made just now is
    /// waited for. With the same token a repeated call returns the first one's association.
    async fn create(&self, association: &NewPodIdentity) -> Result<PodIdentity, Error>;

    /// The association of a service account, `None` if there is none or no such cluster. Two calls.
    async fn find(
        &self,
        cluster: &str,
        namespace: &str,
        service_account: &str,
    ) -> Result<Option<PodIdentity>, Error>;

    /// The association of that id, `None` if it or the cluster is not there.
    async fn get(&self, cluster: &str, id: &str) -> Result<Option<PodIdentity>, Error>;

    /// All associations of a cluster, without their roles: AWS lists only references. Empty without the cluster.
    /// Many apps share a list, which can have thousands of associations.
    async fn list(&self, cluster: &str) -> Result<Arc<Vec<PodIdentityReference>>, Error>;

    /// Changes the role. A role that was made just now is waited for.
    async fn update(&self, cluster: &str, id: &str, change: &PodIdentityChange)
    -> Result<PodIdentity, Error>;

    /// Adds or overwrites tags, by the association's ARN.
    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error>;

    /// Removes tags by key; a missing key is not an error.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error>;

    /// Deletes an association. Succeeds if it or its cluster does not exist.
    async fn delete(&self, cluster: &str, id: &str) -> Result<(), Error>;
}

/// What an association is created with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPodIdentity {
    /// Name of the cluster.
    pub cluster: String,
    /// Namespace of the service account; neither has to exist yet.
    pub namespace: String,
    /// Name of the service account.
    pub service_account: String,
    /// Role that the pods get.
    pub role_arn: String,
    /// Second role, usually of another account, that the first one is exchanged for.
    pub target_role_arn: Option<String>,
    /// Leaves out the session tags (cluster, namespace and so on), for policies near the size limit.
    pub disable_session_tags: bool,
    /// Makes a repeated create harmless: at most 64 printable characters, the same for every try.
    pub client_request_token: String,
    /// Tags, set in the same call.
    pub tags: Tags,
}

/// An association as AWS has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodIdentity {
    /// The id, `a-…`.
    pub id: String,
    /// The ARN.
    pub arn: String,
    /// Name of the cluster.
    pub cluster: String,
    /// Namespace of the service account.
    pub namespace: String,
    /// Name of the service account.
    pub service_account: String,
    /// Role that the pods get.
    pub role_arn: String,
    /// Second role that the first one is exchanged for.
    pub target_role_arn: Option<String>,
    /// Whether session tags are left out.
    pub disable_session_tags: bool,
    /// External id that the target role's trust policy can demand; AWS makes it.
    pub external_id: Option<String>,
    /// Who owns it, if it belongs to something of AWS's (an add-on): such a one is not to be changed.
    pub owner_arn: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// An association as AWS lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodIdentityReference {
    /// The id, `a-…`.
    pub id: String,
    /// The ARN.
    pub arn: String,
    /// Namespace of the service account.
    pub namespace: String,
    /// Name of the service account.
    pub service_account: String,
}

/// What can change in an association; all are given, changed or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodIdentityChange {
    /// Role that the pods get.
    pub role_arn: String,
    /// Second role that the first one is exchanged for.
    pub target_role_arn: Option<String>,
    /// Leaves out the session tags.
    pub disable_session_tags: bool,
}
