//! Weights that another tool moves, and the target groups that it puts into the rule.

use ipsy_aws::fake::Moment;
use ipsy_aws::{Action, ErrorKind, Forward, HealthCheck, NewTargetGroup, RuleChange, WeightedTarget};

use super::*;

/// A target group that another tool has made.
async fn foreign_group(bench: &Bench) -> String {
    let group = NewTargetGroup {
        name: "canary-of-another-tool".to_owned(),
        protocol: "HTTP".to_owned(),
        protocol_version: "HTTP1".to_owned(),
        port: 8080,
        vpc_id: "vpc-1".to_owned(),
        target_type: "ip".to_owned(),
        ip_address_type: "ipv4".to_owned(),
        health_check: HealthCheck {
            enabled: true,
            protocol: "HTTP".to_owned(),
            port: "traffic-port".to_owned(),
            path: Some("/".to_owned()),
            interval_seconds: 15,
            timeout_seconds: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 2,
            matcher: None,
        },
        tags: [].into(),
    };
    bench.fake.aws().target_groups.create(&group).await.unwrap().arn
}

async fn forward(bench: &Bench, state: &Value) -> Forward {
    let arns = [text(state, "listener_rule_arn").to_owned()];
    let rule = bench.fake.aws().listener_rules.by_arns(&arns).await.unwrap().remove(0);
    rule.forward().unwrap().clone()
}

/// Puts the group into the rule of the app, as the other tool does.
async fn add(bench: &Bench, state: &Value, group: &str, weight: u16) {
    let mut live = forward(bench, state).await;
    live.targets.push(WeightedTarget { target_group_arn: group.to_owned(), weight });
    let change = RuleChange { conditions: None, actions: Some(vec![Action::Forward(live)]) };
    let arn = text(state, "listener_rule_arn");
    bench.fake.aws().listener_rules.modify(arn, &change).await.unwrap();
}

async fn weight_of(bench: &Bench, state: &Value, group: &str) -> Option<u16> {
    let targets = forward(bench, state).await.targets;
    targets.iter().find(|target| target.target_group_arn == group).map(|target| target.weight)
}

#[tokio::test]
async fn a_target_group_of_another_tool_stays_in_the_rule() {
    let bench = Bench::new().await;
    let group = foreign_group(&bench).await;
    let mut config = bench.config((90, 10));
    config["load_balancer"]["weights"] = json!("external");
    let state = bench.apply(None, &config).await.state.unwrap();
    add(&bench, &state, &group, 25).await;

    let refreshed = bench.refresh(&state).await.state.unwrap();
    assert_eq!(refreshed.at(&Path::root("weights").key(&group)).unwrap().as_i64(), Some(25));
    let (planned, _) = bench.plan(Some(&refreshed), &config).await;
    assert_eq!(planned, refreshed, "the plan has no changes");

    config["load_balancer"]["stickiness_seconds"] = json!(60);
    let state = bench.apply(Some(&refreshed), &config).await.state.unwrap();
    assert_eq!(forward(&bench, &state).await.stickiness_seconds, Some(60));
    assert_eq!(weight_of(&bench, &state, &group).await, Some(25));

    // A backend that is removed leaves alone.
    config["backend"].as_object_mut().unwrap().remove("green");
    let state = bench.apply(Some(&state), &config).await.state.unwrap();
    assert_eq!(forward(&bench, &state).await.targets.len(), 2);
    assert_eq!(weight_of(&bench, &state, &group).await, Some(25));
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);
}

#[tokio::test]
async fn a_target_group_that_came_before_the_weights_were_external_stays() {
    let bench = Bench::new().await;
    let group = foreign_group(&bench).await;
    let mut config = bench.config((90, 10));
    let state = bench.apply(None, &config).await.state.unwrap();
    add(&bench, &state, &group, 25).await;
    let state = bench.refresh(&state).await.state.unwrap();

    config["load_balancer"]["weights"] = json!("external");
    config["load_balancer"]["stickiness_seconds"] = json!(60);
    let state = bench.apply(Some(&state), &config).await.state.unwrap();
    assert_eq!(weight_of(&bench, &state, &group).await, Some(25));
}

#[tokio::test]
async fn a_removed_backend_leaves_the_rule_even_after_a_failure() {
    let bench = Bench::new().await;
    let group = foreign_group(&bench).await;
    let mut config = bench.config((90, 10));
    config["load_balancer"]["weights"] = json!("external");
    config["backend"]["ec2"] = json!({ "target_group_arn": group, "weight": 50 });
    let state = bench.apply(None, &config).await.state.unwrap();

    config["backend"].as_object_mut().unwrap().remove("ec2");
    bench.fake.fail("ModifyRule", Moment::BeforeEffect, ErrorKind::AccessDenied, 1);
    let failed = bench.apply(Some(&state), &config).await;
    assert!(failed.diagnostics.has_errors());
    let state = bench.refresh(&failed.state.unwrap()).await.state.unwrap();
    assert_eq!(weight_of(&bench, &state, &group).await, Some(50));

    let state = bench.apply(Some(&state), &config).await.state.unwrap();
    assert_eq!(weight_of(&bench, &state, &group).await, None);
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);
}
