//! The provider's arguments in HCL: named as users of an AWS-backed provider know them, and the standards.

use std::collections::{BTreeMap, BTreeSet};

use ipsy_aws::Service;
use serde::Deserialize;
use tf_provider::{Attribute, Block, Schema, Type};

use crate::arguments::quantity;
use crate::infrastructure::ownership::TagPolicy;

/// The arguments, as they are written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProviderConfig {
    pub(super) region: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) access_key: Option<String>,
    pub(super) secret_key: Option<String>,
    pub(super) token: Option<String>,
    pub(super) shared_config_files: Option<Vec<String>>,
    pub(super) shared_credentials_files: Option<Vec<String>>,
    pub(super) custom_ca_bundle: Option<String>,
    pub(super) http_proxy: Option<String>,
    pub(super) https_proxy: Option<String>,
    pub(super) no_proxy: Option<String>,
    pub(super) use_fips_endpoint: Option<bool>,
    pub(super) use_dualstack_endpoint: Option<bool>,
    pub(super) max_retries: Option<u32>,
    pub(super) retry_mode: Option<String>,
    pub(super) allowed_account_ids: Option<Vec<String>>,
    pub(super) forbidden_account_ids: Option<Vec<String>>,
    pub(super) default_tags: Option<BTreeMap<String, String>>,
    pub(super) standards_file: Option<String>,
    pub(super) assume_role: Vec<AssumeRoleConfig>,
    pub(super) assume_role_with_web_identity: Option<WebIdentityConfig>,
    pub(super) endpoints: Option<BTreeMap<String, Option<String>>>,
    pub(super) ignore_tags: Option<IgnoreTagsConfig>,
    pub(super) standards: Option<StandardsConfig>,
}

/// `assume_role { … }`, in the order of the chain.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AssumeRoleConfig {
    pub(super) role_arn: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) session_name: Option<String>,
    pub(super) duration_seconds: Option<u64>,
    pub(super) policy: Option<String>,
    pub(super) policy_arns: Option<Vec<String>>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) transitive_tag_keys: Option<BTreeSet<String>>,
    pub(super) source_identity: Option<String>,
}

/// `assume_role_with_web_identity { … }`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WebIdentityConfig {
    pub(super) role_arn: Option<String>,
    pub(super) session_name: Option<String>,
    pub(super) web_identity_token: Option<String>,
    pub(super) web_identity_token_file: Option<String>,
    pub(super) duration_seconds: Option<u64>,
    pub(super) policy: Option<String>,
    pub(super) policy_arns: Option<Vec<String>>,
}

/// `ignore_tags { … }`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct IgnoreTagsConfig {
    pub(super) keys: Option<BTreeSet<String>>,
    pub(super) key_prefixes: Option<BTreeSet<String>>,
}

/// `standards { … }`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct StandardsConfig {
    pub(super) document: Option<String>,
    pub(super) version: Option<String>,
    pub(super) mode: Option<String>,
    pub(super) required_labels: Option<Vec<String>>,
    pub(super) labels: Option<BTreeMap<String, String>>,
    pub(super) annotations: Option<BTreeMap<String, String>>,
    pub(super) log_retention_days: Option<i64>,
    pub(super) resources: Option<ResourceStandardsConfig>,
}

/// `resources { … }` of the standards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ResourceStandardsConfig {
    pub(super) default_cpu_request: Option<String>,
    pub(super) default_cpu_limit: Option<String>,
    pub(super) default_memory: Option<String>,
    pub(super) min_cpu: Option<String>,
    pub(super) min_memory: Option<String>,
    pub(super) max_cpu: Option<String>,
    pub(super) max_memory: Option<String>,
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

fn text(description: &str) -> Attribute {
    Attribute::optional(Type::String).describe(description)
}

fn texts(description: &str) -> Attribute {
    Attribute::optional(Type::list(Type::String)).describe(description)
}

fn text_map(description: &str) -> Attribute {
    Attribute::optional(Type::map(Type::String)).describe(description)
}

