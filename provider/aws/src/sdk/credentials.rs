//! Whose credentials are used: static keys, a profile, a web identity, and the chain of roles taken after them.
//! What the SDK has no setting for (transitive tags, source identity, a token given as text) asks STS here.

use std::path::PathBuf;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_sdk_sts::types::{PolicyDescriptorType, Tag};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::configuration::expand_home;
use crate::{AssumeRole, AssumeRoleWithWebIdentity, Configuration, Error, ErrorKind, Secret, Service};

/// Name of a session when none is given.
const SESSION_NAME: &str = "ipsy";

/// Where credentials come from, `None` for the SDK's own search. Nothing is asked for yet.
pub(super) fn provider(
    configuration: &Configuration,
    shared: &SdkConfig,
    files: &EnvConfigFiles,
    http_client: &SharedHttpClient,
    sts_endpoint: Option<&str>,
) -> Result<Option<SharedCredentialsProvider>, Error> {
    let mut provider = static_keys(configuration)?;
    if let Some(role) = &configuration.assume_role_with_web_identity {
        let client = sts_client(shared, None, sts_endpoint);
        provider = Some(SharedCredentialsProvider::new(WebIdentity::new(client, role)?));
    }
    // A profile that is named in the configuration is meant, even if the environment holds keys.
    if let (None, Some(name)) = (&provider, &configuration.profile) {
        let settings = ProviderConfig::without_region()
            .with_region(shared.region().cloned())
            .with_behavior_version(Some(BehaviorVersion::v2026_01_12()))
            .with_use_fips(shared.use_fips())
            .with_use_dual_stack(shared.use_dual_stack())
            .with_http_client(http_client.clone());
        let profile = ProfileFileCredentialsProvider::builder()
            .configure(&settings)
            .profile_files(files.clone())
            .profile_name(name)
            .build();
        provider = Some(SharedCredentialsProvider::new(profile));
    }
    for role in &configuration.assume_role {
        if role.role_arn.is_empty() {
            return Err(Error::configuration("`assume_role` has no `role_arn`"));
        }
        let client = sts_client(shared, provider.take(), sts_endpoint);
        provider = Some(SharedCredentialsProvider::new(RoleSession { client, role: role.clone() }));
    }
    Ok(provider)
}

/// The credentials that a call is signed with outside the SDK's clients.
pub(super) async fn credentials_of(
    shared: &SdkConfig,
    service: Service,
    operation: &'static str,
    object: &str,
) -> Result<Credentials, Error> {
    let without = |reason: String| Error::new(ErrorKind::NoCredentials, service, operation, object, reason);
    let provider = shared.credentials_provider();
    let provider = provider.ok_or_else(|| without("no usable credentials".to_owned()))?;
    provider.provide_credentials().await.map_err(|error| {
        let cause = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        without(format!("no usable credentials: {cause}"))
    })
}

fn static_keys(configuration: &Configuration) -> Result<Option<SharedCredentialsProvider>, Error> {
    match (&configuration.access_key, &configuration.secret_key) {
        (Some(id), Some(secret)) => {
            let token = configuration.token.as_ref().map(|token| token.reveal().to_owned());
            let keys = Credentials::new(id.clone(), secret.reveal(), token, None, "provider configuration");
            Ok(Some(SharedCredentialsProvider::new(keys)))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(Error::configuration("`access_key` is set without `secret_key`")),
        (None, Some(_)) => Err(Error::configuration("`secret_key` is set without `access_key`")),
    }
}

/// An STS client that calls with the credentials of `provider`, or with those that the SDK finds.
fn sts_client(
    shared: &SdkConfig,
    provider: Option<SharedCredentialsProvider>,
    endpoint: Option<&str>,
) -> aws_sdk_sts::Client {
    let mut builder = aws_sdk_sts::config::Builder::from(shared);
    if let Some(provider) = provider {
        builder = builder.credentials_provider(provider);
    }
    if let Some(url) = endpoint {
        builder = builder.endpoint_url(url);
    }
    aws_sdk_sts::Client::from_conf(builder.build())
}

/// The session of a role that is taken with other credentials.
#[derive(Debug)]
struct RoleSession {
    client: aws_sdk_sts::Client,
    role: AssumeRole,
}

impl RoleSession {
    async fn take(&self) -> Result<Credentials, CredentialsError> {
        let role = &self.role;
        let tags: Result<Vec<_>, _> =
            role.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let tags = tags.map_err(CredentialsError::invalid_configuration)?;
        let transitive: Vec<_> = role.transitive_tag_keys.iter().cloned().collect();
        let answer = self
            .client
            .assume_role()
            .role_arn(&role.role_arn)
            .role_session_name(role.session_name.as_deref().unwrap_or(SESSION_NAME))
            .set_external_id(role.external_id.clone())
            .set_duration_seconds(seconds(role.duration)?)
            .set_policy(role.policy.clone())
            .set_policy_arns(policies(&role.policy_arns))
            .set_tags((!tags.is_empty()).then_some(tags))
            .set_transitive_tag_keys((!transitive.is_empty()).then_some(transitive))
            .set_source_identity(role.source_identity.clone())
            .send()
            .await
            .map_err(|error| not_taken(&role.role_arn, error.into_source()))?;
        credentials_of_role(&role.role_arn, answer.credentials)
    }
}

impl ProvideCredentials for RoleSession {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.take())
    }
}

