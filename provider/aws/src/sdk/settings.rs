//! What all clients share: region, credentials, repetition, HTTP client and endpoints.

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::credentials;
use super::http::http_client;
use crate::configuration::{expand_home, without_userinfo};
use crate::{Configuration, Error, RetryMode, Service};

/// Default for the maximum number of attempts of a call, as in `hashicorp/aws`: throttling by a busy
/// account can take minutes.
const ATTEMPTS: u32 = 25;

/// What all clients share.
pub(super) struct Settings {
    shared: SdkConfig,
    region: String,
    endpoints: Vec<(Service, String)>,
}

impl Settings {
    /// Reads environment, shared files and certificates. Nothing is sent.
    pub(super) async fn load(configuration: &Configuration) -> Result<Self, Error> {
        Self::with_client(configuration, http_client(configuration)?).await
    }

    /// Like [`Settings::load`], with another HTTP client.
    pub(super) async fn with_client(
        configuration: &Configuration,
        http_client: SharedHttpClient,
    ) -> Result<Self, Error> {
        let endpoints = endpoints(configuration)?;
        let files = profile_files(configuration)?;
        let region = region(configuration, &files).await?;
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(region.clone())
            .profile_files(files.clone())
            .http_client(http_client.clone());
        if let Some(profile) = &configuration.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(fips) = configuration.use_fips_endpoint {
            loader = loader.use_fips(fips);
        }
        if let Some(dualstack) = configuration.use_dualstack_endpoint {
            loader = loader.use_dual_stack(dualstack);
        }
        if let Some(url) = configuration.endpoints.get("") {
            loader = loader.endpoint_url(url);
        }
        if let Some(name) = &configuration.user_agent {
            let name = AppName::new(name.clone())
                .map_err(|error| Error::configuration(format!("`user_agent` is not valid: {error}")))?;
            loader = loader.app_name(name);
        }
        let found = loader.load().await;
        let retry = retry_config(configuration, found.retry_config());
        let mut shared = found.into_builder().retry_config(retry).build();
        let sts_endpoint =
            endpoints.iter().find(|(service, _)| *service == Service::Sts).map(|(_, url)| url.as_str());
        let provider = credentials::provider(configuration, &shared, &files, &http_client, sts_endpoint)?;
        if let Some(provider) = provider {
            shared = shared.into_builder().credentials_provider(provider).build();
        }
        Ok(Self { shared, region: region.as_ref().to_owned(), endpoints })
    }

    pub(super) fn shared(&self) -> &SdkConfig {
        &self.shared
    }

    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// The configured endpoint of a service.
    pub(super) fn endpoint(&self, service: Service) -> Option<&str> {
        self.endpoints.iter().find(|(other, _)| *other == service).map(|(_, url)| url.as_str())
    }
}

/// Each client's own budget of repetitions. The SDK's budget is meant to spare a service that is down; for
/// throttling, the number of attempts and the cap on calls at the same time do that.
pub(super) fn retry_partition(service: Service) -> RetryPartition {
    RetryPartition::custom(service.action_prefix()).token_bucket(TokenBucket::unlimited()).build()
}

/// Repetition: what is configured, then what environment or profile say, then ours.
fn retry_config(configuration: &Configuration, loaded: Option<&RetryConfig>) -> RetryConfig {
    let loaded = loaded.cloned().unwrap_or_else(RetryConfig::standard);
    let attempts = match configuration.max_retries {
        Some(retries) => retries.saturating_add(1),
        // The SDK's own default means that nothing is configured.
        None if loaded.max_attempts() == RetryConfig::standard().max_attempts() => ATTEMPTS,
        None => loaded.max_attempts(),
    };
    let mode = match configuration.retry_mode {
        Some(RetryMode::Standard) => aws_config::retry::RetryMode::Standard,
        Some(RetryMode::Adaptive) => aws_config::retry::RetryMode::Adaptive,
        None => loaded.mode(),
    };
    loaded.with_retry_mode(mode).with_max_attempts(attempts)
}

async fn region(configuration: &Configuration, files: &EnvConfigFiles) -> Result<Region, Error> {
    let mut profile = ProfileFileRegionProvider::builder().profile_files(files.clone());
    if let Some(name) = &configuration.profile {
        profile = profile.profile_name(name);
    }
    // Unlike the SDK's own chain this one does not ask the instance metadata service: nothing is sent here.
    let found = RegionProviderChain::first_try(configuration.region.clone().map(Region::new))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(profile.build())
        .region()
        .await
        .filter(|region| !region.as_ref().is_empty());
    let region = found.ok_or_else(|| {
        Error::configuration(
            "no region is configured: set `region` in the configuration, or `AWS_REGION` or \
             `AWS_DEFAULT_REGION`, or `region` in the profile",
        )
    })?;
    let is_host_label =
        region.as_ref().chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-');
    if is_host_label {
        Ok(region)
    } else {
        Err(Error::configuration(format!("`{region}` is not a valid region, such as `eu-west-1`")))
    }
}

