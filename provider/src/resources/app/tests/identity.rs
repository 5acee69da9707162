//! Repository, role, log group and tags: every setting reaches AWS, is read back, and changes in place.

use ipsy_aws::{Encryption, Tags};

use super::*;

const PROVIDER: &str = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/AB";

/// Applies `config` over `state`, then checks that nothing is left to do.
async fn settle(bench: &Bench, state: Option<&Value>, config: &Json) -> Value {
    let outcome = bench.apply(state, config).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    let refreshed = bench.refresh(outcome.state.as_ref().unwrap()).await.state.unwrap();
    let (planned, _) = bench.plan(Some(&refreshed), config).await;
    assert_eq!(planned, refreshed, "the second plan is empty");
    refreshed
}

#[tokio::test]
async fn a_repository_is_as_it_is_asked_for_and_changes_in_place() {
    let bench = Bench::new().await;
    let mut config = bench.config((90, 10));
    let key = "arn:aws:kms:eu-west-1:123456789012:key/1";
    config["image"] = json!({
        "repository": "checkout", "initial": "1", "kms_key_arn": key, "mutable_tags": ["dev-*"],
        "scan_on_push": false, "keep_images": 0, "untagged_days": 0, "pull_account_ids": ["210987654321"],
    });
    let state = settle(&bench, None, &config).await;
    let aws = bench.fake.aws();
    let name = "checkout".to_owned();
    let found = aws.repositories.describe(std::slice::from_ref(&name)).await.unwrap().pop().unwrap();
    assert_eq!(found.encryption, Encryption::Kms { key: Some(key.to_owned()) });
    assert!(!found.scan_on_push);
    assert_eq!(aws.repositories.lifecycle_policy(&name).await.unwrap(), None);
    let policy = aws.repositories.repository_policy(&name).await.unwrap().unwrap();
    assert!(policy.contains("arn:aws:iam::210987654321:root"), "{policy}");

    config["image"]["keep_images"] = json!(5);
    config["image"]["pull_account_ids"] = Json::Null;
    config["image"]["scan_on_push"] = json!(true);
    let state = settle(&bench, Some(&state), &config).await;
    assert_eq!(aws.repositories.repository_policy(&name).await.unwrap(), None);
    let policy = aws.repositories.lifecycle_policy(&name).await.unwrap().unwrap();
    assert!(policy.contains("imageCountMoreThan") && !policy.contains("sinceImagePushed"), "{policy}");

    config["image"]["kms_key_arn"] = Json::Null;
    let (_, diagnostics) = bench.plan(Some(&state), &config).await;
    let told: Vec<&str> = diagnostics.iter().map(|one| one.summary.as_str()).collect();
    assert_eq!(told, ["The encryption of a repository can't be changed"]);
}

#[tokio::test]
async fn an_equivalent_policy_is_not_drift() {
    let bench = Bench::new().await;
    let config = bench.config((90, 10));
    let state = settle(&bench, None, &config).await;
    let aws = bench.fake.aws();
    let same = r#"{ "Statement" : [ ], "Version":"2012-10-17" }"#;
    aws.roles.put_inline_policy("checkout-prod", "app", same).await.unwrap();
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":["pods.eks.amazonaws.com"]},
        "Action":["sts:TagSession","sts:AssumeRole"]}}"#;
    aws.roles.set_trust_policy("checkout-prod", trust).await.unwrap();
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);
}

#[tokio::test]
async fn a_cluster_of_its_own_tokens_has_no_association_and_names_the_role() {
    let bench = Bench::new().await;
    let mut config = bench.config((90, 10));
    config["backend"]["green"]["oidc_provider_arn"] = json!(PROVIDER);
    config["iam"]["role_name"] = json!("pods");
    config["iam"]["policy"] = json!({ "queue": { "json": "{\"Version\":\"2012-10-17\",\"Statement\":[]}" } });
    let state = settle(&bench, None, &config).await;
    let aws = bench.fake.aws();
    assert_eq!(aws.pod_identities.list("eks-blue").await.unwrap().len(), 1);
    assert!(aws.pod_identities.list("eks-green").await.unwrap().is_empty());
    let role = aws.roles.get("pods").await.unwrap().unwrap();
    assert!(role.trust_policy.contains(PROVIDER) && role.trust_policy.contains("pods.eks.amazonaws.com"));
    assert_eq!(role.inline_policies.keys().collect::<Vec<_>>(), ["app", "queue"]);
    let annotation = |backend: &str| {
        let path = Path::root("values_by_backend").key(backend);
        let values: Json = serde_json::from_str(state.at(&path).unwrap().as_str().unwrap()).unwrap();
        values["serviceAccount"]["annotations"].clone()
    };
    assert_eq!(
        annotation("green"),
        json!({ "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/pods" })
    );
    assert_eq!(annotation("blue"), json!({}));

    // Back to Pod Identity: the association is made, the trust is removed.
    config["backend"]["green"]["oidc_provider_arn"] = Json::Null;
    settle(&bench, Some(&state), &config).await;
    assert_eq!(aws.pod_identities.list("eks-green").await.unwrap().len(), 1);
    assert!(!aws.roles.get("pods").await.unwrap().unwrap().trust_policy.contains(PROVIDER));
}

