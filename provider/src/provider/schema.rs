//! The provider's arguments in HCL: named as users of an AWS-backed provider know them, and the standards.

use std::collections::{BTreeMap, BTreeSet};

use ipsy_aws::Service;
use provider_framework::{Arguments, Schema};
use serde::Deserialize;

use crate::app::resources::quantity;
use crate::infrastructure::ownership::TagPolicy;

/// Deploys apps to Kubernetes on AWS by the standards of an organisation.
#[derive(Debug, Default, Deserialize, Arguments)]
#[serde(default)]
pub(super) struct ProviderConfig {
    /// AWS region. Default: `AWS_REGION`, or that of the profile.
    #[argument(example = "\"eu-west-1\"")]
    pub(super) region: Option<String>,
    /// Profile of the shared files. Default: `AWS_PROFILE`.
    pub(super) profile: Option<String>,
    /// Access key. Better: the environment, a profile or a role.
    pub(super) access_key: Option<String>,
    /// Secret key that belongs to `access_key`.
    #[argument(sensitive)]
    pub(super) secret_key: Option<String>,
    /// Session token that belongs to `access_key`.
    #[argument(sensitive)]
    pub(super) token: Option<String>,
    /// Shared configuration files. Default: `~/.aws/config`.
    pub(super) shared_config_files: Option<Vec<String>>,
    /// Shared credentials files. Default: `~/.aws/credentials`.
    pub(super) shared_credentials_files: Option<Vec<String>>,
    /// PEM file of authorities to trust. Default: `AWS_CA_BUNDLE`.
    pub(super) custom_ca_bundle: Option<String>,
    /// Proxy for plain requests. Default: `HTTP_PROXY`.
    pub(super) http_proxy: Option<String>,
    /// Proxy for encrypted requests. Default: `HTTPS_PROXY`.
    pub(super) https_proxy: Option<String>,
    /// Hosts that are asked without a proxy. Default: `NO_PROXY`.
    pub(super) no_proxy: Option<String>,
    /// Whether FIPS endpoints are used.
    pub(super) use_fips_endpoint: Option<bool>,
    /// Whether dual-stack endpoints are used.
    pub(super) use_dualstack_endpoint: Option<bool>,
    /// How often a call is tried again. Default: `AWS_MAX_ATTEMPTS`, or 25.
    pub(super) max_retries: Option<u32>,
    /// `standard` or `adaptive`. Default: `AWS_RETRY_MODE`.
    pub(super) retry_mode: Option<String>,
    /// Accounts that may be worked in; any other is an error.
    pub(super) allowed_account_ids: Option<Vec<String>>,
    /// Accounts that may not be worked in.
    pub(super) forbidden_account_ids: Option<Vec<String>>,
    /// Tags for everything that is made.
    pub(super) default_tags: Option<BTreeMap<String, String>>,
    /// Path of a YAML file with the organisation's standards (`kind: Standards`); `ipsy-post-renderer --standards`
    /// takes the same one.
    #[argument(example = "\"standards.yaml\"")]
    pub(super) standards_file: Option<String>,
    pub(super) assume_role: Vec<AssumeRoleConfig>,
    pub(super) assume_role_with_web_identity: Option<WebIdentityConfig>,
    #[argument(describe = endpoints_description())]
    pub(super) endpoints: Option<BTreeMap<String, Option<String>>>,
    pub(super) ignore_tags: Option<IgnoreTagsConfig>,
    pub(super) standards: Option<StandardsConfig>,
}

/// A role to assume. Several blocks are a chain: each is assumed with the credentials of the one before.
#[derive(Debug, Default, Deserialize, Arguments)]
#[serde(default)]
pub(super) struct AssumeRoleConfig {
    /// ARN of the role.
    #[argument(required)]
    pub(super) role_arn: Option<String>,
    /// External id that the role's trust policy asks for.
    pub(super) external_id: Option<String>,
    /// Name of the session, for CloudTrail.
    pub(super) session_name: Option<String>,
    /// Length of the session.
    pub(super) duration_seconds: Option<u64>,
    /// Policy that narrows the session, as JSON.
    pub(super) policy: Option<String>,
    /// Managed policies that narrow the session.
    pub(super) policy_arns: Option<Vec<String>>,
    /// Tags of the session.
    pub(super) tags: Option<BTreeMap<String, String>>,
    /// Tags that a next session in the chain keeps.
    pub(super) transitive_tag_keys: Option<BTreeSet<String>>,
    /// Source identity of the session.
    pub(super) source_identity: Option<String>,
}

