//! What an import finds of an app on AWS.

use std::collections::BTreeMap;

use ipsy_aws::{LogGroup, Parameter, Repository, Role, Rule, Tags, TargetGroup};

use crate::ec2::Ec2;

/// What there is of an app.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) role: Option<Role>,
    pub(super) rule: Option<Rule>,
    pub(super) rule_tags: Tags,
    pub(super) target_groups: Vec<FoundTargetGroup>,
    pub(super) places: Vec<Place>,
    pub(super) repository: Option<FoundRepository>,
    pub(super) log_group: Option<LogGroup>,
    pub(super) parameter: Option<Parameter>,
    /// The instances that serve it, where no cluster does.
    pub(super) ec2: Option<Ec2>,
    /// Tags of everything that was found.
    pub(super) tags: Vec<Tags>,
}

/// A target group of the rule.
#[derive(Debug)]
pub(super) struct FoundTargetGroup {
    pub(super) group: TargetGroup,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) tags: Tags,
    pub(super) weight: u16,
}

/// A repository with its policies.
#[derive(Debug)]
pub(super) struct FoundRepository {
    pub(super) repository: Repository,
    pub(super) lifecycle_policy: Option<String>,
    pub(super) repository_policy: Option<String>,
    /// Whether another app owns it, such as the same one in another environment.
    pub(super) is_shared: bool,
}

/// Where the app's pods get their role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) cluster: String,
    pub(super) namespace: String,
    /// The cluster's provider of tokens, where those give the role.
    pub(super) oidc_provider_arn: Option<String>,
    /// ARN of the role.
    pub(super) role_arn: String,
    pub(super) tags: Tags,
}
