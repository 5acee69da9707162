//! EKS clusters, read only: the platform team makes them, apps run on them.

use async_trait::async_trait;

use crate::{Error, Tags};

/// EKS clusters of account and region, addressed by name.
#[async_trait]
pub trait Clusters: Send + Sync {
    /// The cluster, `None` if it is not there.
    async fn describe(&self, name: &str) -> Result<Option<Cluster>, Error>;

    /// Names of all clusters, sorted.
    async fn list(&self) -> Result<Vec<String>, Error>;
}

/// A cluster as AWS has it. What AWS fills in only when the cluster is up is `None` before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The name.
    pub name: String,
    /// The ARN.
    pub arn: String,
    /// `CREATING`, `ACTIVE`, `UPDATING`, `DELETING`, `FAILED` or `PENDING`.
    pub status: String,
    /// Kubernetes version, such as `1.34`.
    pub version: String,
    /// EKS platform version, such as `eks.12`.
    pub platform_version: Option<String>,
    /// URL of the Kubernetes API.
    pub endpoint: Option<String>,
    /// Certificate of the Kubernetes API's authority, PEM in base64.
    pub certificate_authority: Option<String>,
    /// URL of the OIDC issuer, for IAM roles for service accounts.
    pub oidc_issuer: Option<String>,
    /// The VPC of its nodes.
    pub vpc_id: Option<String>,
    /// Subnets of its network interfaces, sorted.
    pub subnet_ids: Vec<String>,
    /// Security groups given at creation, sorted.
    pub security_group_ids: Vec<String>,
    /// The security group that EKS made for nodes and control plane.
    pub cluster_security_group_id: Option<String>,
    /// When it was made, in seconds since 1970, UTC.
    pub created_at: Option<i64>,
    /// Tags.
    pub tags: Tags,
}