/// A role to assume with a token of an OpenID Connect provider, as HCP Terraform's dynamic credentials.
#[derive(Debug, Default, Deserialize, Arguments)]
#[serde(default)]
pub(super) struct WebIdentityConfig {
    /// ARN of the role. Default: `AWS_ROLE_ARN`.
    pub(super) role_arn: Option<String>,
    /// Name of the session, for CloudTrail.
    pub(super) session_name: Option<String>,
    /// The token itself.
    #[argument(sensitive)]
    pub(super) web_identity_token: Option<String>,
    /// File that holds the token. Default: `AWS_WEB_IDENTITY_TOKEN_FILE`.
    pub(super) web_identity_token_file: Option<String>,
    /// Length of the session.
    pub(super) duration_seconds: Option<u64>,
    /// Policy that narrows the session, as JSON.
    pub(super) policy: Option<String>,
    /// Managed policies that narrow the session.
    pub(super) policy_arns: Option<Vec<String>>,
}

/// Tags that others set on what ipsy made: they are neither removed nor written.
#[derive(Debug, Default, Deserialize, Arguments)]
#[serde(default)]
pub(super) struct IgnoreTagsConfig {
    /// Their keys.
    pub(super) keys: Option<BTreeSet<String>>,
    /// Beginnings of their keys.
    pub(super) key_prefixes: Option<BTreeSet<String>>,
}

/// The organisation's standards; what stands here wins over `standards_file`.
#[derive(Debug, Default, Deserialize, Arguments)]
#[serde(default)]
pub(super) struct StandardsConfig {
    /// A standards document as text, for example from `yamlencode` or a registry of your own. The other arguments win
    /// over it.
    pub(super) document: Option<String>,
    /// Version of the standards, stamped on objects.
    pub(super) version: Option<String>,
    /// `enforce`, `default`, `warn` or `off`. Default: `enforce`.
    pub(super) mode: Option<String>,
    /// Labels that every app sets; `team` is satisfied by that argument.
    pub(super) required_labels: Option<Vec<String>>,
    /// Labels for every object.
    pub(super) labels: Option<BTreeMap<String, String>>,
    /// Annotations for every object.
    pub(super) annotations: Option<BTreeMap<String, String>>,
    /// Days for which logs are kept.
    pub(super) log_retention_days: Option<i64>,
    pub(super) resources: Option<ResourceStandardsConfig>,
}

/// What containers may use.
#[derive(Debug, Default, Deserialize, Arguments)]
#[serde(default)]
pub(super) struct ResourceStandardsConfig {
    /// CPU request of a container that sets none.
    #[argument(check = quantity)]
    pub(super) default_cpu_request: Option<String>,
    /// CPU limit of a container that sets none.
    #[argument(check = quantity)]
    pub(super) default_cpu_limit: Option<String>,
    /// Memory request and limit of a container that sets none.
    #[argument(check = quantity)]
    pub(super) default_memory: Option<String>,
    /// Least CPU.
    #[argument(check = quantity)]
    pub(super) min_cpu: Option<String>,
    /// Least memory.
    #[argument(check = quantity)]
    pub(super) min_memory: Option<String>,
    /// Most CPU.
    #[argument(check = quantity)]
    pub(super) max_cpu: Option<String>,
    /// Most memory.
    #[argument(check = quantity)]
    pub(super) max_memory: Option<String>,
    /// `enforce`, `default`, `warn` or `off`, for resources alone.
    pub(super) mode: Option<String>,
}

/// Which tags everything gets, and which are left to others.
pub(super) fn tag_policy(config: &ProviderConfig) -> TagPolicy {
    let ignored = config.ignore_tags.as_ref();
    TagPolicy {
        default_tags: config.default_tags.clone().unwrap_or_default(),
        ignored_keys: ignored.and_then(|tags| tags.keys.clone()).unwrap_or_default(),
        ignored_prefixes: ignored.and_then(|tags| tags.key_prefixes.clone()).unwrap_or_default(),
    }
}

/// The schema. Nothing is required: without AWS the pure data sources and functions work.
pub(super) fn schema() -> Schema {
    Schema::new(0).arguments::<ProviderConfig>()
}

fn endpoints_description() -> String {
    let mut names = Service::ALL.map(|service| format!("`{}`", service.endpoint_name()));
    names.sort();
    format!("URLs of services instead of AWS', by service: {}.", names.join(", "))
}
