//! The way to AWS, tried on a server that answers what it is told to.

mod answers;
mod apps;
mod batching;
mod log;
mod server;

use std::time::{Duration, Instant};

use crate::{
    AssumeRole, AssumeRoleWithWebIdentity, Aws, Configuration, ErrorKind, NewLogGroup, NewPodIdentity,
    Secret, Tags,
};
use answers::{ASSOCIATION, CALLER, assumed};
use log::Log;
use server::{Answer, Server};

/// Static keys, one attempt, everything at `url`.
fn configuration(url: &str) -> Configuration {
    Configuration {
        region: Some("eu-west-1".to_owned()),
        access_key: Some("AKIDBASE".to_owned()),
        secret_key: Some(Secret::new("hush-key")),
        endpoints: [(String::new(), url.to_owned())].into(),
        max_retries: Some(0),
        ..Configuration::default()
    }
}

async fn connect(configuration: &Configuration) -> Aws {
    Aws::connect(configuration).await.expect("a good configuration")
}

fn log_group() -> NewLogGroup {
    NewLogGroup { name: "/checkout".to_owned(), kms_key: None, tags: Tags::new() }
}

fn json_error(code: &str, message: &str) -> Answer {
    Answer::json(400, &format!(r#"{{"__type":"{code}","message":"{message}"}}"#))
}

#[tokio::test]
async fn a_quota_is_told_at_once() {
    let server = Server::start(vec![json_error("LimitExceededException", "Resource limit exceeded.")]).await;
    let configuration = Configuration { max_retries: Some(5), ..configuration(&server.url) };
    let error = connect(&configuration).await.log_groups.create(&log_group()).await.expect_err("quota");
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::QuotaExceeded, 1));
}

#[tokio::test]
async fn throttling_is_repeated_and_counted() {
    let server =
        Server::start(vec![json_error("ThrottlingException", "Rate exceeded"), Answer::json(200, "{}")])
            .await;
    let configuration = Configuration { max_retries: Some(2), ..configuration(&server.url) };
    let aws = connect(&configuration).await;
    aws.log_groups.create(&log_group()).await.expect("the second attempt");
    assert_eq!(server.requests().len(), 2);
    assert_eq!(aws.pressure.refused(), [(crate::Service::Logs, 1)].into());
}

#[tokio::test]
async fn an_error_names_operation_object_code_and_request() {
    let server = Server::start(vec![json_error("ResourceAlreadyExistsException", "It exists.")]).await;
    let aws = connect(&configuration(&server.url)).await;
    let error = aws.log_groups.create(&log_group()).await.expect_err("exists");
    assert_eq!(
        error.to_string(),
        "CloudWatch Logs CreateLogGroup for `/checkout` failed: It exists (ResourceAlreadyExistsException, request \
         id the-request)"
    );
}

#[tokio::test]
async fn an_answer_in_html_is_not_a_missing_object() {
    let server = Server::start(vec![Answer::html(404, "<h1>Not Found</h1>")]).await;
    let aws = connect(&configuration(&server.url)).await;
    let error = aws.clusters.describe("blue").await.expect_err("no answer of AWS");
    assert_eq!(error.kind(), ErrorKind::Other);
    assert!(error.to_string().contains("status 404, is none of AWS's"), "{error}");
}

#[tokio::test]
async fn a_lost_connection_is_ambiguous() {
    let server = Server::start(vec![Answer::Hangup]).await;
    let aws = connect(&configuration(&server.url)).await;
    let error = aws.log_groups.create(&log_group()).await.expect_err("no answer");
    assert_eq!((error.kind(), error.is_ambiguous()), (ErrorKind::Connection, true), "{error}");
}

