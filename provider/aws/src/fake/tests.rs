//! The AWS in memory refuses what an app can meet in AWS.

use std::collections::BTreeMap;

use super::{Fake, Moment};
use crate::{
    Action, AlarmState, Aws, Condition, Contents, Encryption, Error, ErrorKind, Forward, HealthCheck,
    ImageReference, NewLogGroup, NewPodIdentity, NewRepository, NewRole, NewRule, NewTargetGroup, RuleChange,
    TagMutability, Tags, TargetHealth, WeightedTarget,
};

const TRUST: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"}}]}"#;

fn repository(name: &str) -> NewRepository {
    NewRepository {
        name: name.to_owned(),
        encryption: Encryption::Aes256,
        scan_on_push: true,
        tag_mutability: TagMutability::Immutable,
        tags: Tags::new(),
    }
}

fn role(name: &str) -> NewRole {
    NewRole {
        name: name.to_owned(),
        path: "/".to_owned(),
        trust_policy: TRUST.to_owned(),
        description: String::new(),
        max_session_seconds: 3600,
        permissions_boundary: None,
        tags: Tags::new(),
    }
}

fn target_group(name: &str) -> NewTargetGroup {
    NewTargetGroup {
        name: name.to_owned(),
        protocol: "HTTP".to_owned(),
        protocol_version: "HTTP1".to_owned(),
        port: 8080,
        vpc_id: "vpc-1".to_owned(),
        target_type: "ip".to_owned(),
        ip_address_type: "ipv4".to_owned(),
        health_check: HealthCheck::default(),
        tags: Tags::new(),
    }
}

fn forward(targets: &[(&str, u16)]) -> Vec<Action> {
    let targets = targets
        .iter()
        .map(|(arn, weight)| WeightedTarget { target_group_arn: (*arn).to_owned(), weight: *weight })
        .collect();
    vec![Action::Forward(Forward { targets, stickiness_seconds: None })]
}

fn rule(listener_arn: &str, priority: u32, targets: &[(&str, u16)]) -> NewRule {
    NewRule {
        listener_arn: listener_arn.to_owned(),
        priority,
        conditions: [Condition::HostHeader(["shop.example.com".to_owned()].into())].into(),
        actions: forward(targets),
        tags: Tags::new(),
    }
}

/// An AWS with a load balancer's listener and one target group.
async fn traffic() -> (Fake, Aws, String, String) {
    let fake = Fake::new();
    let aws = fake.aws();
    let listener = fake.add_load_balancer("shop", "vpc-1");
    let group = aws.target_groups.create(&target_group("blue")).await.expect("made").arn;
    (fake, aws, listener, group)
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>, kind: ErrorKind, code: &str) {
    let error = result.expect_err("refused");
    assert_eq!((error.kind(), error.code()), (kind, Some(code)), "{error}");
}

#[tokio::test]
async fn names_are_unique() {
    let aws = Fake::new().aws();
    aws.repositories.create(&repository("shop/checkout")).await.expect("made");
    refused(
        aws.repositories.create(&repository("shop/checkout")).await,
        ErrorKind::AlreadyExists,
        "RepositoryAlreadyExistsException",
    );
    aws.roles.create(&role("checkout")).await.expect("made");
    refused(aws.roles.create(&role("Checkout")).await, ErrorKind::AlreadyExists, "EntityAlreadyExists");
}

#[tokio::test]
async fn a_target_group_of_the_same_settings_is_handed_out_again() {
    let (_, aws, _, group) = traffic().await;
    let same = aws.target_groups.create(&target_group("blue")).await.expect("the same");
    assert_eq!(same.arn, group);
    let other = NewTargetGroup { port: 9090, ..target_group("blue") };
    refused(aws.target_groups.create(&other).await, ErrorKind::AlreadyExists, "DuplicateTargetGroupName");
}

#[tokio::test]
async fn a_target_group_in_a_rule_cannot_be_deleted() {
    let (_, aws, listener, group) = traffic().await;
    let made = aws.listener_rules.create(&rule(&listener, 10, &[(&group, 1)])).await.expect("made");
    refused(aws.target_groups.delete(&group).await, ErrorKind::InUse, "ResourceInUse");
    aws.listener_rules.delete(&made.arn).await.expect("deleted");
    aws.target_groups.delete(&group).await.expect("free now");
    aws.target_groups.delete(&group).await.expect("deleting twice succeeds");
}

#[tokio::test]
async fn targets_are_probed_only_behind_a_rule() {
    let (fake, aws, listener, group) = traffic().await;
    let target = TargetHealth {
        target_id: "10.0.0.1".to_owned(),
        port: 8080,
        state: "healthy".to_owned(),
        reason: None,
        description: None,
    };
    fake.set_targets(&group, vec![target]);
    let unused = aws.target_groups.health(&group).await.expect("there");
    assert_eq!(unused[0].reason.as_deref(), Some("Target.NotInUse"));
    // A weight of 0 gets no requests, but is probed.
    aws.listener_rules.create(&rule(&listener, 10, &[(&group, 0)])).await.expect("made");
    assert_eq!(aws.target_groups.health(&group).await.expect("there")[0].state, "healthy");
}

