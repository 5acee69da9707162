//! Services of which two reads are needed, and whose SDK would be too large for them: that of EC2 alone takes seven
//! gigabytes of memory to compile. A form is posted, signed as the SDK signs, and the answer is XML.

use std::time::SystemTime;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_sts::error::SdkError;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningParams, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::HttpStatusCodeClassifier;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_smithy_xml::decode::{Document, ScopedDecoder, XmlDecodeError, try_data};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::channel::Channel;
use super::credentials::credentials_of;
use super::settings::Settings;
use crate::account::partition_of;
use crate::{Error, Service};

/// Signs of a form that stand for themselves.
pub(super) const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A service that takes forms.
pub(super) struct Query {
    service: Service,
    /// The version of its interface.
    version: &'static str,
    url: String,
    region: String,
    shared: SdkConfig,
    channel: Channel,
}

/// A form with the credentials that sign it.
#[derive(Clone, Debug)]
struct Signed {
    credentials: Credentials,
    form: String,
}

impl Query {
    pub(super) fn new(settings: &Settings, service: Service, version: &'static str) -> Self {
        let region = settings.region().to_owned();
        let own = settings.endpoint(service).or(settings.shared().endpoint_url());
        let (_, suffix) = partition_of(&region);
        let url = own.map_or_else(
            || format!("https://{}.{region}.{suffix}/", service.action_prefix()),
            |url| format!("{}/", url.trim_end_matches('/')),
        );
        Self {
            service,
            version,
            url,
            region,
            shared: settings.shared().clone(),
            channel: Channel::new(service, 2, ()),
        }
    }

    /// Makes a call with a form; gives the XML of the answer.
    pub(super) async fn call(
        &self,
        operation: &'static str,
        object: &str,
        form: &[(String, String)],
    ) -> Result<String, Error> {
        let signed = Signed {
            credentials: credentials_of(&self.shared, self.service, operation, object).await?,
            form: self.form(operation, form),
        };
        let client = self.operation(operation);
        self.channel.call(operation, object, || self.send(&client, signed.clone())).await
    }

    async fn send(
        &self,
        client: &Operation<Signed, String, ErrorMetadata>,
        signed: Signed,
    ) -> Result<String, SdkError<ErrorMetadata>> {
        client.invoke(signed).await
    }

    fn form(&self, operation: &str, form: &[(String, String)]) -> String {
        let fixed = [("Action", operation), ("Version", self.version)];
        let own = form.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let encoded = |text| utf8_percent_encode(text, FORM);
        let pairs: Vec<String> = fixed
            .into_iter()
            .chain(own)
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        pairs.join("&")
    }

    fn operation(&self, name: &'static str) -> Operation<Signed, String, ErrorMetadata> {
        let (url, region, service) = (self.url.clone(), self.region.clone(), self.service.action_prefix());
        let retry = self.shared.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
        let mut builder = Operation::builder()
            .service_name(service)
            .operation_name(name)
            .behavior_version(BehaviorVersion::v2026_01_12())
            .endpoint_url(&self.url)
            .no_auth()
            .standard_retry(&retry)
            .retry_classifier(HttpStatusCodeClassifier::default())
            .timeout_config(TimeoutConfig::disabled());
        if let Some(client) = self.shared.http_client() {
            builder = builder.http_client(client);
        }
        builder
            .serializer(move |signed: Signed| request(&url, &region, service, signed))
            .deserializer(answer)
            .build()
    }
}

/// The form as a signed request.
fn request(url: &str, region: &str, service: &str, signed: Signed) -> Result<HttpRequest, BoxError> {
    let Signed { credentials, form } = signed;
    let host = url.split("://").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
    let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8"), ("host", host)];
    let identity: Identity = credentials.into();
    let parameters: SigningParams<'_> = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let body = SignableBody::Bytes(form.as_bytes());
    let signable = SignableRequest::new("POST", url, headers.into_iter(), body)?;
    let (instructions, _) = sign(signable, &parameters)?.into_parts();
    let mut request = HttpRequest::new(SdkBody::from(form.as_str()));
    request.set_method("POST")?;
    for (name, value) in headers.into_iter().chain(instructions.headers()) {
        request.headers_mut().try_insert(name.to_owned(), value.to_owned())?;
    }
    Ok(request)
}

/// The text of a good answer, or the error in the other ones.
fn answer(response: &HttpResponse) -> Result<String, OrchestratorError<ErrorMetadata>> {
    let text = String::from_utf8_lossy(response.body().bytes().unwrap_or_default()).into_owned();
    if response.status().is_success() { Ok(text) } else { Err(OrchestratorError::operation(failure(&text))) }
}

/// Code and message of an error, in the form of EC2 or that of the other services.
fn failure(text: &str) -> ErrorMetadata {
    let first = |paths: [&[&str]; 2]| {
        paths.iter().find_map(|path| texts(text, path).ok().and_then(|found| found.into_iter().next()))
    };
    let mut builder = ErrorMetadata::builder();
    if let Some(code) = first([&["Error", "Code"], &["Errors", "Error", "Code"]]) {
        builder = builder.code(code);
    }
    if let Some(message) = first([&["Error", "Message"], &["Errors", "Error", "Message"]]) {
        builder = builder.message(message);
    }
    builder.build()
}

