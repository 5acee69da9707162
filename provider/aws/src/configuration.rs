//! How to reach AWS and as whom, as users of AWS's tools write it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Secret;

/// How to reach AWS and as whom. `default()` takes everything from the environment and the shared files, as the
/// AWS command line does. `Debug` hides secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Configuration {
    /// Region; otherwise `AWS_REGION`, `AWS_DEFAULT_REGION`, or the profile's.
    pub region: Option<String>,
    /// Profile in the shared files; otherwise `AWS_PROFILE`, or `default`.
    pub profile: Option<String>,
    /// Id of a static access key.
    pub access_key: Option<String>,
    /// Secret of a static access key.
    pub secret_key: Option<Secret>,
    /// Session token that belongs to the static key.
    pub token: Option<Secret>,
    /// Shared configuration files instead of `~/.aws/config`; `~/` stands for the home folder.
    pub shared_config_files: Vec<PathBuf>,
    /// Shared credentials files instead of `~/.aws/credentials`; `~/` stands for the home folder.
    pub shared_credentials_files: Vec<PathBuf>,
    /// Roles to take one after another, each with the credentials of the one before.
    pub assume_role: Vec<AssumeRole>,
    /// Role to take with a token of another identity provider; comes before `assume_role`.
    pub assume_role_with_web_identity: Option<AssumeRoleWithWebIdentity>,
    /// URL by service, under [`Service::endpoint_name`](crate::Service::endpoint_name) or one of the names that
    /// `hashicorp/aws` takes for the same service; the empty name is for all services.
    pub endpoints: BTreeMap<String, String>,
    /// How often a call is repeated that AWS throttles or that fails on the way; otherwise `AWS_MAX_ATTEMPTS`
    /// less one, the profile's, or 25.
    pub max_retries: Option<u32>,
    /// How repetitions are spaced; otherwise `AWS_RETRY_MODE`, the profile's, or standard.
    pub retry_mode: Option<RetryMode>,
    /// File of PEM certificates to trust besides the system's; otherwise `AWS_CA_BUNDLE`.
    pub custom_ca_bundle: Option<PathBuf>,
    /// Proxy for `http://` endpoints; otherwise `HTTP_PROXY`.
    pub http_proxy: Option<String>,
    /// Proxy for `https://` endpoints; otherwise `HTTPS_PROXY`.
    pub https_proxy: Option<String>,
    /// Comma-separated hosts, domains and address ranges without a proxy; otherwise `NO_PROXY`.
    pub no_proxy: Option<String>,
    /// Endpoints that use validated cryptography; otherwise `AWS_USE_FIPS_ENDPOINT`.
    pub use_fips_endpoint: Option<bool>,
    /// Endpoints that answer over IPv6 too; otherwise `AWS_USE_DUALSTACK_ENDPOINT`.
    pub use_dualstack_endpoint: Option<bool>,
    /// Name of the program for AWS's logs: letters, digits and `!#$%&'*+-.^_|~` and backtick, at most 50.
    pub user_agent: Option<String>,
}

/// A role to take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssumeRole {
    /// The role.
    pub role_arn: String,
    /// What the role's trust policy demands of third parties.
    pub external_id: Option<String>,
    /// Name of the session in AWS's logs; `ipsy` if none is given.
    pub session_name: Option<String>,
    /// How long the credentials last, 15 minutes to 12 hours.
    pub duration: Option<Duration>,
    /// Policy that narrows the session, JSON text.
    pub policy: Option<String>,
    /// Managed policies that narrow the session.
    pub policy_arns: Vec<String>,
    /// Session tags.
    pub tags: BTreeMap<String, String>,
    /// Keys of those tags that stay when a further role is taken.
    pub transitive_tag_keys: BTreeSet<String>,
    /// Who is behind it; stays through the whole chain.
    pub source_identity: Option<String>,
}

/// A role to take with a token of another identity provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssumeRoleWithWebIdentity {
    /// The role; otherwise `AWS_ROLE_ARN`.
    pub role_arn: Option<String>,
    /// Name of the session in AWS's logs; otherwise `AWS_ROLE_SESSION_NAME`, or `ipsy`.
    pub session_name: Option<String>,
    /// The token itself; comes before the file.
    pub web_identity_token: Option<Secret>,
    /// File that holds the token, read again each time; otherwise `AWS_WEB_IDENTITY_TOKEN_FILE`.
    pub web_identity_token_file: Option<PathBuf>,
    /// How long the credentials last, 15 minutes to 12 hours.
    pub duration: Option<Duration>,
    /// Policy that narrows the session, JSON text.
    pub policy: Option<String>,
    /// Managed policies that narrow the session.
    pub policy_arns: Vec<String>,
}

/// How repetitions of a call are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryMode {
    /// Growing pauses.
    Standard,
    /// Growing pauses, and calls are slowed down ahead of time while AWS throttles.
    Adaptive,
}

impl fmt::Debug for Configuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoints: BTreeMap<_, _> =
            self.endpoints.iter().map(|(service, url)| (service, without_userinfo(url))).collect();
        formatter
            .debug_struct("Configuration")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("access_key", &self.access_key)
            .field("secret_key", &self.secret_key)
            .field("token", &self.token)
            .field("shared_config_files", &self.shared_config_files)
            .field("shared_credentials_files", &self.shared_credentials_files)
            .field("assume_role", &self.assume_role)
            .field("assume_role_with_web_identity", &self.assume_role_with_web_identity)
            .field("endpoints", &endpoints)
            .field("max_retries", &self.max_retries)
            .field("retry_mode", &self.retry_mode)
            .field("custom_ca_bundle", &self.custom_ca_bundle)
            .field("http_proxy", &self.http_proxy.as_deref().map(without_userinfo))
            .field("https_proxy", &self.https_proxy.as_deref().map(without_userinfo))
            .field("no_proxy", &self.no_proxy)
            .field("use_fips_endpoint", &self.use_fips_endpoint)
            .field("use_dualstack_endpoint", &self.use_dualstack_endpoint)
            .field("user_agent", &self.user_agent)
            .finish()
    }
}

/// A path with `~/` written out, as shells do.
pub(crate) fn expand_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// A URL without the user name and password that may stand before the host.
pub(crate) fn without_userinfo(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let separator = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{separator}{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let configuration = Configuration {
            access_key: Some("AKIAEXAMPLE".to_owned()),
            secret_key: Some(Secret::new("hush-key")),
            token: Some(Secret::new("hush-token")),
            https_proxy: Some("http://user:hush-proxy@proxy:3128".to_owned()),
            endpoints: [("ecr".to_owned(), "https://me:hush-endpoint@ecr.example/x".to_owned())].into(),
            assume_role_with_web_identity: Some(AssumeRoleWithWebIdentity {
                web_identity_token: Some(Secret::new("hush-jwt")),
                ..AssumeRoleWithWebIdentity::default()
            }),
            ..Configuration::default()
        };
        let text = format!("{configuration:?}");
        assert!(!text.contains("hush"), "{text}");
        assert!(text.contains("http://proxy:3128") && text.contains("https://ecr.example/x"), "{text}");
    }

    #[test]
    fn userinfo_is_cut_from_the_authority_only() {
        assert_eq!(without_userinfo("https://host/a@b"), "https://host/a@b");
        assert_eq!(without_userinfo("user:p@ss@host:1"), "host:1");
    }
}
