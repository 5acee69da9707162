//! Login before a request is sent on: at an OIDC provider or a Cognito user pool.

use ipsy_aws::Secret;
use provider_framework::Arguments;
use serde::{Deserialize, Deserializer};

use super::super::problem::Problems;
use super::in_range;
use super::load_balancer::LoadBalancerConfig;

/// How long a login lasts if nothing is said: a week, as AWS has it.
const DEFAULT_SESSION_SECONDS: i64 = 604_800;

/// Makes users log in at an OIDC provider before their requests reach the app. AWS allows it on an HTTPS listener
/// only. Needs Terraform 1.11, or OpenTofu 1.11: only these can keep the client's secret out of plan and state.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct AuthenticateOidcConfig {
    /// Issuer, as the provider's discovery document names it.
    #[argument(required, example = "\"https://login.example.com\"")]
    pub(crate) issuer: Option<String>,
    /// Where users are sent.
    #[argument(required)]
    pub(crate) authorization_endpoint: Option<String>,
    /// Where AWS exchanges the code.
    #[argument(required)]
    pub(crate) token_endpoint: Option<String>,
    /// Where AWS asks who the user is.
    #[argument(required)]
    pub(crate) user_info_endpoint: Option<String>,
    /// Id of the client.
    #[argument(required)]
    pub(crate) client_id: Option<String>,
    /// Secret of the client. It is passed on to AWS and stored nowhere: neither plan nor state holds it.
    #[argument(required, sensitive, write_only, written_as = String)]
    #[serde(deserialize_with = "hidden")]
    pub(crate) client_secret: Option<Secret>,
    /// Change it when `client_secret` changes, so that the new one is sent. It is kept as a tag of the rule. Default:
    /// `1`.
    pub(crate) client_secret_version: Option<String>,
    /// Scopes to ask for, separated by spaces. Default: `openid`.
    pub(crate) scope: Option<String>,
    /// Name of the cookie that keeps the login. Default: `AWSELBAuthSessionCookie`.
    pub(crate) session_cookie_name: Option<String>,
    /// How long a login lasts, 1 to 604800. Default: 604800, a week.
    pub(crate) session_timeout_seconds: Option<i64>,
    /// What a request without a login gets: `authenticate` (the login), `deny` (401) or `allow` (it is sent on as it
    /// is). Default: `authenticate`.
    pub(crate) on_unauthenticated_request: Option<String>,
}

/// Makes users log in at a Cognito user pool before their requests reach the app. AWS allows it on an HTTPS listener
/// only.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct AuthenticateCognitoConfig {
    /// ARN of the user pool.
    #[argument(required)]
    pub(crate) user_pool_arn: Option<String>,
    /// Id of its client.
    #[argument(required)]
    pub(crate) user_pool_client_id: Option<String>,
    /// Its domain, or the prefix of it.
    #[argument(required)]
    pub(crate) user_pool_domain: Option<String>,
    /// Scopes to ask for, separated by spaces. Default: `openid`.
    pub(crate) scope: Option<String>,
    /// Name of the cookie that keeps the login. Default: `AWSELBAuthSessionCookie`.
    pub(crate) session_cookie_name: Option<String>,
    /// How long a login lasts, 1 to 604800. Default: 604800, a week.
    pub(crate) session_timeout_seconds: Option<i64>,
    /// What a request without a login gets: `authenticate` (the login), `deny` (401) or `allow` (it is sent on as it
    /// is). Default: `authenticate`.
    pub(crate) on_unauthenticated_request: Option<String>,
}

/// Who asks users to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Login {
    /// An OIDC provider.
    Oidc(Oidc),
    /// A Cognito user pool.
    Cognito(Cognito),
}

/// `authenticate_oidc { … }`, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Oidc {
    pub(crate) issuer: String,
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) user_info_endpoint: String,
    pub(crate) client_id: String,
    /// Only ever in the configuration; AWS keeps the one that it has where it is `None`.
    pub(crate) client_secret: Option<Secret>,
    /// Changes when the secret does, since the secret itself cannot be compared.
    pub(crate) client_secret_version: String,
    pub(crate) session: LoginSession,
}

/// `authenticate_cognito { … }`, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cognito {
    pub(crate) user_pool_arn: String,
    pub(crate) user_pool_client_id: String,
    pub(crate) user_pool_domain: String,
    pub(crate) session: LoginSession,
}

