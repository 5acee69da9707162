//! Moving traffic in steps. Time stands still in these tests, and jumps to the next moment that anybody waits for.

use ipsy_aws::{AlarmState, HealthCheck, NewTargetGroup, Tags, TargetHealth};

use super::*;

/// An app that runs on blue, with `green` as a second cluster at `weight`, and a rollout between them.
fn config(bench: &Bench, green: Option<i64>) -> Json {
    let mut config = bench.config((100, 0));
    let backends = config["backend"].as_object_mut().unwrap();
    match green {
        None => {
            backends.remove("green");
        }
        Some(weight) => {
            backends["blue"]["weight"] = json!(100 - weight);
            backends["green"]["weight"] = json!(weight);
        }
    }
    config["rollout"] = json!({
        "steps": [10, 50, 100],
        "bake": "5m",
        "timeout": "10m",
        "min_healthy": 2,
        "alarms": ["checkout-5xx"],
    });
    config
}

fn healthy(number: u8) -> Vec<TargetHealth> {
    (1..=number)
        .map(|last| TargetHealth {
            target_id: format!("10.0.0.{last}"),
            port: 8080,
            state: "healthy".into(),
            reason: None,
            description: None,
        })
        .collect()
}

/// The live weights, blue first.
async fn weights(bench: &Bench, state: &Value) -> Vec<u16> {
    let arns = [text(state, "listener_rule_arn").to_owned()];
    let rules = bench.fake.aws().listener_rules.by_arns(&arns).await.unwrap();
    let mut targets = rules[0].forward().unwrap().targets.clone();
    targets.sort_by_key(|target| target.target_group_arn.contains("green"));
    targets.iter().map(|target| target.weight).collect()
}

/// An app on blue whose second cluster has just entered, with `targets` healthy pods.
async fn entered(targets: u8) -> (Bench, Value) {
    let bench = Bench::new().await;
    bench.fake.set_alarm("checkout-5xx", AlarmState::Ok { reason: String::new() });
    let first = bench.apply(None, &config(&bench, None)).await.state.unwrap();
    let second = bench.apply(Some(&first), &config(&bench, Some(80))).await.state.unwrap();
    assert_eq!(weights(&bench, &second).await, [20, 0], "a new cluster enters with nothing");
    let path = Path::root("target_groups").key("green").attribute("arn");
    bench.fake.set_targets(second.at(&path).unwrap().as_str().unwrap(), healthy(targets));
    (bench, second)
}

#[tokio::test(start_paused = true)]
async fn a_healthy_cluster_gets_its_share_step_by_step() {
    let (bench, state) = entered(2).await;
    bench.fake.forget_calls();
    let started = tokio::time::Instant::now();
    let outcome = bench.apply(Some(&state), &config(&bench, Some(80))).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    assert_eq!(weights(&bench, &state).await, [20, 80]);
    assert!(started.elapsed().as_secs() >= 15 * 60, "three steps of five minutes: {:?}", started.elapsed());
    let state = outcome.state.unwrap();
    let (planned, _) = bench.plan(Some(&state), &config(&bench, Some(80))).await;
    assert_eq!(planned, state);
}

#[tokio::test(start_paused = true)]
async fn without_healthy_targets_no_request_moves() {
    let (bench, state) = entered(1).await;
    let outcome = bench.apply(Some(&state), &config(&bench, Some(80))).await;
    let told = format!("{:?}", outcome.diagnostics);
    assert!(told.contains("backend `green` has 1 of 2 healthy targets"), "{told}");
    assert!(told.contains("The weights are what they were before"), "{told}");
    assert_eq!(weights(&bench, &state).await, [20, 0]);
    let kept = outcome.state.unwrap();
    assert_eq!(bench.refresh(&kept).await.state.unwrap(), kept, "the state tells the truth");
}

#[tokio::test(start_paused = true)]
async fn an_alarm_brings_the_weights_of_before_back() {
    let (bench, state) = entered(2).await;
    bench.fake.set_alarm("checkout-5xx", AlarmState::Alarm { reason: "3 of 3 datapoints".into() });
    let outcome = bench.apply(Some(&state), &config(&bench, Some(80))).await;
    let told = format!("{:?}", outcome.diagnostics);
    assert!(told.contains("alarm `checkout-5xx` went off: 3 of 3 datapoints"), "{told}");
    assert_eq!(weights(&bench, &state).await, [20, 0]);
}

#[tokio::test(start_paused = true)]
async fn requests_that_go_back_to_what_exists_are_never_held_up() {
    let bench = Bench::new().await;
    bench.fake.set_alarm("checkout-5xx", AlarmState::Alarm { reason: "on fire".into() });
    let legacy = NewTargetGroup {
        name: "legacy".into(),
        protocol: "HTTP".into(),
        protocol_version: "HTTP1".into(),
        port: 80,
        vpc_id: "vpc-1".into(),
        target_type: "instance".into(),
        ip_address_type: "ipv4".into(),
        health_check: HealthCheck::default(),
        tags: Tags::new(),
    };
    let legacy = bench.fake.aws().target_groups.create(&legacy).await.unwrap();
    let with = |bench: &Bench, weights: (i64, i64), rollout: bool| {
        let mut config = config(bench, Some(0));
        config["backend"] = json!({
            "ec2": { "target_group_arn": legacy.arn, "weight": weights.0 },
            "green": { "cluster": "eks-green", "weight": weights.1 },
        });
        if !rollout {
            config["rollout"] = Json::Null;
        }
        config
    };
    let state = bench.apply(None, &with(&bench, (20, 80), false)).await.state.unwrap();
    let started = tokio::time::Instant::now();
    let outcome = bench.apply(Some(&state), &with(&bench, (100, 0), true)).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    assert_eq!(weights(&bench, &state).await, [100, 0]);
    assert_eq!(started.elapsed().as_secs(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_first_plan_says_what_enters_with_nothing() {
    let bench = Bench::new().await;
    let mut config = config(&bench, Some(80));
    config["backend"]["blue"] = json!({ "target_group_arn": "arn:x:targetgroup/legacy/1", "weight": 20 });
    let (planned, diagnostics) = bench.plan(None, &config).await;
    assert!(format!("{diagnostics:?}").contains("Backend `green` enters with weight 0"), "{diagnostics:?}");
    assert!(
        planned.attribute("infrastructure").as_map().unwrap()["listener_rule"]
            .as_str()
            .unwrap()
            .contains(r#""weight":0"#)
    );
}