#[tokio::test]
async fn priorities_are_unique_but_can_swap() {
    let (_, aws, listener, group) = traffic().await;
    let one = aws.listener_rules.create(&rule(&listener, 1, &[(&group, 1)])).await.expect("made").arn;
    refused(
        aws.listener_rules.create(&rule(&listener, 1, &[(&group, 1)])).await,
        ErrorKind::Conflict,
        "PriorityInUse",
    );
    let two = aws.listener_rules.create(&rule(&listener, 2, &[(&group, 1)])).await.expect("made").arn;
    let taken = BTreeMap::from([(one.clone(), 2)]);
    refused(aws.listener_rules.set_priorities(&taken).await, ErrorKind::Conflict, "PriorityInUse");
    let swap = BTreeMap::from([(one.clone(), 2), (two.clone(), 1)]);
    aws.listener_rules.set_priorities(&swap).await.expect("swapped");
    let order: Vec<_> = aws
        .listener_rules
        .by_listener(&listener)
        .await
        .expect("rules")
        .into_iter()
        .map(|rule| rule.arn)
        .collect();
    assert_eq!(order[..2], [two, one]);
}

#[tokio::test]
async fn modified_actions_are_replaced_whole() {
    let (_, aws, listener, group) = traffic().await;
    let mut new = rule(&listener, 1, &[(&group, 1)]);
    if let Some(Action::Forward(forward)) = new.actions.first_mut() {
        forward.stickiness_seconds = Some(60);
    }
    let made = aws.listener_rules.create(&new).await.expect("made");
    let change = RuleChange { conditions: None, actions: Some(forward(&[(&group, 5)])) };
    let changed = aws.listener_rules.modify(&made.arn, &change).await.expect("changed");
    assert_eq!(changed.forward().and_then(|forward| forward.stickiness_seconds), None);
    assert_eq!(changed.conditions, new.conditions);
}

#[tokio::test]
async fn an_association_needs_its_role_and_is_made_once() {
    let fake = Fake::new();
    let aws = fake.aws();
    fake.add_cluster("blue", "vpc-1");
    let mut new = NewPodIdentity {
        cluster: "blue".to_owned(),
        namespace: "shop".to_owned(),
        service_account: "checkout".to_owned(),
        role_arn: "arn:aws:iam::123456789012:role/checkout".to_owned(),
        target_role_arn: None,
        disable_session_tags: false,
        client_request_token: "one".to_owned(),
        tags: Tags::new(),
    };
    refused(aws.pod_identities.create(&new).await, ErrorKind::Invalid, "InvalidParameterException");
    aws.roles.create(&role("checkout")).await.expect("made");
    let made = aws.pod_identities.create(&new).await.expect("made");
    assert_eq!(aws.pod_identities.create(&new).await, Ok(made.clone()), "the same token");
    new.client_request_token = "two".to_owned();
    refused(aws.pod_identities.create(&new).await, ErrorKind::AlreadyExists, "ResourceInUseException");
    assert_eq!(aws.pod_identities.find("blue", "shop", "checkout").await, Ok(Some(made)));
}

#[tokio::test]
async fn a_repository_with_images_is_kept() {
    let fake = Fake::new();
    let aws = fake.aws();
    aws.repositories.create(&repository("checkout")).await.expect("made");
    let first = fake.push_image("checkout", "1.0.0", "first").expect("pushed");
    let second = fake.push_image("checkout", "1.0.0", "second").expect("pushed");
    assert_ne!(first, second);
    let tag = ImageReference::Tag("1.0.0".to_owned());
    let found = aws.repositories.image("checkout", &tag).await.expect("answered").expect("there");
    assert_eq!(found.digest, second);
    refused(
        aws.repositories.delete("checkout", Contents::Keep).await,
        ErrorKind::InUse,
        "RepositoryNotEmptyException",
    );
    aws.repositories.delete("checkout", Contents::Delete).await.expect("deleted");
    assert_eq!(fake.inventory(), Vec::<String>::new());
}

#[tokio::test]
async fn faults_strike_before_or_after_the_effect() {
    let fake = Fake::new();
    let aws = fake.aws();
    let group = NewLogGroup { name: "/a".to_owned(), kms_key: None, tags: Tags::new() };
    fake.fail("CreateLogGroup", Moment::BeforeEffect, ErrorKind::Throttled, 1);
    fake.fail("CreateLogGroup", Moment::AfterEffect, ErrorKind::Connection, 1);
    let first = aws.log_groups.create(&group).await.expect_err("before");
    assert_eq!((first.kind(), fake.inventory().len()), (ErrorKind::Throttled, 0));
    let second = aws.log_groups.create(&group).await.expect_err("after");
    assert_eq!((second.is_ambiguous(), fake.inventory().len()), (true, 1));
    refused(aws.log_groups.create(&group).await, ErrorKind::AlreadyExists, "ResourceAlreadyExistsException");
    assert_eq!(fake.operations(), ["CreateLogGroup"; 3]);
}

#[tokio::test]
async fn two_runs_give_the_same_ids() {
    let arns = |(_, _, listener, group): (Fake, Aws, String, String)| (listener, group);
    assert_eq!(arns(traffic().await), arns(traffic().await));
}

#[tokio::test]
async fn an_alarm_has_a_state_and_a_missing_one_has_none() {
    let fake = Fake::new();
    let aws = fake.aws();
    let off = AlarmState::Alarm { reason: "Threshold Crossed".to_owned() };
    fake.set_alarm("checkout-5xx", AlarmState::Ok { reason: String::new() });
    fake.set_alarm("checkout-5xx", off.clone());
    let names = ["checkout-5xx".to_owned(), "missing-alarm".to_owned()];
    let states = aws.alarms.states(&names).await.expect("answered");
    assert_eq!(states, [("checkout-5xx".to_owned(), off)].into());
}
