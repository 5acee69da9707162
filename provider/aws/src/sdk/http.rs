//! The HTTP client that everything shares, credentials included: rustls on aws-lc, extra certificates, proxies.

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::configuration::{expand_home, without_userinfo};
use crate::{Configuration, Error};

/// Hosts that are this machine or its metadata service: no proxy leads there.
const NEAR: &str = "localhost,127.0.0.0/8,::1,169.254.0.0/16";

/// The client. Reads the certificate bundle, opens nothing.
pub(super) fn http_client(configuration: &Configuration) -> Result<SharedHttpClient, Error> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let trust = trust_store(configuration, &variable)?;
    let context = TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .map_err(|error| Error::configuration(format!("the certificates cannot be used: {error}")))?;
    let proxies = Proxies::find(configuration, &variable);
    // The SDK's proxy setting holds one proxy; a client for each scheme allows two.
    let http = client(context.clone(), proxies.setting("http_proxy", proxies.http.as_deref())?);
    let https = client(context, proxies.setting("https_proxy", proxies.https.as_deref())?);
    Ok(SharedHttpClient::new(ByScheme { http, https }))
}

fn client(context: TlsContext, proxy: ProxyConfig) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = Connector::builder().proxy_config(proxy.clone());
        builder.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            builder.set_sleep_impl(components.sleep_impl());
        }
        builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(context.clone()).build()
    })
}

#[derive(Debug)]
struct ByScheme<T> {
    http: T,
    https: T,
}

impl HttpClient for ByScheme<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(ByScheme {
            http: self.http.http_connector(settings, components),
            https: self.https.http_connector(settings, components),
        })
    }
}

impl HttpConnector for ByScheme<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if request.uri().starts_with("https:") { self.https.call(request) } else { self.http.call(request) }
    }
}

/// The system's certificates and those of the configured bundle. The bundle is read here to the last certificate,
/// because the SDK would panic over a bad one in the middle of a run.
fn trust_store(
    configuration: &Configuration,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<TrustStore, Error> {
    let (origin, path) = match (&configuration.custom_ca_bundle, variable("AWS_CA_BUNDLE")) {
        (Some(path), _) => ("custom_ca_bundle", expand_home(path)),
        (None, Some(path)) => ("AWS_CA_BUNDLE", expand_home(path.as_ref())),
        (None, None) => return Ok(TrustStore::default()),
    };
    let wrong = |reason: String| {
        Error::configuration(format!("`{origin}` names `{}`, which cannot be used: {reason}", path.display()))
    };
    let pem = std::fs::read(&path).map_err(|error| wrong(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(wrong("it contains no PEM certificate".to_owned()));
    }
    Ok(TrustStore::default().with_pem_certificate(pem))
}

/// The proxies in force.
#[derive(Debug, PartialEq, Eq)]
struct Proxies {
    http: Option<String>,
    https: Option<String>,
    none_for: String,
}

impl Proxies {
    fn find(configuration: &Configuration, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let either = |upper: &str, lower: &str| variable(upper).or_else(|| variable(lower));
        let all = || either("ALL_PROXY", "all_proxy");
        let none_for = configuration.no_proxy.clone().or_else(|| either("NO_PROXY", "no_proxy"));
        Self {
            http: configuration
                .http_proxy
                .clone()
                .or_else(|| either("HTTP_PROXY", "http_proxy"))
                .or_else(all),
            https: configuration
                .https_proxy
                .clone()
                .or_else(|| either("HTTPS_PROXY", "https_proxy"))
                .or_else(all),
            none_for: none_for.map_or_else(|| NEAR.to_owned(), |hosts| format!("{hosts},{NEAR}")),
        }
    }

    fn setting(&self, argument: &str, url: Option<&str>) -> Result<ProxyConfig, Error> {
        let Some(url) = url else { return Ok(ProxyConfig::disabled()) };
        // A host without a scheme is common in HTTP_PROXY, and means http.
        let full = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        let proxy = ProxyConfig::all(full.as_str()).map_err(|error| {
            // The error quotes the URL, which can hold a password.
            let reason = error.to_string().replace(url, &without_userinfo(url));
            Error::configuration(format!("`{argument}` cannot be used: {reason}"))
        })?;
        Ok(proxy.no_proxy(&self.none_for))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn configured_proxies_come_before_those_of_the_environment() {
        let configuration =
            Configuration { https_proxy: Some("http://mine:1".into()), ..Configuration::default() };
        let variables = environment(&[
            ("HTTPS_PROXY", "http://other:2"),
            ("all_proxy", "http://all:3"),
            ("NO_PROXY", "corp"),
        ]);
        let found = Proxies::find(&configuration, &variables);
        assert_eq!(found.https.as_deref(), Some("http://mine:1"));
        assert_eq!(found.http.as_deref(), Some("http://all:3"));
        assert_eq!(found.none_for, format!("corp,{NEAR}"));
    }

    #[test]
    fn without_any_setting_no_proxy_is_used() {
        let found = Proxies::find(&Configuration::default(), &environment(&[]));
        assert_eq!((&found.http, &found.https), (&None, &None));
        assert!(found.setting("http_proxy", None).is_ok_and(|proxy| proxy.is_disabled()));
    }

    #[test]
    fn a_bad_proxy_is_refused_without_its_password() {
        let proxies = Proxies::find(&Configuration::default(), &environment(&[]));
        let error = proxies.setting("https_proxy", Some("socks9://me:hush@x y")).expect_err("bad");
        assert!(
            error.to_string().contains("`https_proxy`") && !error.to_string().contains("hush"),
            "{error}"
        );
        assert!(proxies.setting("https_proxy", Some("proxy.corp:3128")).is_ok());
    }

    #[test]
    fn a_bad_bundle_is_refused_before_any_call() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bundle.pem");
        let configuration =
            Configuration { custom_ca_bundle: Some(path.clone()), ..Configuration::default() };
        let check = |expected: &str| {
            let error = trust_store(&configuration, &environment(&[])).expect_err("bad bundle");
            assert!(error.to_string().contains(expected), "{error}");
        };
        check("No such file");
        std::fs::write(&path, "no certificate").expect("written");
        check("it contains no PEM certificate");
        std::fs::write(&path, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
            .expect("written");
        check("cannot be used");
    }
}
