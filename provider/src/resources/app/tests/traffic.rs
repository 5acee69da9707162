//! The listener rule, its target groups, the names and the alarms of an app.

use ipsy_aws::{Action, Condition, Forward, NewRule, RecordTarget, Rule, RuleChange};

use super::*;

/// The operations so far that changed something.
fn changing(bench: &Bench) -> Vec<&'static str> {
    let reads = ["Describe", "Get", "List"];
    let operations = bench.fake.operations().into_iter();
    operations.filter(|operation| !reads.iter().any(|read| operation.starts_with(read))).collect()
}

async fn rule(bench: &Bench, state: &Value) -> Rule {
    let arns = [text(state, "listener_rule_arn").to_owned()];
    bench.fake.aws().listener_rules.by_arns(&arns).await.unwrap().remove(0)
}

/// Weights by the first letters of the target group's name after the app's.
async fn weights(bench: &Bench, state: &Value) -> Vec<(String, u16)> {
    let rule = rule(bench, state).await;
    let groups = rule.forward().unwrap().targets.clone();
    groups.into_iter().map(|target| (group_name(&target.target_group_arn), target.weight)).collect()
}

fn group_name(arn: &str) -> String {
    arn.split('/').nth(1).unwrap().to_owned()
}

/// Another rule of the listener, which no app owns.
async fn stranger(bench: &Bench, priority: u32) {
    let rule = NewRule {
        listener_arn: bench.listener.clone(),
        priority,
        conditions: [Condition::PathPattern(["/".to_owned()].into())].into(),
        actions: vec![Action::Other("fixed-response".to_owned())],
        tags: [].into(),
    };
    bench.fake.aws().listener_rules.create(&rule).await.unwrap();
}

#[tokio::test]
async fn every_condition_is_set_read_back_and_changed() {
    let bench = Bench::new().await;
    let mut config = bench.config((90, 10));
    config["load_balancer"]["hosts"] = json!(["a.example.com"]);
    config["load_balancer"]["paths"] = json!(["/a/*"]);
    config["load_balancer"]["methods"] = json!(["GET"]);
    config["load_balancer"]["header"] = json!({ "X-Beta": { "values": ["1"] } });
    config["load_balancer"]["query_string"] = json!({ "*": { "values": ["beta"] } });
    let state = bench.apply(None, &config).await.state.unwrap();
    assert_eq!(rule(&bench, &state).await.conditions.len(), 5);
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);

    config["load_balancer"]["paths"] = Json::Null;
    config["load_balancer"]["source_ips"] = json!(["192.0.2.0/24"]);
    bench.fake.forget_calls();
    let state = bench.apply(Some(&state), &config).await.state.unwrap();
    assert_eq!(changing(&bench), ["ModifyRule"], "conditions alone, the weights are not touched");
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);
}

#[tokio::test]
async fn a_priority_from_a_range_is_the_first_free_one_and_stays() {
    let bench = Bench::new().await;
    stranger(&bench, 100).await;
    let mut config = bench.config((90, 10));
    config["load_balancer"]["priority"] = Json::Null;
    config["load_balancer"]["priority_range"] = json!({ "from": 100, "to": 102 });
    let (planned, _) = bench.plan(None, &config).await;
    assert_eq!(planned.attribute("listener_rule_priority"), &Value::Unknown);
    let state = bench.apply(None, &config).await.state.unwrap();
    assert_eq!(state.attribute("listener_rule_priority").as_i64(), Some(101));
    let refreshed = bench.refresh(&state).await.state.unwrap();
    assert_eq!(refreshed, state);
    let (planned, _) = bench.plan(Some(&refreshed), &config).await;
    assert_eq!(planned, state, "it is kept although a lower one may become free");

    config["load_balancer"]["priority_range"] = json!({ "from": 200, "to": 200 });
    let state = bench.apply(Some(&state), &config).await.state.unwrap();
    assert_eq!(rule(&bench, &state).await.priority, Some(200));
    assert_eq!(state.attribute("listener_rule_priority").as_i64(), Some(200));
}

