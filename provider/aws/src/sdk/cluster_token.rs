//! Tokens for the Kubernetes API of EKS clusters. A token is the address of a signed `GetCallerIdentity` request in
//! base64. The cluster sends the request to STS, and the answer names the caller.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningParams, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_types::base64;
use percent_encoding::utf8_percent_encode;

use super::query::FORM;
use crate::account::partition_of;
use crate::{ClusterToken, Secret};

/// Begins every token.
const PREFIX: &str = "k8s-aws-v1.";
/// Header that names the cluster. It is signed, so no other cluster can use the token.
const CLUSTER_HEADER: &str = "x-k8s-aws-id";
/// `X-Amz-Expires` of the request, as AWS' own tools set it. EKS takes the token for longer: see [`LIFE`].
const EXPIRES: Duration = Duration::from_mins(1);
/// EKS takes a token for 15 minutes from its signature. One minute is left for clocks that differ.
const LIFE: Duration = Duration::from_mins(14);

/// A token for `cluster`, signed at `now`.
pub(super) fn signed(
    region: &str,
    cluster: &str,
    credentials: Credentials,
    now: SystemTime,
) -> Result<ClusterToken, BoxError> {
    // EKS accepts the public addresses of STS only, so a configured endpoint does not count here.
    let (_, suffix) = partition_of(region);
    let host = format!("sts.{region}.{suffix}");
    let url = format!("https://{host}/?Action=GetCallerIdentity&Version=2011-06-15");
    let end = now + LIFE;
    let expires_at = credentials.expiry().map_or(end, |expiry| expiry.min(end));
    let identity: Identity = credentials.into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(EXPIRES);
    let parameters: SigningParams<'_> = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(now)
        .settings(settings)
        .build()?
        .into();
    let headers = [("host", host.as_str()), (CLUSTER_HEADER, cluster)];
    let request = SignableRequest::new("GET", url.as_str(), headers.into_iter(), SignableBody::Bytes(b""))?;
    let (instructions, _) = sign(request, &parameters)?.into_parts();
    let pairs = instructions.params().iter();
    let pairs = pairs.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, FORM)));
    let signed = format!("{url}&{}", pairs.collect::<Vec<_>>().join("&"));
    // The alphabet of URLs, without padding.
    let encoded = base64::encode(signed).replace('+', "-").replace('/', "_");
    let token = Secret::new(format!("{PREFIX}{}", encoded.trim_end_matches('=')));
    Ok(ClusterToken { token, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn token(region: &str, expiry: Option<SystemTime>) -> ClusterToken {
        let credentials = Credentials::new("AKIAEXAMPLE", "hush", Some("session/+=".into()), expiry, "test");
        signed(region, "eks-blue", credentials, at(1_700_000_000)).expect("signed")
    }

    fn url(token: &ClusterToken) -> String {
        let text = token.token.reveal().strip_prefix(PREFIX).expect("the prefix");
        assert!(!text.contains(['+', '/', '=']), "{text}");
        let mut text = text.replace('-', "+").replace('_', "/");
        text.push_str("=".repeat((4 - text.len() % 4) % 4).as_str());
        String::from_utf8(base64::decode(text).expect("base64")).expect("text")
    }

    #[test]
    fn a_token_is_a_signed_request_that_names_the_cluster() {
        let url = url(&token("eu-west-1", None));
        for part in [
            "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&",
            "X-Amz-Expires=60",
            "X-Amz-SignedHeaders=host%3Bx-k8s-aws-id",
            "X-Amz-Credential=AKIAEXAMPLE%2F20231114%2Feu-west-1%2Fsts%2Faws4_request",
            "X-Amz-Security-Token=session%2F%2B%3D",
            "X-Amz-Signature=",
        ] {
            assert!(url.contains(part), "{part} is not in {url}");
        }
        assert!(
            self::url(&token("cn-north-1", None)).starts_with("https://sts.cn-north-1.amazonaws.com.cn/")
        );
    }

    #[test]
    fn a_token_ends_with_the_credentials_or_after_fourteen_minutes() {
        assert_eq!(token("eu-west-1", None).expires_at, at(1_700_000_840));
        assert_eq!(token("eu-west-1", Some(at(1_700_000_100))).expires_at, at(1_700_000_100));
        assert_eq!(token("eu-west-1", Some(at(1_700_009_000))).expires_at, at(1_700_000_840));
    }
}
