//! Who is calling, and where: the account, the partition and the region behind every ARN.

use std::fmt;
use std::sync::Arc;

use std::time::SystemTime;

use async_trait::async_trait;
use tokio::sync::OnceCell;

use crate::{Error, Secret};

/// The security token service: who is calling, and how the caller proves that to others.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// The account and the principal of the credentials in use. AWS allows this call to every principal.
    async fn caller_identity(&self) -> Result<CallerIdentity, Error>;

    /// A token for the Kubernetes API of the EKS cluster of this name. The token is a signed request, which EKS sends to
    /// find out who is calling. Nothing is sent here, so a cluster that does not exist is not an error.
    async fn cluster_token(&self, cluster: &str) -> Result<ClusterToken, Error>;
}

/// Proves to an EKS cluster who is calling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterToken {
    /// The bearer token.
    pub token: Secret,
    /// When the cluster refuses it, at the earliest.
    pub expires_at: SystemTime,
}

/// The principal that makes the calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerIdentity {
    /// Twelve digits.
    pub account_id: String,
    /// ARN of the user or of the assumed role's session.
    pub arn: String,
    /// Unique id of the user or of the assumed role's session.
    pub user_id: String,
}

/// The account and the region that one `Aws` talks to. The region and the partition are known
/// without a call, the account's id is asked for once and remembered.
pub struct Account {
    region: String,
    accounts: Arc<dyn Accounts>,
    identity: OnceCell<CallerIdentity>,
}

impl Account {
    /// The account behind `accounts`, in `region`.
    pub fn new(region: impl Into<String>, accounts: Arc<dyn Accounts>) -> Self {
        Self { region: region.into(), accounts, identity: OnceCell::new() }
    }

    /// The region, such as `eu-west-1`.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The second field of every ARN: `aws`, `aws-cn`, `aws-us-gov` and so on.
    pub fn partition(&self) -> &'static str {
        partition_of(&self.region).0
    }

    /// The domain of the partition's endpoints, such as `amazonaws.com`, for image and service names.
    pub fn dns_suffix(&self) -> &'static str {
        partition_of(&self.region).1
    }

    /// The account's id. The first call asks AWS, later calls do not; a failure is not remembered.
    pub async fn id(&self) -> Result<&str, Error> {
        self.identity().await.map(|identity| identity.account_id.as_str())
    }

    /// The caller. The first call asks AWS, later calls do not; a failure is not remembered.
    pub async fn identity(&self) -> Result<&CallerIdentity, Error> {
        self.identity.get_or_try_init(|| self.accounts.caller_identity()).await
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Account").field("region", &self.region).finish_non_exhaustive()
    }
}

/// Partition and DNS suffix of a region, by the region's prefix as AWS publishes it in `partitions.json`.
pub(crate) fn partition_of(region: &str) -> (&'static str, &'static str) {
    const PREFIXES: [(&str, &str, &str); 7] = [
        ("cn-", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-", "aws-us-gov", "amazonaws.com"),
        ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
        ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
        ("us-iso-", "aws-iso", "c2s.ic.gov"),
        ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
        ("eusc-", "aws-eusc", "amazonaws.eu"),
    ];
    PREFIXES
        .iter()
        .find(|(prefix, _, _)| region.starts_with(prefix))
        .map_or(("aws", "amazonaws.com"), |(_, partition, suffix)| (partition, suffix))
}

#[cfg(test)]
mod tests {
    use super::partition_of;

    fn check(region: &str, partition: &str, suffix: &str) {
        assert_eq!(partition_of(region), (partition, suffix), "{region}");
    }

    #[test]
    fn partition_follows_the_region() {
        check("eu-west-1", "aws", "amazonaws.com");
        check("cn-north-1", "aws-cn", "amazonaws.com.cn");
        check("us-gov-west-1", "aws-us-gov", "amazonaws.com");
        check("us-iso-east-1", "aws-iso", "c2s.ic.gov");
        check("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov");
        check("eusc-de-east-1", "aws-eusc", "amazonaws.eu");
    }
}