#[tokio::test]
async fn a_role_that_eks_does_not_know_yet_is_waited_for() {
    let refusal = json_error("InvalidParameterException", "Role provided in the request does not exist.");
    let server = Server::start(vec![refusal, Answer::json(200, ASSOCIATION)]).await;
    let aws = connect(&configuration(&server.url)).await;
    let new = NewPodIdentity {
        cluster: "blue".to_owned(),
        namespace: "shop".to_owned(),
        service_account: "checkout".to_owned(),
        role_arn: "arn:aws:iam::123456789012:role/checkout".to_owned(),
        target_role_arn: None,
        disable_session_tags: false,
        client_request_token: "token-1".to_owned(),
        tags: Tags::new(),
    };
    let start = Instant::now();
    let made = aws.pod_identities.create(&new).await.expect("the second attempt");
    assert_eq!(made.id, "a-1");
    assert!(start.elapsed() >= Duration::from_millis(500), "{:?}", start.elapsed());
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| request.contains("token-1")), "{requests:?}");
}

#[tokio::test]
async fn roles_are_taken_one_after_another_and_only_once() {
    let answers =
        vec![assumed("AKIDFIRST"), assumed("AKIDSECOND"), Answer::xml(200, CALLER), Answer::json(200, "{}")];
    let server = Server::start(answers).await;
    let first = AssumeRole {
        role_arn: "arn:aws:iam::111111111111:role/first".to_owned(),
        external_id: Some("partner".to_owned()),
        duration: Some(Duration::from_mins(15)),
        tags: [("team".to_owned(), "payments".to_owned())].into(),
        transitive_tag_keys: ["team".to_owned()].into(),
        source_identity: Some("alice".to_owned()),
        ..AssumeRole::default()
    };
    let second = AssumeRole {
        role_arn: "arn:aws:iam::222222222222:role/second".to_owned(),
        session_name: Some("deploy".to_owned()),
        ..AssumeRole::default()
    };
    let aws =
        connect(&Configuration { assume_role: vec![first, second], ..configuration(&server.url) }).await;
    assert_eq!(server.requests().len(), 0, "nothing is sent before the first call");
    assert_eq!(aws.account.id().await.expect("an identity"), "123456789012");
    aws.log_groups.create(&log_group()).await.expect("another service");
    assert_eq!(aws.account.id().await.expect("remembered"), "123456789012");

    let requests = server.requests();
    let check = |index: usize, parts: &[&str]| {
        for part in parts {
            assert!(requests[index].contains(part), "request {index} has no `{part}`: {}", requests[index]);
        }
    };
    assert_eq!(requests.len(), 4);
    check(
        0,
        &["Action=AssumeRole&", "role%2Ffirst", "ExternalId=partner", "DurationSeconds=900", "AKIDBASE"],
    );
    check(0, &["TransitiveTagKeys.member.1=team", "SourceIdentity=alice", "RoleSessionName=ipsy"]);
    check(1, &["Action=AssumeRole&", "role%2Fsecond", "RoleSessionName=deploy", "AKIDFIRST"]);
    check(2, &["Action=GetCallerIdentity", "AKIDSECOND"]);
    check(3, &["CreateLogGroup", "AKIDSECOND"]);
}

#[tokio::test]
async fn a_token_of_another_identity_provider_is_exchanged() {
    let server = Server::start(vec![
        Answer::xml(200, &answers::assumed_text("AssumeRoleWithWebIdentity", "AKIDWEB")),
        Answer::xml(200, CALLER),
    ])
    .await;
    let identity = AssumeRoleWithWebIdentity {
        role_arn: Some("arn:aws:iam::111111111111:role/run".to_owned()),
        web_identity_token: Some(Secret::new("hush-jwt")),
        ..AssumeRoleWithWebIdentity::default()
    };
    let aws = connect(&Configuration {
        assume_role_with_web_identity: Some(identity),
        ..configuration(&server.url)
    })
    .await;
    aws.account.id().await.expect("an identity");
    let requests = server.requests();
    assert!(requests[0].contains("WebIdentityToken=hush-jwt"), "{}", requests[0]);
    assert!(requests[1].contains("AKIDWEB"), "{}", requests[1]);
}

