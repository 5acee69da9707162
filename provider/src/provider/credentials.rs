//! From the provider's arguments to the way to AWS.

use std::path::PathBuf;
use std::time::Duration;

use ipsy_aws::{AssumeRole, AssumeRoleWithWebIdentity, Configuration, RetryMode, Secret};

use super::schema::{AssumeRoleConfig, ProviderConfig, WebIdentityConfig};

/// The configuration of AWS. What is not set is left to AWS' own environment variables and files.
pub(super) fn configuration(config: &ProviderConfig) -> Configuration {
    Configuration {
        region: config.region.clone(),
        profile: config.profile.clone(),
        access_key: config.access_key.clone(),
        secret_key: config.secret_key.clone().map(Secret::new),
        token: config.token.clone().map(Secret::new),
        shared_config_files: paths(config.shared_config_files.as_deref()),
        shared_credentials_files: paths(config.shared_credentials_files.as_deref()),
        assume_role: config.assume_role.iter().map(assume_role).collect(),
        assume_role_with_web_identity: config.assume_role_with_web_identity.as_ref().map(web_identity),
        endpoints: config
            .endpoints
            .iter()
            .flatten()
            .filter_map(|(service, url)| Some((service.clone(), url.clone()?)))
            .collect(),
        max_retries: config.max_retries,
        retry_mode: match config.retry_mode.as_deref() {
            Some("adaptive") => Some(RetryMode::Adaptive),
            Some(_) => Some(RetryMode::Standard),
            None => None,
        },
        custom_ca_bundle: config.custom_ca_bundle.as_deref().map(expand),
        http_proxy: config.http_proxy.clone(),
        https_proxy: config.https_proxy.clone(),
        no_proxy: config.no_proxy.clone(),
        use_fips_endpoint: config.use_fips_endpoint,
        use_dualstack_endpoint: config.use_dualstack_endpoint,
        // AWS' name for an app takes no slash and no blank.
        user_agent: Some(format!("terraform-provider-ipsy-{}", env!("CARGO_PKG_VERSION"))),
    }
}

fn assume_role(config: &AssumeRoleConfig) -> AssumeRole {
    AssumeRole {
        role_arn: config.role_arn.clone().unwrap_or_default(),
        external_id: config.external_id.clone(),
        session_name: config.session_name.clone(),
        duration: config.duration_seconds.map(Duration::from_secs),
        policy: config.policy.clone(),
        policy_arns: config.policy_arns.clone().unwrap_or_default(),
        tags: config.tags.clone().unwrap_or_default(),
        transitive_tag_keys: config.transitive_tag_keys.clone().unwrap_or_default(),
        source_identity: config.source_identity.clone(),
    }
}

fn web_identity(config: &WebIdentityConfig) -> AssumeRoleWithWebIdentity {
    AssumeRoleWithWebIdentity {
        role_arn: config.role_arn.clone(),
        session_name: config.session_name.clone(),
        web_identity_token: config.web_identity_token.clone().map(Secret::new),
        web_identity_token_file: config.web_identity_token_file.as_deref().map(expand),
        duration: config.duration_seconds.map(Duration::from_secs),
        policy: config.policy.clone(),
        policy_arns: config.policy_arns.clone().unwrap_or_default(),
    }
}

fn paths(texts: Option<&[String]>) -> Vec<PathBuf> {
    texts.unwrap_or_default().iter().map(|text| expand(text)).collect()
}

/// `~/` is the home folder, as AWS' own tools have it.
fn expand(text: &str) -> PathBuf {
    match (text.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(text),
    }
}
