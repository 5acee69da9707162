//! Moving traffic in steps. Time stands still in these tests, and jumps to the next moment that anybody waits for.

use ipsy_aws::{AlarmState, HealthCheck, NewTargetGroup, Tags, TargetHealth};

use super::lifecycle::changing;
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
        "min_healthy": "2",
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
    assert_eq!(bench.refresh(&kept).await.state.unwrap(), kept, "the state matches AWS");
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

/// The target group of instances that exist; its ARN.
async fn legacy(bench: &Bench) -> String {
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
    bench.fake.aws().target_groups.create(&legacy).await.unwrap().arn
}

#[tokio::test(start_paused = true)]
async fn requests_that_go_back_to_what_exists_are_never_held_up() {
    let bench = Bench::new().await;
    bench.fake.set_alarm("checkout-5xx", AlarmState::Alarm { reason: "on fire".into() });
    let legacy = legacy(&bench).await;
    let with = |bench: &Bench, weights: (i64, i64), rollout: bool| {
        let mut config = config(bench, Some(0));
        config["backend"] = json!({
            "ec2": { "target_group_arn": legacy, "weight": weights.0 },
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
async fn another_name_for_a_backend_moves_no_request() {
    let bench = Bench::new().await;
    let legacy = legacy(&bench).await;
    let named = |name: &str| {
        let mut config = config(&bench, Some(0));
        let existing = json!({ "target_group_arn": legacy, "weight": 100 });
        config["backend"] = json!({ name: existing, "green": { "cluster": "eks-green", "weight": 0 } });
        config
    };
    let state = bench.apply(None, &named("ec2")).await.state.unwrap();
    let (_, report) = bench.plan(Some(&state), &named("instances")).await;
    assert!(!format!("{report:?}").contains("The apply moves traffic"), "{report:?}");
    bench.fake.forget_calls();
    let renamed = bench.apply(Some(&state), &named("instances")).await;
    assert!(!renamed.diagnostics.has_errors(), "{:?}", renamed.diagnostics);
    assert_eq!(changing(&bench), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_first_plan_reports_backends_that_enter_without_requests() {
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

/// What a plan of `config` reports, and the weights that it ends with.
async fn planned(bench: &Bench, state: &Value, config: &Json) -> (String, Vec<i64>) {
    let (planned, diagnostics) = bench.plan(Some(state), config).await;
    let weights = planned.attribute("weights").as_map().unwrap();
    let weight = |name: &str| weights.get(name).and_then(Value::as_i64).unwrap();
    (format!("{diagnostics:?}"), vec![weight("blue"), weight("green")])
}

/// Sets weights as a person with the AWS command does, blue first.
async fn set_weights(bench: &Bench, state: &Value, wanted: [u16; 2]) {
    let arn = text(state, "listener_rule_arn").to_owned();
    let rules = bench.fake.aws().listener_rules;
    let mut rule = rules.by_arns(std::slice::from_ref(&arn)).await.unwrap().pop().unwrap();
    for action in &mut rule.actions {
        if let ipsy_aws::Action::Forward(forward) = action {
            for target in &mut forward.targets {
                target.weight = wanted[usize::from(target.target_group_arn.contains("green"))];
            }
        }
    }
    let change = ipsy_aws::RuleChange { conditions: None, actions: Some(rule.actions) };
    rules.modify(&arn, &change).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_rolled_back_change_stays_until_the_user_decides() {
    let (bench, state) = entered(2).await;
    bench.fake.set_alarm("checkout-5xx", AlarmState::Alarm { reason: "3 of 3 datapoints".into() });
    let wanted = config(&bench, Some(80));
    let failed = bench.apply(Some(&state), &wanted).await.state.unwrap();
    bench.fake.set_alarm("checkout-5xx", AlarmState::Ok { reason: String::new() });
    let refreshed = bench.refresh(&failed).await.state.unwrap();
    let (report, weights_planned) = planned(&bench, &refreshed, &wanted).await;
    assert!(report.contains("The weights were rolled back at 20"), "{report}");
    assert_eq!(weights_planned, [20, 0]);
    let kept = bench.apply(Some(&refreshed), &wanted).await.state.unwrap();
    assert_eq!(weights(&bench, &kept).await, [20, 0]);
    // Other weights are a decision, and so is `resume`.
    let mut other = config(&bench, Some(50));
    assert_eq!(planned(&bench, &kept, &other).await.1, [50, 50]);
    other = wanted;
    other["rollout"]["resume"] = json!(true);
    let outcome = bench.apply(Some(&kept), &other).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    assert_eq!(weights(&bench, &kept).await, [20, 80]);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_by_hand_stays() {
    let (bench, state) = entered(2).await;
    let wanted = config(&bench, Some(80));
    let moved = bench.apply(Some(&state), &wanted).await.state.unwrap();
    assert!(
        text(&moved, "rollback_command").contains(r#""Weight":0}"#),
        "{}",
        text(&moved, "rollback_command")
    );
    set_weights(&bench, &moved, [20, 0]).await;
    let refreshed = bench.refresh(&moved).await.state.unwrap();
    let (report, weights_planned) = planned(&bench, &refreshed, &wanted).await;
    assert!(report.contains("The weights were rolled back"), "{report}");
    assert_eq!(weights_planned, [20, 0]);
    let kept = bench.apply(Some(&refreshed), &wanted).await.state.unwrap();
    assert_eq!(weights(&bench, &kept).await, [20, 0]);
}

#[tokio::test(start_paused = true)]
async fn weights_that_others_have_set_stop_a_change() {
    let (bench, state) = entered(2).await;
    let first = bench.apply(Some(&state), &config(&bench, Some(80))).await.state.unwrap();
    set_weights(&bench, &first, [7, 3]).await;
    let refreshed = bench.refresh(&first).await.state.unwrap();
    let (report, weights_planned) = planned(&bench, &refreshed, &config(&bench, Some(80))).await;
    assert!(report.contains("Others have changed the weights, which stay"), "{report}");
    assert_eq!(weights_planned, [7, 3]);
    let mut other = config(&bench, Some(50));
    let (report, _) = planned(&bench, &refreshed, &other).await;
    assert!(report.contains("severity: Error, summary: \"Others have changed the weights"), "{report}");
    other["rollout"]["on_drift"] = json!("overwrite");
    let outcome = bench.apply(Some(&refreshed), &other).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    assert_eq!(weights(&bench, &first).await, [50, 50]);
}

#[tokio::test(start_paused = true)]
async fn weights_that_change_between_plan_and_apply_stay() {
    let (bench, state) = entered(2).await;
    let first = bench.apply(Some(&state), &config(&bench, Some(80))).await.state.unwrap();
    set_weights(&bench, &first, [7, 3]).await;
    // Without a refresh the state does not know.
    let outcome = bench.apply(Some(&first), &config(&bench, Some(50))).await;
    let report = format!("{:?}", outcome.diagnostics);
    assert!(report.contains("others have changed them since the last refresh"), "{report}");
    assert_eq!(weights(&bench, &first).await, [7, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_stepwise_rollout_makes_one_step_with_each_apply() {
    let (bench, state) = entered(2).await;
    let mut wanted = config(&bench, Some(80));
    wanted["rollout"]["mode"] = json!("stepwise");
    wanted["rollout"]["bake"] = json!("0s");
    let mut state = state;
    for expected in [[828, 72], [540, 360], [20, 80]] {
        let outcome = bench.apply(Some(&state), &wanted).await;
        assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
        state = bench.refresh(&outcome.state.unwrap()).await.state.unwrap();
        assert_eq!(weights(&bench, &state).await, expected);
    }
    assert_eq!(planned(&bench, &state, &wanted).await.1, [20, 80]);
    // In the middle of the steps a failing guard brings back the weights from before the first one.
    let mut back = config(&bench, Some(0));
    back["rollout"] = wanted["rollout"].clone();
    bench.install().await;
    back["rollout"]["min_healthy"] = json!("1");
    let outcome = bench.apply(Some(&state), &back).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    let middle = bench.refresh(&outcome.state.unwrap()).await.state.unwrap();
    bench.fake.set_alarm("checkout-5xx", AlarmState::Alarm { reason: "on fire".into() });
    let outcome = bench.apply(Some(&middle), &back).await;
    assert!(outcome.diagnostics.has_errors());
    assert_eq!(weights(&bench, &middle).await, [20, 80]);
}

#[tokio::test(start_paused = true)]
async fn an_alarm_without_data_is_never_good() {
    let (bench, state) = entered(2).await;
    bench.fake.set_alarm("checkout-5xx", AlarmState::InsufficientData { reason: "new".into() });
    let outcome = bench.apply(Some(&state), &config(&bench, Some(80))).await;
    let report = format!("{:?}", outcome.diagnostics);
    assert!(report.contains("alarm `checkout-5xx` has not enough data: new, after 900 s"), "{report}");
    assert_eq!(weights(&bench, &state).await, [20, 0]);
}

/// Sets what the cluster `backend` answers in one minute, which begins so many seconds from now.
fn answers(bench: &Bench, state: &Value, backend: &str, seconds: i64, (requests, server_errors): (f64, f64)) {
    let path = Path::root("target_groups").key(backend).attribute("arn");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let minute = ipsy_aws::TrafficMinute { requests, server_errors, ..Default::default() };
    let minutes = ipsy_aws::TrafficMinutes::from([(i64::try_from(now).unwrap() + seconds, minute)]);
    bench.fake.set_traffic(state.at(&path).unwrap().as_str().unwrap(), minutes);
}

#[tokio::test(start_paused = true)]
async fn a_limit_on_errors_brings_the_weights_of_before_back() {
    let (bench, state) = entered(2).await;
    answers(&bench, &state, "green", 60, (500.0, 10.0));
    let mut wanted = config(&bench, Some(80));
    wanted["rollout"]["limit"] = json!({ "server_error_percent": { "maximum": 1 } });
    let outcome = bench.apply(Some(&state), &wanted).await;
    let report = format!("{:?}", outcome.diagnostics);
    assert!(report.contains("backend `green`: limit `server_error_percent` is exceeded: 2.00"), "{report}");
    assert_eq!(weights(&bench, &state).await, [20, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_gets_no_more_requests_is_compared_by_those_from_before() {
    let (bench, state) = entered(2).await;
    answers(&bench, &state, "blue", -60, (500.0, 5.0));
    let mut wanted = config(&bench, Some(100));
    wanted["rollout"]["steps"] = json!([100]);
    wanted["rollout"]["limit"] = json!({ "server_error_percent": { "maximum": 1, "compared_with": "blue" } });
    answers(&bench, &state, "green", 60, (500.0, 11.0));
    let outcome = bench.apply(Some(&state), &wanted).await;
    let report = format!("{:?}", outcome.diagnostics);
    assert!(report.contains("2.20, and at most 2.00 is allowed (`blue` has 1.00"), "{report}");
    assert_eq!(weights(&bench, &state).await, [20, 0]);

    answers(&bench, &state, "green", 60, (500.0, 10.0));
    wanted["rollout"]["resume"] = json!(true);
    let outcome = bench.apply(Some(&outcome.state.unwrap()), &wanted).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    assert_eq!(weights(&bench, &state).await, [0, 100]);
}

#[tokio::test(start_paused = true)]
async fn without_a_rollout_a_backend_without_healthy_targets_gets_nothing() {
    let bench = Bench::new().await;
    let mut wanted = bench.config((90, 10));
    let state = bench.apply(None, &wanted).await.state.unwrap();
    wanted["backend"]["blue"]["weight"] = json!(10);
    wanted["backend"]["green"]["weight"] = json!(90);
    let (report, _) = planned(&bench, &state, &wanted).await;
    assert!(report.contains("Backend `green` has no healthy target now"), "{report}");
    bench.fake.forget_calls();
    let outcome = bench.apply(Some(&state), &wanted).await;
    let report = format!("{:?}", outcome.diagnostics);
    assert!(report.contains("backend `green` has 0 of 1 healthy targets"), "{report}");
    assert_eq!(changing(&bench), Vec::<String>::new(), "nothing was changed");
    wanted["rollout"] = json!({ "mode": "immediate", "reason": "a test without targets" });
    let outcome = bench.apply(Some(&state), &wanted).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    assert_eq!(weights(&bench, &state).await, [10, 90]);
}

#[tokio::test(start_paused = true)]
async fn an_immediate_rollout_gives_a_new_cluster_its_share_at_once() {
    let bench = Bench::new().await;
    bench.fake.set_alarm("checkout-5xx", AlarmState::Ok { reason: String::new() });
    let immediate = |weight: Option<i64>| {
        let mut config = config(&bench, weight);
        config["rollout"] = json!({ "mode": "immediate", "reason": "the second cluster was tested by hand" });
        config
    };
    let first = bench.apply(None, &immediate(None)).await.state.unwrap();
    let wanted = immediate(Some(80));
    let (report, weights_planned) = planned(&bench, &first, &wanted).await;
    assert_eq!(weights_planned, [20, 80]);
    assert!(!report.contains("enters with weight 0"), "{report}");
    assert!(report.contains("Backend `green` has no healthy target now"), "{report}");
    assert!(report.contains("It gets its share at once"), "{report}");
    let second = bench.apply(Some(&first), &wanted).await;
    assert!(!second.diagnostics.has_errors(), "{:?}", second.diagnostics);
    let second = second.state.unwrap();
    assert_eq!(weights(&bench, &second).await, [20, 80]);
    assert_eq!(planned(&bench, &second, &wanted).await.1, [20, 80]);
}

#[tokio::test(start_paused = true)]
async fn an_immediate_rollout_gives_a_cluster_its_share_in_the_first_apply() {
    let bench = Bench::new().await;
    let mut wanted = config(&bench, Some(80));
    wanted["rollout"] = json!({ "mode": "immediate", "reason": "a test environment" });
    let state = bench.apply(None, &wanted).await.state.unwrap();
    assert_eq!(weights(&bench, &state).await, [20, 80]);
}

/// Applies `config`, and asks to stop after `seconds`.
async fn stopped_after(bench: &Bench, state: &Value, config: &Json, seconds: u64) -> Outcome {
    bench.new_walk().await;
    let private = bench.private.lock().unwrap().clone();
    let (planned, private, _) = bench.plan_with(Some(state), config, private).await;
    let config = schema::schema().encode(config).unwrap();
    let context = Context::default();
    let cancel = context.cancel.clone();
    let request = UpdateRequest { prior: state.clone(), planned, config, private, context };
    let stop = async {
        tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(bench.resource.update(request), stop);
    *bench.private.lock().unwrap() = outcome.private.clone().unwrap();
    outcome
}

#[tokio::test(start_paused = true)]
async fn a_request_to_stop_leaves_the_last_good_step_from_which_the_next_apply_continues() {
    let (bench, state) = entered(2).await;
    let wanted = config(&bench, Some(80));
    // In the middle of the second step.
    let outcome = stopped_after(&bench, &state, &wanted, 7 * 60).await;
    let report = format!("{:?}", outcome.diagnostics);
    assert!(report.contains("The weights of the last good step stay: blue 828, green 72"), "{report}");
    assert_eq!(weights(&bench, &state).await, [828, 72]);
    let kept = bench.refresh(&outcome.state.unwrap()).await.state.unwrap();
    let (report, _) = planned(&bench, &kept, &wanted).await;
    assert!(!report.contains("10 % ("), "the first step is made: {report}");
    assert!(report.contains("Steps: 50 % (blue 540, green 360); 100 %"), "{report}");
    let started = tokio::time::Instant::now();
    let outcome = bench.apply(Some(&kept), &wanted).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    assert_eq!(started.elapsed().as_secs() / 60, 10, "two steps are left");
    assert_eq!(weights(&bench, &state).await, [20, 80]);
    // In the first step nothing is good yet: the weights are as before, and the next apply begins.
    let back = config(&bench, Some(0));
    bench.install().await;
    let mut back = back;
    back["rollout"]["min_healthy"] = json!("1");
    let kept = outcome.state.unwrap();
    let outcome = stopped_after(&bench, &kept, &back, 60).await;
    assert_eq!(weights(&bench, &state).await, [20, 80]);
    let kept = bench.refresh(&outcome.state.unwrap()).await.state.unwrap();
    assert_eq!(planned(&bench, &kept, &back).await.1, [100, 0]);
}
