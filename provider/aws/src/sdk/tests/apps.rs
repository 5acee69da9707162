//! An AWS with many apps on one load balancer and one cluster, for reads: a client that answers in AWS' words without any
//! connection, and counts.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::answers::CALLER;
use crate::Tags;

pub(super) const LISTENER: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/1/2";

/// Apps number 1 to `count`.
#[derive(Clone, Debug)]
pub(super) struct Apps {
    count: u32,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    calls: BTreeMap<String, usize>,
    /// Codes that AWS answers to an operation from now on.
    refusals: BTreeMap<&'static str, &'static str>,
}

impl Apps {
    pub(super) fn new(count: u32) -> Self {
        Self { count, state: Arc::default() }
    }

    pub(super) fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// How often each operation was called since the last time.
    pub(super) fn take_calls(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.state.lock().expect("not poisoned").calls)
    }

    /// Refuses an operation from now on.
    pub(super) fn refuse(&self, operation: &'static str, code: &'static str) {
        self.state.lock().expect("not poisoned").refusals.insert(operation, code);
    }

    pub(super) fn names(&self) -> Vec<String> {
        (1..=self.count).map(|number| format!("app-{number}")).collect()
    }

    /// The apps that `wanted` names, by any text in which the name comes last.
    fn named(&self, wanted: &[String]) -> Vec<String> {
        let mut names = self.names();
        names.retain(|name| wanted.iter().any(|wanted| wanted.split(['/', ':']).any(|part| part == name)));
        names
    }

    fn answer(&self, request: &Request) -> (u16, String) {
        let operation = request.operation.as_str();
        let mut state = self.state.lock().expect("not poisoned");
        *state.calls.entry(operation.to_owned()).or_default() += 1;
        let refusal = state.refusals.get(operation).copied();
        if let Some(code) =
            refusal.or((operation == "GetLifecyclePolicy").then_some("LifecyclePolicyNotFoundException"))
        {
            let xml = format!(
                "<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
            );
            return (
                400,
                if request.is_form { xml } else { json!({ "__type": code, "message": "no" }).to_string() },
            );
        }
        (
            200,
            if request.is_form {
                self.xml(operation, request)
            } else {
                self.json(operation, request).to_string()
            },
        )
    }

    fn json(&self, operation: &str, request: &Request) -> Value {
        let tag = |value: &str| json!([{ "Key": "app", "Value": value, "key": "app" }]);
        let of_each = |names: Vec<String>, form: fn(&str) -> Value| -> Vec<Value> {
            names.iter().map(|name| form(name)).collect()
        };
        let named = |member: &str| self.named(&request.texts(member));
        match operation {
            "DescribeRepositories" => {
                json!({ "repositories": of_each(named("repositoryNames"), |name| json!({
                "repositoryName": name, "repositoryArn": format!("arn:aws:ecr:eu-west-1:123456789012:repository/{name}"),
            })) })
            }
            "DescribeLogGroups" => {
                let wanted =
                    [request.texts("logGroupIdentifiers"), request.texts("logGroupNamePrefix")].concat();
                json!({ "logGroups": of_each(self.named(&wanted), |name| json!({
                    "logGroupName": format!("/ipsy/{name}"),
                    "logGroupArn": format!("arn:aws:logs:eu-west-1:123456789012:log-group:/ipsy/{name}"),
                })) })
            }
            "GetParameters" => json!({ "Parameters": of_each(named("Names"), |name| json!({
                "Name": format!("/image/{name}"), "Type": "String", "Value": name, "Version": 1,
            })) }),
            // The services' own tags, which are newer than those of the tagging service.
            "ListTagsForResource" => {
                json!({ "tags": if request.is_of("logs") { json!({ "app": "new" }) } else { tag("new") }, "TagList": tag("new") })
            }
            "GetResources" => {
                let arns = request.texts("ResourceARNList");
                let all = || {
                    self.names()
                        .iter()
                        .map(|name| format!("arn:aws:ecr:eu-west-1:123456789012:repository/{name}"))
                        .collect()
                };
                let arns: Vec<String> = if arns.is_empty() { all() } else { arns };
                let mappings = arns.iter().map(
                    |arn| json!({ "ResourceARN": arn, "Tags": tag(&self.named(std::slice::from_ref(arn)).concat()) }),
                );
                json!({ "ResourceTagMappingList": mappings.collect::<Vec<_>>() })
            }
            "ListPodIdentityAssociations" => {
                let wanted = request.texts("serviceAccount");
                let there = if wanted.is_empty() { self.names() } else { self.named(&wanted) };
                json!({ "associations": of_each(there, |name| json!({
                    "namespace": "shop", "serviceAccount": name, "associationId": name,
                })) })
            }
            "DescribePodIdentityAssociation" => json!({ "association": {
                "clusterName": "blue", "namespace": "shop", "serviceAccount": request.path_end(),
            } }),
            other => panic!("no answer to {other}"),
        }
    }

    fn xml(&self, operation: &str, request: &Request) -> String {
        let of_each = |names: Vec<String>, form: &dyn Fn(&str) -> String| -> String {
            let members: Vec<String> =
                names.iter().map(|name| format!("<member>{}</member>", form(name))).collect();
            members.concat()
        };
        let group =
            |name: &str| format!("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/{name}/1");
        let rule = |name: &str| format!("{}/{name}", LISTENER.replace(":listener/", ":listener-rule/"));
        let member = |name: &str| {
            format!(
                "<RoleName>{name}</RoleName><RoleId>id</RoleId><Arn>arn:aws:iam::123456789012:role/{name}</Arn>\
             <Path>/</Path><CreateDate>2026-01-01T00:00:00Z</CreateDate>"
            )
        };
        let result = match operation {
            "GetCallerIdentity" => return CALLER.to_owned(),
            "GetRole" => {
                let found = self.named(&request.texts("RoleName"));
                format!("<Role>{}</Role>", found.first().map(|name| member(name)).unwrap_or_default())
            }
            "ListRolePolicies" => "<PolicyNames/><IsTruncated>false</IsTruncated>".to_owned(),
            "ListAttachedRolePolicies" => "<AttachedPolicies/><IsTruncated>false</IsTruncated>".to_owned(),
            "ListRoles" => format!("<Roles>{}</Roles>", of_each(self.names(), &member)),
            "GetAccountAuthorizationDetails" => {
                format!("<RoleDetailList>{}</RoleDetailList>", of_each(self.names(), &member))
            }
            "DescribeTargetGroups" => {
                let wanted =
                    [request.texts("Names.member"), request.texts("TargetGroupArns.member")].concat();
                let form = |name: &str| {
                    format!(
                        "<TargetGroupName>{name}</TargetGroupName><TargetGroupArn>{}</TargetGroupArn>",
                        group(name)
                    )
                };
                format!("<TargetGroups>{}</TargetGroups>", of_each(self.named(&wanted), &form))
            }
            "DescribeTargetGroupAttributes" => "<Attributes/>".to_owned(),
            "DescribeTags" => {
                let mut text = String::new();
                for arn in request.texts("ResourceArns.member") {
                    let _ = write!(
                        text,
                        "<member><ResourceArn>{arn}</ResourceArn><Tags><member><Key>app</Key>\
                        <Value>new</Value></member></Tags></member>"
                    );
                }
                format!("<TagDescriptions>{text}</TagDescriptions>")
            }
            "DescribeRules" => {
                let wanted = request.texts("RuleArns.member");
                let there = if wanted.is_empty() { self.names() } else { self.named(&wanted) };
                let form = |name: &str| format!("<RuleArn>{}</RuleArn><Priority>1</Priority>", rule(name));
                format!("<Rules>{}</Rules>", of_each(there, &form))
            }
            other => panic!("no answer to {other}"),
        };
        format!("<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>")
    }
}