#[tokio::test]
async fn a_role_that_cannot_be_taken_is_named_without_secrets() {
    let refusal = Answer::xml(403, answers::ACCESS_DENIED);
    let server = Server::start(vec![refusal]).await;
    let role =
        AssumeRole { role_arn: "arn:aws:iam::111111111111:role/first".to_owned(), ..AssumeRole::default() };
    let aws = connect(&Configuration { assume_role: vec![role], ..configuration(&server.url) }).await;
    let error = aws.account.id().await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::AccessDenied, "{error}");
    let text = format!("{error} {error:?}");
    assert!(
        text.contains("arn:aws:iam::111111111111:role/first") && text.contains("sts:AssumeRole"),
        "{text}"
    );
    assert!(!text.contains("hush"), "{text}");
}

#[tokio::test]
async fn no_credentials_say_where_they_were_looked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("credentials");
    std::fs::write(&file, "[empty]\nregion = eu-west-1\n").expect("written");
    let server = Server::start(vec![]).await;
    let configuration = Configuration {
        access_key: None,
        secret_key: None,
        profile: Some("empty".to_owned()),
        shared_credentials_files: vec![file.clone()],
        shared_config_files: vec![file],
        ..configuration(&server.url)
    };
    let error = connect(&configuration).await.account.id().await.map(str::to_owned).expect_err("none");
    assert_eq!(error.kind(), ErrorKind::NoCredentials, "{error}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_configured_proxy_is_asked_instead() {
    let proxy = Server::start(vec![Answer::json(200, "{}")]).await;
    let configuration =
        Configuration { http_proxy: Some(proxy.url.clone()), ..configuration("http://logs.example.test") };
    connect(&configuration).await.log_groups.create(&log_group()).await.expect("through the proxy");
    assert!(proxy.requests()[0].starts_with("POST http://logs.example.test/"), "{:?}", proxy.requests());
}

#[tokio::test]
async fn an_endpoint_of_one_service_is_for_that_service() {
    let (all, logs) = (Server::start(vec![]).await, Server::start(vec![Answer::json(200, "{}")]).await);
    let mut configuration = configuration(&all.url);
    configuration.endpoints.insert("logs".to_owned(), logs.url.clone());
    connect(&configuration).await.log_groups.create(&log_group()).await.expect("made");
    assert_eq!((all.requests().len(), logs.requests().len()), (0, 1));
}

#[tokio::test]
async fn half_a_key_is_refused_before_any_call() {
    let configuration = Configuration { secret_key: None, ..configuration("http://127.0.0.1:1") };
    let error = Aws::connect(&configuration).await.expect_err("half a key");
    assert_eq!(error.to_string(), "AWS cannot be called: `access_key` is set without `secret_key`");
}

/// A log at the finest level contains the events of this crate and the SDK.
#[tokio::test]
async fn the_finest_log_contains_no_secret() {
    let (log, _guard) = Log::keep();
    let server = Server::start(vec![
        Answer::xml(200, &answers::assumed_text("AssumeRoleWithWebIdentity", "AKIDWEB")),
        assumed("AKIDNEXT"),
        json_error("OperationAbortedException", "A conflicting operation is in progress"),
        Answer::json(200, "{}"),
    ])
    .await;
    let configuration = Configuration {
        token: Some(Secret::new("hush-token")),
        assume_role_with_web_identity: Some(AssumeRoleWithWebIdentity {
            role_arn: Some("arn:aws:iam::111111111111:role/run".to_owned()),
            web_identity_token: Some(Secret::new("hush-jwt")),
            ..AssumeRoleWithWebIdentity::default()
        }),
        assume_role: vec![AssumeRole {
            role_arn: "arn:aws:iam::1:role/next".to_owned(),
            ..AssumeRole::default()
        }],
        ..configuration(&server.url)
    };
    connect(&configuration).await.log_groups.create(&log_group()).await.expect("made");
    let text = log.text();
    assert!(
        text.contains("another change of the same object to end"),
        "what is waited for is not told: {text}"
    );
    assert!(
        text.lines().any(|line| line.starts_with("aws_smithy_runtime")),
        "the SDK's own log is missing: {text}"
    );
    let told: Vec<_> = text.lines().filter(|line| line.contains("hush")).collect();
    assert!(told.is_empty(), "{told:#?}");
}
