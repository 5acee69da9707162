//! Everything that an app needs of AWS, in one value: each capability behind its trait.

use std::fmt;
use std::sync::Arc;

use crate::{
    Account, Accounts, Alarms, Clusters, Instances, ListenerRules, LoadBalancers, LogGroups, Metrics,
    Parameters, PodIdentities, Pressure, Records, Repositories, ResourceTags, Roles, TargetGroups,
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
    /// EC2 instances and Auto Scaling groups.
    pub instances: Arc<dyn Instances>,
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
    /// `CloudWatch` metrics.
    pub metrics: Arc<dyn Metrics>,
    /// DNS records.
    pub records: Arc<dyn Records>,
    /// Tags of objects of many services at once.
    pub resource_tags: Arc<dyn ResourceTags>,
    /// The same AWS for reads of many objects; see [`Aws::refreshing`].
    pub(crate) refreshing: Option<Arc<Self>>,
    /// How often AWS refused calls for being too many.
    pub pressure: Arc<Pressure>,
}

impl Aws {
    /// The same AWS for callers that read many objects to see whether anything has changed: roles and tags come from
    /// lists of the whole account where that takes fewer calls. These lists learn of a change some seconds late. So
    /// what differs from what was expected must be read again through `self`, and nothing else may be decided by
    /// them.
    pub fn refreshing(&self) -> &Self {
        self.refreshing.as_deref().unwrap_or(self)
    }
}

impl fmt::Debug for Aws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Aws").field("account", &self.account).finish_non_exhaustive()
    }
}