/// The shared files, the default ones or those that are configured. A configured file must be there: a profile
/// that silently comes from nowhere ends in another account.
fn profile_files(configuration: &Configuration) -> Result<EnvConfigFiles, Error> {
    let lists = [
        (EnvConfigFileKind::Config, "shared_config_files", &configuration.shared_config_files),
        (EnvConfigFileKind::Credentials, "shared_credentials_files", &configuration.shared_credentials_files),
    ];
    let mut builder = EnvConfigFiles::builder();
    for (kind, argument, paths) in lists {
        if paths.is_empty() {
            builder = match kind {
                EnvConfigFileKind::Config => builder.include_default_config_file(true),
                EnvConfigFileKind::Credentials => builder.include_default_credentials_file(true),
            };
        }
        for path in paths {
            let path = expand_home(path);
            if !path.is_file() {
                return Err(Error::configuration(format!(
                    "`{argument}` names `{}`, which is not there",
                    path.display()
                )));
            }
            builder = builder.with_file(kind, path);
        }
    }
    Ok(builder.build())
}

/// The endpoints of single services, each under any of the names that `hashicorp/aws` takes.
fn endpoints(configuration: &Configuration) -> Result<Vec<(Service, String)>, Error> {
    let mut all = Vec::new();
    for (name, url) in &configuration.endpoints {
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err(Error::configuration(format!(
                "endpoint `{name}` is `{}`, which is not an `http://` or `https://` URL",
                without_userinfo(url)
            )));
        }
        if name.is_empty() {
            continue;
        }
        let Some(service) = Service::by_endpoint_name(name) else {
            let names: Vec<_> = Service::ALL.iter().map(|service| service.endpoint_name()).collect();
            return Err(Error::configuration(format!(
                "`{name}` is not a service with an endpoint: expected one of {}",
                names.join(", ")
            )));
        };
        all.push((service, url.clone()));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_endpoint(name: &str, url: &str) -> Configuration {
        Configuration { endpoints: [(name.to_owned(), url.to_owned())].into(), ..Configuration::default() }
    }

    #[test]
    fn endpoints_take_the_names_of_the_aws_provider() {
        let found = endpoints(&with_endpoint("elasticloadbalancing", "http://127.0.0.1:5000"));
        assert_eq!(found, Ok(vec![(Service::Elb, "http://127.0.0.1:5000".to_owned())]));
        assert_eq!(endpoints(&with_endpoint("", "http://127.0.0.1:5000")), Ok(vec![]));
    }

    #[test]
    fn every_service_that_is_listed_takes_an_endpoint() {
        for service in Service::ALL {
            let found = endpoints(&with_endpoint(service.endpoint_name(), "http://127.0.0.1:5000"));
            assert_eq!(found, Ok(vec![(service, "http://127.0.0.1:5000".to_owned())]));
        }
    }

    #[test]
    fn unknown_services_and_odd_urls_are_refused_without_telling_passwords() {
        let error = endpoints(&with_endpoint("s3", "http://x")).expect_err("unknown");
        assert!(
            error
                .to_string()
                .contains("autoscaling, cloudwatch, ec2, ecr, eks, elbv2, iam, logs, route53, ssm, sts"),
            "{error}"
        );
        let error = endpoints(&with_endpoint("ecr", "ftp://me:hush@x")).expect_err("scheme");
        assert!(!error.to_string().contains("hush"), "{error}");
    }

    #[test]
    fn attempts_come_from_configuration_then_environment_then_default() {
        let configured = Configuration { max_retries: Some(4), ..Configuration::default() };
        let from_environment = RetryConfig::standard().with_max_attempts(7);
        assert_eq!(retry_config(&configured, Some(&from_environment)).max_attempts(), 5);
        assert_eq!(retry_config(&Configuration::default(), Some(&from_environment)).max_attempts(), 7);
        assert_eq!(retry_config(&Configuration::default(), None).max_attempts(), ATTEMPTS);
    }

    #[test]
    fn a_configured_file_must_be_there() {
        let configuration =
            Configuration { shared_config_files: vec!["/nowhere/config".into()], ..Configuration::default() };
        let error = profile_files(&configuration).expect_err("missing");
        assert!(error.to_string().contains("`shared_config_files` names `/nowhere/config`"), "{error}");
    }
}