#[tokio::test]
async fn a_full_range_and_a_taken_priority_stop_before_anything_is_made() {
    for given in [json!({ "from": 10, "to": 10 }), Json::Null] {
        let bench = Bench::new().await;
        stranger(&bench, 10).await;
        let before = bench.fake.inventory();
        let mut config = bench.config((90, 10));
        if !given.is_null() {
            config["load_balancer"]["priority"] = Json::Null;
            config["load_balancer"]["priority_range"] = given;
        }
        let outcome = bench.apply(None, &config).await;
        let told = format!("{:?}", outcome.diagnostics);
        assert!(told.contains("taken"), "{told}");
        assert!(outcome.state.is_none());
        assert_eq!(bench.fake.inventory(), before);
    }
}

#[tokio::test]
async fn external_weights_are_shown_and_left_alone() {
    let bench = Bench::new().await;
    let mut config = bench.config((90, 10));
    config["load_balancer"]["weights"] = json!("external");
    let state = bench.apply(None, &config).await.state.unwrap();
    let mut live = rule(&bench, &state).await.forward().unwrap().clone();
    for target in &mut live.targets {
        target.weight = 50;
    }
    let arn = text(&state, "listener_rule_arn");
    let change = RuleChange { conditions: None, actions: Some(vec![Action::Forward(live)]) };
    bench.fake.aws().listener_rules.modify(arn, &change).await.unwrap();

    let refreshed = bench.refresh(&state).await.state.unwrap();
    assert_eq!(refreshed.at(&Path::root("weights").key("blue")).unwrap().as_i64(), Some(50));
    let (planned, _) = bench.plan(Some(&refreshed), &config).await;
    assert_eq!(planned, refreshed, "the plan has no changes");
    // What does change leaves the weights as they are.
    config["load_balancer"]["stickiness_seconds"] = json!(60);
    let state = bench.apply(Some(&refreshed), &config).await.state.unwrap();
    let rule = rule(&bench, &state).await;
    let Forward { targets, stickiness_seconds } = rule.forward().unwrap();
    assert_eq!(*stickiness_seconds, Some(60));
    assert!(targets.iter().all(|target| target.weight == 50), "{targets:?}");
}

#[tokio::test]
async fn a_login_comes_first_and_its_secret_is_stored_nowhere() {
    let bench = Bench::new().await;
    let mut config = bench.config((90, 10));
    config["load_balancer"]["authenticate_oidc"] = json!({
        "issuer": "https://login.example.com",
        "authorization_endpoint": "https://login.example.com/authorize",
        "token_endpoint": "https://login.example.com/token",
        "user_info_endpoint": "https://login.example.com/user",
        "client_id": "shop",
        "client_secret": "very-secret",
    });
    let outcome = bench.apply(None, &config).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    let state = outcome.state.unwrap();
    let actions = rule(&bench, &state).await.actions;
    assert!(matches!(actions.as_slice(), [Action::AuthenticateOidc(_), Action::Forward(_)]), "{actions:?}");
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);
    let infrastructure = format!("{:?}", state.attribute("infrastructure"));
    assert!(!infrastructure.contains("very-secret"), "{infrastructure}");
    assert!(text(&state, "rollback_command").contains("UseExistingClientSecret"));

    config["load_balancer"]["authenticate_oidc"]["client_secret_version"] = json!("2");
    bench.fake.forget_calls();
    bench.apply(Some(&state), &config).await;
    assert_eq!(changing(&bench), ["ModifyRule", "AddTags"], "the new secret is sent, then its version noted");
}