/// The schema. Nothing is required: without AWS the pure data sources and functions work.
pub(super) fn schema() -> Schema {
    let number = |description: &str| Attribute::optional(Type::Number).describe(description);
    let flag = |description: &str| Attribute::optional(Type::Bool).describe(description);
    Schema::new(0)
        .describe("Deploys apps to Kubernetes on AWS by the standards of an organisation.")
        .attribute(
            "region",
            text("AWS region. Default: `AWS_REGION`, or that of the profile.").example("\"eu-west-1\""),
        )
        .attribute("profile", text("Profile of the shared files. Default: `AWS_PROFILE`."))
        .attribute("access_key", text("Access key. Better: the environment, a profile or a role."))
        .attribute("secret_key", text("Secret key that belongs to `access_key`.").sensitive())
        .attribute("token", text("Session token that belongs to `access_key`.").sensitive())
        .attribute("shared_config_files", texts("Shared configuration files. Default: `~/.aws/config`."))
        .attribute(
            "shared_credentials_files",
            texts("Shared credentials files. Default: `~/.aws/credentials`."),
        )
        .attribute("custom_ca_bundle", text("PEM file of authorities to trust. Default: `AWS_CA_BUNDLE`."))
        .attribute("http_proxy", text("Proxy for plain requests. Default: `HTTP_PROXY`."))
        .attribute("https_proxy", text("Proxy for encrypted requests. Default: `HTTPS_PROXY`."))
        .attribute("no_proxy", text("Hosts that are asked without a proxy. Default: `NO_PROXY`."))
        .attribute("use_fips_endpoint", flag("Whether FIPS endpoints are used."))
        .attribute("use_dualstack_endpoint", flag("Whether dual-stack endpoints are used."))
        .attribute(
            "max_retries",
            number("How often a call is tried again. Default: `AWS_MAX_ATTEMPTS`, or 25."),
        )
        .attribute("retry_mode", text("`standard` or `adaptive`. Default: `AWS_RETRY_MODE`."))
        .attribute("allowed_account_ids", texts("Accounts that may be worked in; any other is an error."))
        .attribute("forbidden_account_ids", texts("Accounts that may not be worked in."))
        .attribute("default_tags", text_map("Tags for everything that is made."))
        .attribute("endpoints", text_map(&endpoints_description()))
        .attribute("standards_file", text("Path of a YAML file with the organisation's standards (`kind: Standards`); `ipsy-post-renderer --standards` takes the same one.").example("\"standards.yaml\""))
        .block("assume_role", assume_role())
        .block("assume_role_with_web_identity", web_identity())
        .block("ignore_tags", ignore_tags())
        .block("standards", standards())
}

fn endpoints_description() -> String {
    let mut names = Service::ALL.map(|service| format!("`{}`", service.endpoint_name()));
    names.sort();
    format!("URLs of services instead of AWS', by service: {}.", names.join(", "))
}

fn assume_role() -> Block {
    Block::list()
        .describe("A role to assume. Several blocks are a chain: each is assumed with the credentials of the one before.")
        .attribute("role_arn", Attribute::required(Type::String).describe("ARN of the role."))
        .attribute("external_id", text("External id that the role's trust policy asks for."))
        .attribute("session_name", text("Name of the session, for CloudTrail."))
        .attribute("duration_seconds", Attribute::optional(Type::Number).describe("Length of the session."))
        .attribute("policy", text("Policy that narrows the session, as JSON."))
        .attribute("policy_arns", texts("Managed policies that narrow the session."))
        .attribute("tags", text_map("Tags of the session."))
        .attribute("transitive_tag_keys", Attribute::optional(Type::set(Type::String)).describe("Tags that a next session in the chain keeps."))
        .attribute("source_identity", text("Source identity of the session."))
}

fn web_identity() -> Block {
    Block::single()
        .describe("A role to assume with a token of an OpenID Connect provider, as HCP Terraform's dynamic credentials.")
        .attribute("role_arn", text("ARN of the role. Default: `AWS_ROLE_ARN`."))
        .attribute("session_name", text("Name of the session, for CloudTrail."))
        .attribute("web_identity_token", text("The token itself.").sensitive())
        .attribute("web_identity_token_file", text("File that holds the token. Default: `AWS_WEB_IDENTITY_TOKEN_FILE`."))
        .attribute("duration_seconds", Attribute::optional(Type::Number).describe("Length of the session."))
        .attribute("policy", text("Policy that narrows the session, as JSON."))
        .attribute("policy_arns", texts("Managed policies that narrow the session."))
}

fn ignore_tags() -> Block {
    let set = |description: &str| Attribute::optional(Type::set(Type::String)).describe(description);
    Block::single()
        .describe("Tags that others set on what ipsy made: they are neither removed nor written.")
        .attribute("keys", set("Their keys."))
        .attribute("key_prefixes", set("Beginnings of their keys."))
}

fn standards() -> Block {
    let amount = |description: &str| text(description).check(quantity);
    Block::single()
        .describe("The organisation's standards; what stands here wins over `standards_file`.")
        .attribute(
            "document",
            text("A standards document as text, for example from `yamlencode` or a registry of your own. The other arguments win over it."),
        )
        .attribute("version", text("Version of the standards, stamped on objects."))
        .attribute("mode", text("`enforce`, `default`, `warn` or `off`. Default: `enforce`."))
        .attribute(
            "required_labels",
            texts("Labels that every app sets; `team` is satisfied by that argument."),
        )
        .attribute("labels", text_map("Labels for every object."))
        .attribute("annotations", text_map("Annotations for every object."))
        .attribute(
            "log_retention_days",
            Attribute::optional(Type::Number).describe("Days for which logs are kept."),
        )
        .block(
            "resources",
            Block::single()
                .describe("What containers may use.")
                .attribute("default_cpu_request", amount("CPU that a container reserves that says nothing."))
                .attribute("default_cpu_limit", amount("CPU limit of a container that says nothing."))
                .attribute(
                    "default_memory",
                    amount("Memory, reserved and limit, of a container that says nothing."),
                )
                .attribute("min_cpu", amount("Least CPU."))
                .attribute("min_memory", amount("Least memory."))
                .attribute("max_cpu", amount("Most CPU."))
                .attribute("max_memory", amount("Most memory."))
                .attribute("mode", text("`enforce`, `default`, `warn` or `off`, for resources alone.")),
        )
}