impl HttpClient for Apps {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Apps {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (status, body) = self.answer(&Request::read(&request));
        let status = status.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

/// A request with its arguments, whatever the protocol.
struct Request {
    operation: String,
    target: String,
    path: String,
    is_form: bool,
    arguments: Vec<(String, String)>,
}

impl Request {
    fn read(request: &HttpRequest) -> Self {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let (path, query) = request.uri().split_once('?').unwrap_or((request.uri(), ""));
        let is_form = body.contains("Action=");
        let mut arguments = Vec::new();
        for pair in (if is_form { body.as_str() } else { query }).split('&') {
            let (name, value) = pair.split_once('=').unwrap_or_default();
            arguments.push((name.to_owned(), percent_decode_str(value).decode_utf8_lossy().into_owned()));
        }
        let json: Value = serde_json::from_str(&body).unwrap_or_default();
        for (name, value) in json.as_object().into_iter().flatten() {
            let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            arguments
                .extend(values.iter().filter_map(|value| Some((name.clone(), value.as_str()?.to_owned()))));
        }
        let operation = match target.split_once('.') {
            Some((_, operation)) => operation.to_owned(),
            None if is_form => {
                arguments.iter().find(|(name, _)| name == "Action").expect("an action").1.clone()
            }
            None if path.ends_with("pod-identity-associations") => "ListPodIdentityAssociations".to_owned(),
            None => "DescribePodIdentityAssociation".to_owned(),
        };
        Self { operation, target, path: path.to_owned(), is_form, arguments }
    }

    /// The values of an argument or of the members of a list.
    fn texts(&self, name: &str) -> Vec<String> {
        let is_it =
            |found: &str| found == name || found.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        self.arguments.iter().filter(|(found, _)| is_it(found)).map(|(_, value)| value.clone()).collect()
    }

    fn is_of(&self, service: &str) -> bool {
        self.target.to_lowercase().starts_with(service)
    }

    fn path_end(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// The tag of an app in the tagging service.
pub(super) fn tag_of(name: &str) -> Tags {
    [("app".to_owned(), name.to_owned())].into()
}