#[tokio::test]
async fn a_migration_has_an_account_of_its_own_that_gets_the_role_and_loses_it() {
    let bench = Bench::new().await;
    let mut config = bench.config((90, 10));
    config["backend"]["green"]["oidc_provider_arn"] = json!(PROVIDER);
    config["migration"] = json!({ "args": ["migrate"], "backoff_limit": 1 });
    let state = settle(&bench, None, &config).await;
    let aws = bench.fake.aws();
    let accounts = async || {
        let mut accounts: Vec<String> = Vec::new();
        for reference in aws.pod_identities.list("eks-blue").await.unwrap().iter() {
            accounts.push(reference.service_account.clone());
        }
        accounts.sort();
        accounts
    };
    assert_eq!(accounts().await, ["checkout", "checkout-migration"]);
    let trust = aws.roles.get("checkout-prod").await.unwrap().unwrap().trust_policy;
    assert!(trust.contains("system:serviceaccount:checkout:checkout-migration"), "{trust}");
    let migration = |state: &Value, backend: &str| {
        let path = Path::root("values_by_backend").key(backend);
        let values: Json = serde_json::from_str(state.at(&path).unwrap().as_str().unwrap()).unwrap();
        values["migration"].clone()
    };
    let role = "arn:aws:iam::123456789012:role/checkout-prod";
    let expected = json!({
        "args": ["migrate"], "backoffLimit": 1, "enabled": true, "env": {},
        "serviceAccountAnnotations": { "eks.amazonaws.com/role-arn": role },
    });
    assert_eq!(migration(&state, "green"), expected);
    assert_eq!(migration(&state, "blue")["serviceAccountAnnotations"], json!({}));

    // An account that exists keeps the rights that it has.
    config["migration"]["service_account"] = json!("migrations");
    let state = settle(&bench, Some(&state), &config).await;
    assert_eq!(accounts().await, ["checkout"]);
    assert_eq!(migration(&state, "green")["serviceAccountName"], "migrations");
    let trust = aws.roles.get("checkout-prod").await.unwrap().unwrap().trust_policy;
    assert!(!trust.contains("migration"), "{trust}");

    config["migration"] = Json::Null;
    let state = settle(&bench, Some(&state), &config).await;
    assert_eq!(migration(&state, "green"), Json::Null);
}

#[tokio::test]
async fn another_role_name_makes_a_new_role_before_the_old_one_is_deleted() {
    let bench = Bench::new().await;
    let mut config = bench.config((90, 10));
    let state = settle(&bench, None, &config).await;
    config["iam"]["role_name"] = json!("pods");
    bench.fake.forget_calls();
    settle(&bench, Some(&state), &config).await;
    let order: Vec<_> = bench
        .fake
        .operations()
        .into_iter()
        .filter(|operation| ["CreateRole", "UpdatePodIdentityAssociation", "DeleteRole"].contains(operation))
        .collect();
    assert_eq!(
        order,
        ["CreateRole", "UpdatePodIdentityAssociation", "UpdatePodIdentityAssociation", "DeleteRole"]
    );
}

#[tokio::test]
async fn logs_can_be_kept_for_ever_under_another_name() {
    let bench = Bench::new().await;
    let mut config = bench.config((90, 10));
    let key = "arn:aws:kms:eu-west-1:123456789012:key/1";
    config["logs"] = json!({ "group_name": "/shop/checkout", "retention_days": 0, "kms_key_arn": key });
    let state = settle(&bench, None, &config).await;
    assert_eq!(text(&state, "log_group_name"), "/shop/checkout");
    let aws = bench.fake.aws();
    let group = aws.log_groups.get("/shop/checkout").await.unwrap().unwrap();
    assert_eq!((group.retention_days, group.kms_key.as_deref()), (None, Some(key)));
    config["logs"] = json!({ "group_name": "/shop/checkout", "retention_days": 7 });
    settle(&bench, Some(&state), &config).await;
    let group = aws.log_groups.get("/shop/checkout").await.unwrap().unwrap();
    assert_eq!((group.retention_days, group.kms_key), (Some(7), None));
}

#[tokio::test]
async fn tags_of_others_stay_and_all_else_is_mended() {
    let bench = Bench::new().await;
    let mut config = bench.config((90, 10));
    config["tags"] = json!({ "team": "payments" });
    let state = settle(&bench, None, &config).await;
    let aws = bench.fake.aws();
    let stray =
        Tags::from([("team".to_owned(), "another-team".to_owned()), ("stray".to_owned(), "1".to_owned())]);
    aws.roles.tag("checkout-prod", &stray).await.unwrap();
    let refreshed = bench.refresh(&state).await.state.unwrap();
    assert_ne!(refreshed, state);
    let mended = settle(&bench, Some(&refreshed), &config).await;
    assert_eq!(mended, state);
    let tags = aws.roles.get("checkout-prod").await.unwrap().unwrap().tags;
    assert_eq!((tags["team"].as_str(), tags.contains_key("stray")), ("payments", false));
}