/// What both kinds of login have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoginSession {
    pub(crate) scope: String,
    pub(crate) cookie_name: String,
    pub(crate) timeout_seconds: i64,
    /// `deny`, `allow` or `authenticate`.
    pub(crate) on_unauthenticated_request: String,
}

impl Login {
    /// Resolves whichever block there is.
    pub(super) fn resolve(config: &LoadBalancerConfig, problems: &mut Problems) -> Option<Self> {
        match (&config.authenticate_oidc, &config.authenticate_cognito) {
            (Some(_), Some(_)) => {
                problems.error(
                    "load_balancer.authenticate_cognito",
                    "Two logins",
                    "A rule has one: keep `authenticate_oidc` or `authenticate_cognito`.",
                );
                None
            }
            (Some(oidc), None) => Some(Self::Oidc(resolve_oidc(oidc, problems))),
            (None, Some(cognito)) => Some(Self::Cognito(resolve_cognito(cognito, problems))),
            (None, None) => None,
        }
    }
}

fn resolve_oidc(config: &AuthenticateOidcConfig, problems: &mut Problems) -> Oidc {
    let mut url = |name: &str, given: &Option<String>| {
        let url = given.clone().unwrap_or_default();
        if given.is_some() && !url.starts_with("https://") {
            problems.error(
                &format!("load_balancer.authenticate_oidc.{name}"),
                format!("`{url}` is not an HTTPS address"),
                "AWS takes the full address as the provider's discovery document has it, with `https://`.",
            );
        }
        url
    };
    Oidc {
        issuer: url("issuer", &config.issuer),
        authorization_endpoint: url("authorization_endpoint", &config.authorization_endpoint),
        token_endpoint: url("token_endpoint", &config.token_endpoint),
        user_info_endpoint: url("user_info_endpoint", &config.user_info_endpoint),
        client_id: config.client_id.clone().unwrap_or_default(),
        client_secret: config.client_secret.clone(),
        client_secret_version: config.client_secret_version.clone().unwrap_or_else(|| "1".to_owned()),
        session: resolve_session(
            "authenticate_oidc",
            (&config.scope, &config.session_cookie_name),
            config.session_timeout_seconds,
            config.on_unauthenticated_request.as_deref(),
            problems,
        ),
    }
}

fn resolve_cognito(config: &AuthenticateCognitoConfig, problems: &mut Problems) -> Cognito {
    let arn = config.user_pool_arn.clone().unwrap_or_default();
    if config.user_pool_arn.is_some() && !(arn.contains(":cognito-idp:") && arn.contains(":userpool/")) {
        problems.error(
            "load_balancer.authenticate_cognito.user_pool_arn",
            format!("`{arn}` is not the ARN of a user pool"),
            "Its ARN reads `arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID`.",
        );
    }
    Cognito {
        user_pool_arn: arn,
        user_pool_client_id: config.user_pool_client_id.clone().unwrap_or_default(),
        user_pool_domain: config.user_pool_domain.clone().unwrap_or_default(),
        session: resolve_session(
            "authenticate_cognito",
            (&config.scope, &config.session_cookie_name),
            config.session_timeout_seconds,
            config.on_unauthenticated_request.as_deref(),
            problems,
        ),
    }
}

fn resolve_session(
    block: &str,
    (scope, cookie_name): (&Option<String>, &Option<String>),
    timeout_seconds: Option<i64>,
    on_unauthenticated_request: Option<&str>,
    problems: &mut Problems,
) -> LoginSession {
    let behaviour = on_unauthenticated_request.unwrap_or("authenticate");
    if !["deny", "allow", "authenticate"].contains(&behaviour) {
        problems.error(
            &format!("load_balancer.{block}.on_unauthenticated_request"),
            format!("`{behaviour}` is not a valid response to a request without login"),
            "Use \"authenticate\" (send to the login), \"deny\" (401) or \"allow\" (forward unchanged).",
        );
    }
    LoginSession {
        scope: scope.clone().unwrap_or_else(|| "openid".to_owned()),
        cookie_name: cookie_name.clone().unwrap_or_else(|| "AWSELBAuthSessionCookie".to_owned()),
        timeout_seconds: in_range(
            &format!("load_balancer.{block}.session_timeout_seconds"),
            timeout_seconds,
            DEFAULT_SESSION_SECONDS,
            1..=604_800,
            problems,
        ),
        on_unauthenticated_request: behaviour.to_owned(),
    }
}

/// Hides a secret as soon as it is read, so that no printed configuration can show it.
fn hidden<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}