#[tokio::test(start_paused = true)]
async fn a_new_target_group_takes_over_only_when_it_is_healthy() {
    let bench = Bench::new().await;
    let mut config = bench.config((100, 0));
    config["backend"].as_object_mut().unwrap().remove("green");
    let first = bench.apply(None, &config).await.state.unwrap();
    let old = weights(&bench, &first).await.remove(0).0;

    config["port"]["http"]["port"] = json!(9090);
    let (_, told) = bench.plan(Some(&first), &config).await;
    assert!(format!("{told:?}").contains("Backend `blue` gets another target group"), "{told:?}");
    let second = bench.apply(Some(&first), &config).await.state.unwrap();
    let both = weights(&bench, &second).await;
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(both.contains(&(old.clone(), 100)), "the old group serves on: {both:?}");
    assert!(both.iter().any(|(name, weight)| *name != old && *weight == 0), "{both:?}");
    let values: Json = serde_json::from_str(text(&second, "values")).unwrap();
    let bound: Vec<&Json> =
        values["targetGroups"].as_object().unwrap().values().map(|group| &group["name"]).collect();
    assert!(bound.len() == 2 && bound.contains(&&json!(old)), "pods are in both groups: {bound:?}");
    assert_eq!(bench.refresh(&second).await.state.unwrap(), second);

    // Nothing is installed yet.
    let early = bench.apply(Some(&second), &config).await;
    let told = format!("{:?}", early.diagnostics);
    assert!(told.contains("backend `blue` has 0 of 1 healthy targets"), "{told}");
    let kept = early.state.unwrap();
    assert!(weights(&bench, &kept).await.contains(&(old.clone(), 100)));

    bench.install().await;
    let refreshed = bench.refresh(&kept).await.state.unwrap();
    let third = bench.apply(Some(&refreshed), &config).await;
    assert!(!third.diagnostics.has_errors(), "{:?}", third.diagnostics);
    let third = third.state.unwrap();
    let now = weights(&bench, &third).await;
    assert!(matches!(now.as_slice(), [(name, 100)] if *name != old), "{now:?}");
    assert!(!bench.fake.inventory().join("\n").contains(&old), "the old group is deleted");
    assert_eq!(bench.refresh(&third).await.state.unwrap(), third);
}

#[tokio::test]
async fn going_back_to_the_group_that_serves_needs_no_wait() {
    let bench = Bench::new().await;
    let mut config = bench.config((100, 0));
    config["backend"].as_object_mut().unwrap().remove("green");
    let first = bench.apply(None, &config).await.state.unwrap();
    let mut other = config.clone();
    other["port"]["http"]["port"] = json!(9090);
    let second = bench.apply(Some(&first), &other).await.state.unwrap();
    let third = bench.apply(Some(&second), &config).await;
    assert!(!third.diagnostics.has_errors(), "{:?}", third.diagnostics);
    let third = third.state.unwrap();
    assert_eq!(third, first);
    assert_eq!(weights(&bench, &third).await, weights(&bench, &first).await);
}

#[tokio::test]
async fn a_destroy_halfway_takes_both_groups_along() {
    let bench = Bench::new().await;
    let before = bench.fake.inventory();
    let mut config = bench.config((100, 0));
    let first = bench.apply(None, &config).await.state.unwrap();
    config["port"]["http"]["port"] = json!(9090);
    let second = bench.apply(Some(&first), &config).await.state.unwrap();
    let gone = bench.destroy(&second).await;
    assert!(gone.state.is_none(), "{:?}", gone.diagnostics);
    assert_eq!(bench.fake.inventory(), before);
}

#[tokio::test]
async fn sessions_and_algorithms_are_attributes_that_change_in_place() {
    let bench = Bench::new().await;
    let mut config = bench.config((90, 10));
    let state = bench.apply(None, &config).await.state.unwrap();
    config["load_balancer"]["session"] = json!({ "cookie_name": "JSESSIONID", "seconds": 600 });
    config["load_balancer"]["algorithm"] = json!("least_outstanding_requests");
    bench.fake.forget_calls();
    let state = bench.apply(Some(&state), &config).await.state.unwrap();
    assert_eq!(changing(&bench), ["ModifyTargetGroupAttributes", "ModifyTargetGroupAttributes"]);
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);
    config["load_balancer"]["session"] = Json::Null;
    let state = bench.apply(Some(&state), &config).await.state.unwrap();
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);
}

/// An app with a name in a zone.
fn named(bench: &Bench, dns: &Json) -> Json {
    bench.fake.add_zone("Z1");
    let mut config = bench.config((90, 10));
    config["dns"] = json!({ "a.example.com": dns });
    config
}

fn merged(base: Json, more: &Json) -> Json {
    let mut merged = base;
    for (name, value) in more.as_object().into_iter().flatten() {
        merged[name] = value.clone();
    }
    merged
}

