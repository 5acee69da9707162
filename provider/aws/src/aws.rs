//! Everything that an app needs of AWS, in one value: each capability behind its trait.

use std::fmt;
use std::sync::Arc;

use crate::{
    Account, Accounts, Alarms, Clusters, Configuration, Error, ListenerRules, LoadBalancers, LogGroups,
    Parameters, PodIdentities, Pressure, Records, Repositories, Roles, TargetGroups, coalesce, sdk,
};

/// One account and region of AWS. Cloning is cheap and shares connections and credentials.
#[derive(Clone)]
pub struct Aws {
    /// Which account and region this is.
    pub account: Arc<Account>,
    /// Who is calling.
    pub accounts: Arc<dyn Accounts>,
    /// Container image repositories.
    pub repositories: Arc<dyn Repositories>,
    /// IAM roles.
    pub roles: Arc<dyn Roles>,
    /// Pod Identity associations.
    pub pod_identities: Arc<dyn PodIdentities>,
    /// EKS clusters.
    pub clusters: Arc<dyn Clusters>,
    /// Log groups.
    pub log_groups: Arc<dyn LogGroups>,
    /// Load balancers and listeners.
    pub load_balancers: Arc<dyn LoadBalancers>,
    /// Target groups.
    pub target_groups: Arc<dyn TargetGroups>,
    /// Listener rules.
    pub listener_rules: Arc<dyn ListenerRules>,
    /// Parameters.
    pub parameters: Arc<dyn Parameters>,
    /// `CloudWatch` alarms.
    pub alarms: Arc<dyn Alarms>,
    /// DNS records.
    pub records: Arc<dyn Records>,
    /// How often AWS refused calls for being too many.
    pub pressure: Arc<Pressure>,
}

impl Aws {
    /// Prepares the way to AWS. Nothing is sent before the first call, and credentials are looked for only then;
    /// files (shared configuration, certificates) are read here. Fails if no region is configured, or if what is
    /// configured cannot be.
    pub async fn connect(configuration: &Configuration) -> Result<Self, Error> {
        Ok(coalesce::coalesced(sdk::connect(configuration).await?))
    }
}

impl fmt::Debug for Aws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Aws").field("account", &self.account).finish_non_exhaustive()
    }
}
