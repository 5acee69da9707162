//! `load_balancer { … }` as it is written in HCL.

use std::collections::BTreeMap;

use ipsy_aws::Secret;
use serde::{Deserialize, Deserializer};

/// `load_balancer { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LoadBalancerConfig {
    pub(crate) owner: Option<String>,
    pub(crate) listener_arn: Option<String>,
    pub(crate) hosts: Option<Vec<String>>,
    pub(crate) paths: Option<Vec<String>>,
    pub(crate) methods: Option<Vec<String>>,
    pub(crate) source_ips: Option<Vec<String>>,
    pub(crate) header: BTreeMap<String, ValuesConfig>,
    pub(crate) query_string: BTreeMap<String, ValuesConfig>,
    pub(crate) priority: Option<i64>,
    pub(crate) priority_range: Option<RangeConfig>,
    pub(crate) weights: Option<String>,
    pub(crate) port: Option<String>,
    pub(crate) protocol_version: Option<String>,
    pub(crate) algorithm: Option<String>,
    pub(crate) session: Option<SessionConfig>,
    pub(crate) stickiness_seconds: Option<i64>,
    pub(crate) deregistration_delay_seconds: Option<i64>,
    pub(crate) slow_start_seconds: Option<i64>,
    pub(crate) authenticate_oidc: Option<AuthenticateOidcConfig>,
    pub(crate) authenticate_cognito: Option<AuthenticateCognitoConfig>,
}

impl LoadBalancerConfig {
    /// Whether Terraform makes the listener rule.
    pub(crate) fn is_of_terraform(&self) -> bool {
        self.owner.as_deref().is_none_or(|owner| owner == "terraform")
    }

    /// Whether the controller of the cluster makes the load balancer.
    pub(crate) fn is_of_controller(&self) -> bool {
        self.owner.as_deref() == Some("controller")
    }

    /// Whether there is a condition on requests.
    pub(crate) fn has_condition(&self) -> bool {
        let lists = [&self.hosts, &self.paths, &self.methods, &self.source_ips];
        lists.into_iter().flatten().any(|list| !list.is_empty())
            || !self.header.is_empty()
            || !self.query_string.is_empty()
    }
}

/// `header { … }` and `query_string { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ValuesConfig {
    pub(crate) values: Option<Vec<String>>,
}

/// `priority_range { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RangeConfig {
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
}

/// `session { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SessionConfig {
    pub(crate) cookie_name: Option<String>,
    pub(crate) seconds: Option<i64>,
}

/// `authenticate_oidc { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AuthenticateOidcConfig {
    pub(crate) issuer: Option<String>,
    pub(crate) authorization_endpoint: Option<String>,
    pub(crate) token_endpoint: Option<String>,
    pub(crate) user_info_endpoint: Option<String>,
    pub(crate) client_id: Option<String>,
    #[serde(deserialize_with = "hidden")]
    pub(crate) client_secret: Option<Secret>,
    pub(crate) client_secret_version: Option<String>,
    pub(crate) scope: Option<String>,
    pub(crate) session_cookie_name: Option<String>,
    pub(crate) session_timeout_seconds: Option<i64>,
    pub(crate) on_unauthenticated_request: Option<String>,
}

/// `authenticate_cognito { … }`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AuthenticateCognitoConfig {
    pub(crate) user_pool_arn: Option<String>,
    pub(crate) user_pool_client_id: Option<String>,
    pub(crate) user_pool_domain: Option<String>,
    pub(crate) scope: Option<String>,
    pub(crate) session_cookie_name: Option<String>,
    pub(crate) session_timeout_seconds: Option<i64>,
    pub(crate) on_unauthenticated_request: Option<String>,
}

/// Hides a secret as soon as it is read, so that no printed configuration can show it.
fn hidden<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}