/// The session of a role that is taken with a token of another identity provider.
#[derive(Debug)]
struct WebIdentity {
    client: aws_sdk_sts::Client,
    role: AssumeRoleWithWebIdentity,
    role_arn: String,
    token: Token,
}

#[derive(Debug)]
enum Token {
    Text(Secret),
    File(PathBuf),
}

impl WebIdentity {
    fn new(client: aws_sdk_sts::Client, role: &AssumeRoleWithWebIdentity) -> Result<Self, Error> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let role_arn = role.role_arn.clone().or_else(|| variable("AWS_ROLE_ARN")).ok_or_else(|| {
            Error::configuration(
                "`assume_role_with_web_identity` has no `role_arn`, and `AWS_ROLE_ARN` is not set",
            )
        })?;
        let file = || {
            role.web_identity_token_file
                .clone()
                .or_else(|| variable("AWS_WEB_IDENTITY_TOKEN_FILE").map(PathBuf::from))
        };
        let token = match &role.web_identity_token {
            Some(text) => Token::Text(text.clone()),
            None => Token::File(expand_home(&file().ok_or_else(|| {
                Error::configuration(
                    "`assume_role_with_web_identity` has no `web_identity_token` or `web_identity_token_file`, and \
                     `AWS_WEB_IDENTITY_TOKEN_FILE` is not set",
                )
            })?)),
        };
        let mut role = role.clone();
        role.session_name = role.session_name.or_else(|| variable("AWS_ROLE_SESSION_NAME"));
        Ok(Self { client, role, role_arn, token })
    }

    async fn take(&self) -> Result<Credentials, CredentialsError> {
        let token = match &self.token {
            Token::Text(text) => text.reveal().to_owned(),
            // The writer of the file replaces it before the token in it expires.
            Token::File(path) => std::fs::read_to_string(path)
                .map_err(|error| {
                    let text =
                        format!("the web identity token file `{}` cannot be read: {error}", path.display());
                    CredentialsError::invalid_configuration(text)
                })?
                .trim()
                .to_owned(),
        };
        let answer = self
            .client
            .assume_role_with_web_identity()
            .role_arn(&self.role_arn)
            .role_session_name(self.role.session_name.as_deref().unwrap_or(SESSION_NAME))
            .web_identity_token(token)
            .set_duration_seconds(seconds(self.role.duration)?)
            .set_policy(self.role.policy.clone())
            .set_policy_arns(policies(&self.role.policy_arns))
            .send()
            .await
            .map_err(|error| not_taken(&self.role_arn, error.into_source()))?;
        credentials_of_role(&self.role_arn, answer.credentials)
    }
}

impl ProvideCredentials for WebIdentity {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.take())
    }
}

fn seconds(duration: Option<std::time::Duration>) -> Result<Option<i32>, CredentialsError> {
    duration
        .map(|duration| i32::try_from(duration.as_secs()))
        .transpose()
        .map_err(|_| CredentialsError::invalid_configuration("the role's `duration` is far too long"))
}

fn policies(arns: &[String]) -> Option<Vec<PolicyDescriptorType>> {
    let all: Vec<_> = arns.iter().map(|arn| PolicyDescriptorType::builder().arn(arn).build()).collect();
    (!all.is_empty()).then_some(all)
}

/// The failure to take a role, with STS's own failure behind it.
fn not_taken<E>(
    role_arn: &str,
    source: Result<Box<dyn std::error::Error + Send + Sync>, E>,
) -> CredentialsError
where
    E: std::error::Error + Send + Sync + 'static,
{
    let cause = match source {
        Ok(cause) => cause,
        Err(error) => Box::new(error),
    };
    CredentialsError::provider_error(RoleNotTaken { role_arn: role_arn.to_owned(), cause })
}

#[derive(Debug, thiserror::Error)]
#[error("the role `{role_arn}` cannot be taken")]
struct RoleNotTaken {
    role_arn: String,
    #[source]
    cause: Box<dyn std::error::Error + Send + Sync>,
}

fn credentials_of_role(
    role_arn: &str,
    found: Option<aws_sdk_sts::types::Credentials>,
) -> Result<Credentials, CredentialsError> {
    let found = found.ok_or_else(|| {
        CredentialsError::unhandled(format!("STS answered without credentials for the role `{role_arn}`"))
    })?;
    let expiry = found.expiration.try_into().map_err(CredentialsError::unhandled)?;
    Ok(Credentials::new(
        found.access_key_id,
        found.secret_access_key,
        Some(found.session_token),
        Some(expiry),
        "assumed role",
    ))
}