/// The texts of all elements at `path` below the root.
pub(super) fn texts(xml: &str, path: &[&str]) -> Result<Vec<String>, String> {
    let mut document = Document::new(xml);
    let mut found = Vec::new();
    let collected = document.root_element().and_then(|mut root| collect(&mut root, path, &mut found));
    collected.map(|()| found).map_err(|error| format!("the answer cannot be read: {error}"))
}

fn collect(
    element: &mut ScopedDecoder<'_, '_>,
    path: &[&str],
    found: &mut Vec<String>,
) -> Result<(), XmlDecodeError> {
    let Some((name, rest)) = path.split_first() else {
        found.push(try_data(element)?.into_owned());
        return Ok(());
    };
    while let Some(mut inner) = element.next_tag() {
        if inner.start_el().local() == *name {
            collect(&mut inner, rest, found)?;
        }
    }
    Ok(())
}

/// Of each element at `path` below the root, the texts at the paths of `fields` below the element.
pub(super) fn elements<const FIELDS: usize>(
    xml: &str,
    path: &[&str],
    fields: &[&[&str]; FIELDS],
) -> Result<Vec<[Vec<String>; FIELDS]>, String> {
    let mut document = Document::new(xml);
    let mut found = Vec::new();
    let read = document.root_element().and_then(|mut root| each(&mut root, path, fields, &mut found));
    read.map(|()| found).map_err(|error| format!("the answer cannot be read: {error}"))
}

fn each<const FIELDS: usize>(
    element: &mut ScopedDecoder<'_, '_>,
    path: &[&str],
    fields: &[&[&str]; FIELDS],
    found: &mut Vec<[Vec<String>; FIELDS]>,
) -> Result<(), XmlDecodeError> {
    let Some((name, rest)) = path.split_first() else {
        let mut texts = std::array::from_fn(|_| Vec::new());
        fill(element, &mut Vec::new(), fields, &mut texts)?;
        found.push(texts);
        return Ok(());
    };
    while let Some(mut inner) = element.next_tag() {
        if inner.start_el().local() == *name {
            each(&mut inner, rest, fields, found)?;
        }
    }
    Ok(())
}

/// Reads the fields in `element`, which is at `here`.
fn fill(
    element: &mut ScopedDecoder<'_, '_>,
    here: &mut Vec<String>,
    fields: &[&[&str]],
    texts: &mut [Vec<String>],
) -> Result<(), XmlDecodeError> {
    while let Some(mut inner) = element.next_tag() {
        here.push(inner.start_el().local().to_owned());
        if let Some(at) = fields.iter().position(|field| *field == here.as_slice()) {
            let text = try_data(&mut inner)?.into_owned();
            texts.get_mut(at).into_iter().for_each(|texts| texts.push(text.clone()));
        } else if fields.iter().any(|field| begins_with(field, here)) {
            fill(&mut inner, here, fields, texts)?;
        }
        here.pop();
    }
    Ok(())
}

/// Whether `field` is deeper than `here`.
fn begins_with(field: &[&str], here: &[String]) -> bool {
    field.len() > here.len() && here.iter().zip(field).all(|(own, other)| own == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_their_path() {
        let xml = "<r><a><b>1</b><c>2</c></a><a><b>3 &amp; 4</b></a><b>5</b><a/></r>";
        assert_eq!(texts(xml, &["a", "b"]), Ok(vec!["1".to_owned(), "3 & 4".to_owned()]));
        assert_eq!(texts(xml, &["x"]), Ok(Vec::new()));
        assert!(texts("no xml", &["a"]).is_err());
    }

    #[test]
    fn both_forms_of_errors_are_read() {
        for xml in [
            "<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code><Message>gone</Message></Error></Errors></Response>",
            "<ErrorResponse><Error><Code>InvalidInstanceID.NotFound</Code><Message>gone</Message></Error></ErrorResponse>",
        ] {
            let error = failure(xml);
            assert_eq!((error.code(), error.message()), (Some("InvalidInstanceID.NotFound"), Some("gone")));
        }
        assert_eq!(failure("<html></html>").code(), None);
    }

    #[test]
    fn a_form_is_posted_with_a_signature() {
        let credentials = Credentials::new("AKIAEXAMPLE", "hush", None, None, "test");
        let signed = Signed { credentials, form: "Action=DescribeInstances".to_owned() };
        let request =
            request("https://ec2.eu-west-1.amazonaws.com/", "eu-west-1", "ec2", signed).expect("signed");
        let header = request.headers().get("authorization").expect("a signature");
        assert!(header.contains("/eu-west-1/ec2/aws4_request"), "{header}");
        assert!(header.contains("SignedHeaders=content-type;host;x-amz-date"), "{header}");
        assert_eq!(request.body().bytes(), Some(b"Action=DescribeInstances".as_slice()));
        assert_eq!(request.method(), "POST");
    }
}