#[tokio::test]
async fn a_name_leads_to_the_load_balancer_and_is_deleted_with_the_app() {
    let bench = Bench::new().await;
    let mut config = named(&bench, &json!({ "zone_id": "Z1", "ipv6": true }));
    let state = bench.apply(None, &config).await.state.unwrap();
    let kinds: Vec<String> = bench.fake.records("Z1").into_iter().map(|record| record.kind).collect();
    assert_eq!(kinds, ["A", "AAAA"]);
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);

    config["dns"]["a.example.com"] = json!({ "zone_id": "Z1", "weight": 10 });
    let state = bench.apply(Some(&state), &config).await.state.unwrap();
    let records = bench.fake.records("Z1");
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!((records[0].weight, records[0].set_identifier.as_deref()), (Some(10), Some("prod/checkout")));
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);

    bench.destroy(&state).await;
    assert!(bench.fake.records("Z1").is_empty());
}

#[tokio::test]
async fn a_record_of_others_stops_the_run_until_it_may_be_overwritten() {
    let bench = Bench::new().await;
    let config = named(&bench, &json!({ "zone_id": "Z1" }));
    let foreign = ipsy_aws::Record {
        name: "a.example.com".into(),
        kind: "A".into(),
        set_identifier: None,
        weight: None,
        target: RecordTarget::Values { ttl_seconds: 60, values: vec!["192.0.2.1".into()] },
    };
    bench.fake.aws().records.replace("Z1", None, Some(&foreign)).await.unwrap();
    let before = bench.fake.inventory();
    let (_, refused) = bench.plan(None, &merged(config.clone(), &json!({ "adopt": true }))).await;
    let told = format!("{refused:?}");
    assert!(told.contains("192.0.2.1") && told.contains("overwrite = true"), "{told}");
    assert_eq!(bench.fake.inventory(), before);

    let overwriting =
        merged(config, &json!({ "dns": { "a.example.com": { "zone_id": "Z1", "overwrite": true } } }));
    let state = bench.apply(None, &overwriting).await.state.unwrap();
    assert_ne!(bench.fake.records("Z1"), std::slice::from_ref(&foreign));

    // Pointed elsewhere in an emergency: a destroy leaves it alone.
    let ours = bench.fake.records("Z1").remove(0);
    bench.fake.aws().records.replace("Z1", Some(&ours), Some(&foreign)).await.unwrap();
    bench.destroy(&state).await;
    assert_eq!(bench.fake.records("Z1"), [foreign]);
}

#[tokio::test]
async fn alarms_are_made_changed_and_deleted() {
    let bench = Bench::new().await;
    let mut config = bench.config((90, 10));
    config["alarm"] = json!({ "server_errors": {} });
    let state = bench.apply(None, &config).await.state.unwrap();
    let names =
        ["checkout-prod-server_errors-blue".to_owned(), "checkout-prod-server_errors-green".to_owned()];
    let alarms = bench.fake.aws().alarms;
    let made = alarms.by_names(&names).await.unwrap();
    assert_eq!(made.len(), 2);
    assert!(made[0].settings.dimensions["TargetGroup"].starts_with("targetgroup/checkout-prod-blue-"));
    assert!(made[0].settings.dimensions["LoadBalancer"].starts_with("app/shop/"));
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);

    config["alarm"]["server_errors"] = json!({ "threshold": 3 });
    let state = bench.apply(Some(&state), &config).await.state.unwrap();
    let changed = alarms.by_names(&names).await.unwrap();
    assert!((changed[0].settings.threshold - 3.0).abs() < f64::EPSILON);

    config["alarm"] = json!({});
    bench.apply(Some(&state), &config).await;
    assert!(alarms.by_names(&names).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_alarm_watches_the_target_group_that_serves() {
    let bench = Bench::new().await;
    let mut config = bench.config((90, 10));
    config["alarm"] = json!({ "server_errors": {} });
    let watched = async |name: &str| {
        let alarm = bench.fake.aws().alarms.by_names(&[name.to_owned()]).await.unwrap().remove(0);
        group_name(&alarm.settings.dimensions["TargetGroup"])
    };
    let name = "checkout-prod-server_errors-blue";
    let state = bench.apply(None, &config).await.state.unwrap();
    let old = watched(name).await;
    bench.install().await;

    config["port"]["http"]["port"] = json!(9090);
    let state = bench.apply(Some(&state), &config).await.state.unwrap();
    assert_eq!(watched(name).await, old, "it gets the requests still");
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);
    bench.install().await;
    bench.apply(Some(&state), &config).await;
    assert_ne!(watched(name).await, old);
}
