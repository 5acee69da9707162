//! Images against an AWS in memory.

use ipsy_aws::{Encryption, Fake, Finding, NewParameter, NewRepository, TagMutability, Tags};
use provider_framework::Context;
use serde_json::{Value as Json, json};

use super::*;
use crate::app::standards::StandardsDocument;
use crate::infrastructure::ownership::TagPolicy;
use crate::session::Configured;

/// An account with the image `checkout:1.0.0`, and its digest.
async fn bench() -> (Fake, ImageData, String) {
    let fake = Fake::new();
    let aws = fake.aws();
    let repository = NewRepository {
        name: "checkout".into(),
        encryption: Encryption::Aes256,
        scan_on_push: true,
        tag_mutability: TagMutability::Immutable,
        tags: Tags::new(),
    };
    aws.repositories.create(&repository).await.unwrap();
    let digest = fake.push_image("checkout", "1.0.0", "content").unwrap();
    let account = Account::of(&aws).await.unwrap();
    let session = Session::default();
    session.set(Configured {
        standards: StandardsDocument::default(),
        tags: TagPolicy::default(),
        complete: true,
        connection: tokio::sync::OnceCell::new_with(Some((aws, account))),
        ..Configured::default()
    });
    (fake, ImageData::new(session), digest)
}

async fn read(data: &ImageData, config: Json) -> Outcome {
    let config = data.schema().encode(&config).unwrap();
    data.read(ReadDataRequest { config, context: Context::default() }).await
}

fn finding(name: &str, severity: &str) -> Finding {
    Finding { name: name.into(), severity: severity.into(), package: Some("openssl".into()), uri: None }
}

fn said(outcome: &Outcome) -> String {
    outcome
        .diagnostics
        .iter()
        .map(|one| format!("{}: {}", one.summary, one.detail))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn a_tag_and_a_pointer_lead_to_the_digest() {
    let (fake, data, digest) = bench().await;
    let outcome = read(&data, json!({ "repository": "checkout", "tag": "1.0.0" })).await;
    assert_eq!(outcome.state.unwrap().attribute("digest").as_str(), Some(digest.as_str()), "by tag");
    let host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    for value in [format!("{host}/checkout:1.0.0"), format!("{host}/checkout@{digest}")] {
        let aws = fake.aws();
        aws.parameters.delete("/image").await.unwrap();
        let parameter = NewParameter {
            name: "/image".into(),
            value: value.clone(),
            description: String::new(),
            tags: Tags::new(),
        };
        aws.parameters.create(&parameter).await.unwrap();
        let state = read(&data, json!({ "parameter": "/image" })).await.state.unwrap();
        assert_eq!(
            state.attribute("uri").as_str(),
            Some(format!("{host}/checkout@{digest}").as_str()),
            "{value}"
        );
        assert_eq!(state.attribute("repository").as_str(), Some("checkout"));
    }
    let outcome = read(&data, json!({ "parameter": "/nowhere" })).await;
    assert!(said(&outcome).contains("SSM parameter `/nowhere` not found"), "{}", said(&outcome));
}

#[tokio::test]
async fn severe_findings_fail_and_an_exception_lets_one_pass() {
    let (fake, data, digest) = bench().await;
    let config = |exception: Json| {
        json!({
            "repository": "checkout", "tag": "1.0.0", "fail_on_severity": "HIGH", "exception": exception,
        })
    };
    let outcome = read(&data, config(json!({}))).await;
    assert!(said(&outcome).contains("has not been scanned"), "{}", said(&outcome));

    let findings = vec![finding("CVE-1", "HIGH"), finding("CVE-2", "CRITICAL"), finding("CVE-3", "LOW")];
    fake.set_scan_findings("checkout", &digest, findings);
    let outcome = read(&data, config(json!({}))).await;
    let told = said(&outcome);
    assert!(told.contains("CRITICAL CVE-2 in openssl; HIGH CVE-1 in openssl"), "{told}");
    assert!(!told.contains("CVE-3"), "{told}");

    let waiver = |day: &str| json!({ "reason": "not reachable", "owner": "payments", "expires": day });
    let both = json!({ "CVE-1": waiver("2999-01-01"), "CVE-2": waiver("2999-01-01") });
    let outcome = read(&data, config(both)).await;
    assert!(outcome.state.is_some() && outcome.diagnostics.is_empty(), "{}", said(&outcome));

    let outcome = read(&data, config(json!({ "CVE-1": waiver("2999-01-01") }))).await;
    assert!(said(&outcome).contains("CVE-2") && !said(&outcome).contains("CVE-1"), "{}", said(&outcome));
    let outcome = read(&data, config(json!({ "CVE-2": waiver("2001-01-01") }))).await;
    assert!(said(&outcome).contains("ended on 2001-01-01"), "{}", said(&outcome));
}

#[tokio::test]
async fn an_exception_from_nothing_is_told() {
    let (fake, data, digest) = bench().await;
    fake.set_scan_findings("checkout", &digest, Vec::new());
    let waiver = json!({ "reason": "not reachable", "owner": "payments", "expires": "2999-01-01" });
    let config = json!({
        "repository": "checkout", "tag": "1.0.0", "fail_on_severity": "LOW", "exception": { "CVE-9": waiver },
    });
    let outcome = read(&data, config).await;
    assert!(outcome.state.is_some());
    assert!(said(&outcome).contains("Nothing is left of `CVE-9`"), "{}", said(&outcome));
}
