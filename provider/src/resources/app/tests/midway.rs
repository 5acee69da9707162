//! Failures in the middle of an operation: an answer that is lost, an object that is replaced in place,
//! a rule that moves, traffic that waits for an installation.

use ipsy_aws::ErrorKind;
use ipsy_aws::fake::Moment;

use super::*;

#[tokio::test]
async fn a_record_whose_answer_was_lost_is_made_changed_and_deleted_all_the_same() {
    // The repeated call finds its own effect, which AWS calls a conflict.
    let lose = |bench: &Bench| {
        bench.fake.fail("ChangeResourceRecordSets", Moment::AfterEffect, ErrorKind::Conflict, 1);
    };
    let bench = Bench::new().await;
    bench.fake.add_zone("Z1");
    let mut config = bench.config((90, 10));
    config["dns"] = json!({ "a.example.com": { "zone_id": "Z1", "weight": 10 } });
    lose(&bench);
    let created = bench.apply(None, &config).await;
    assert!(!created.diagnostics.has_errors(), "{:?}", created.diagnostics);

    config["dns"]["a.example.com"]["weight"] = json!(20);
    lose(&bench);
    let changed = bench.apply(Some(&created.state.unwrap()), &config).await;
    assert!(!changed.diagnostics.has_errors(), "{:?}", changed.diagnostics);
    assert_eq!(bench.fake.records("Z1")[0].weight, Some(20));

    lose(&bench);
    let gone = bench.destroy(&changed.state.unwrap()).await;
    assert!(gone.state.is_none(), "{:?}", gone.diagnostics);
    assert!(bench.fake.records("Z1").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_role_whose_answer_was_lost_and_that_shows_late_is_found() {
    let bench = Bench::new().await;
    bench.fake.fail("CreateRole", Moment::AfterEffect, ErrorKind::AlreadyExists, 1);
    bench.fake.hide_roles(3);
    let created = bench.apply(None, &bench.config((90, 10))).await;
    assert!(!created.diagnostics.has_errors(), "{:?}", created.diagnostics);
    let state = created.state.unwrap();
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);
}

#[tokio::test]
async fn a_role_deleted_on_a_change_of_path_is_not_reported_as_existing() {
    let bench = Bench::new().await;
    let state = bench.apply(None, &bench.config((90, 10))).await.state.unwrap();
    let mut config = bench.config((90, 10));
    config["iam"]["path"] = json!("/apps/");
    bench.fake.fail("CreateRole", Moment::BeforeEffect, ErrorKind::AccessDenied, 1);
    let failed = bench.apply(Some(&state), &config).await;
    assert!(failed.diagnostics.has_errors());
    let state = failed.state.unwrap();
    assert!(!state.attribute("infrastructure").as_map().unwrap().contains_key("role"));
    let mended = bench.apply(Some(&state), &config).await;
    assert!(!mended.diagnostics.has_errors(), "{:?}", mended.diagnostics);
}

/// Weights by backend, of an app whose `blue` serves.
async fn weights(bench: &Bench) -> Vec<(String, u16)> {
    let rules = bench.fake.aws().listener_rules.by_listener(&bench.listener).await.unwrap();
    let targets = rules.iter().filter_map(ipsy_aws::Rule::forward).flat_map(|forward| &forward.targets);
    let name = |arn: &str| arn.split('/').nth(1).unwrap_or_default().to_owned();
    targets
        .map(|target| (name(&target.target_group_arn), target.weight))
        .filter(|(_, weight)| *weight > 0)
        .collect()
}

#[tokio::test]
async fn no_update_waits_for_pods_whose_installation_waits_for_it() {
    let another_port = json!({ "port": { "http": { "port": 9090 } } });
    let another_cluster = json!({
        "rollout": { "bake": "0s" },
        "backend": {
            "blue": { "cluster": "eks-blue", "weight": 1 },
            "green": { "cluster": "eks-green", "weight": 9 },
        },
    });
    for change in [another_port, another_cluster] {
        for moment in [Moment::BeforeEffect, Moment::AfterEffect] {
            let bench = Bench::new().await;
            let mut config = bench.config((90, 0));
            config["backend"] = json!({ "blue": { "cluster": "eks-blue", "weight": 90 } });
            let state = bench.apply(None, &config).await.state.unwrap();
            bench.install().await;
            let serving = weights(&bench).await;
            for (name, value) in change.as_object().unwrap() {
                config[name] = value.clone();
            }
            let point = format!("{change} {moment:?}");

            bench.fake.fail("ModifyRule", moment, ErrorKind::AccessDenied, 1);
            let failed = bench.apply(Some(&state), &config).await;
            assert!(failed.diagnostics.has_errors(), "{point}");
            // Nothing is installed: new target groups get no requests, and the update does not wait for them.
            let state = bench.refresh(&failed.state.unwrap()).await.state.unwrap();
            let (planned, _) = bench.plan(Some(&state), &config).await;
            assert_ne!(planned, state, "{point}: the next plan shows that something is to be done");
            let entered = bench.apply(Some(&state), &config).await;
            assert!(!entered.diagnostics.has_errors(), "{point}: {:?}", entered.diagnostics);
            let names =
                |weights: Vec<(String, u16)>| weights.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
            assert_eq!(names(weights(&bench).await), names(serving.clone()), "{point}");

            bench.install().await;
            let moved = bench.apply(Some(&entered.state.unwrap()), &config).await;
            assert!(!moved.diagnostics.has_errors(), "{point}: {:?}", moved.diagnostics);
            assert_ne!(names(weights(&bench).await), names(serving), "{point}");
            let state = moved.state.unwrap();
            assert_eq!(bench.refresh(&state).await.state.unwrap(), state, "{point}");
        }
    }
}

#[tokio::test]
async fn a_rule_that_could_not_move_to_another_listener_moves_with_the_next_apply_or_is_deleted() {
    for operation in ["CreateRule", "DeleteRule"] {
        for next_is_destroy in [false, true] {
            let bench = Bench::new().await;
            let second = bench.fake.add_listener(&bench.listener, 8443);
            let before = bench.fake.inventory();
            let mut config = bench.config((90, 10));
            let state = bench.apply(None, &config).await.state.unwrap();
            config["load_balancer"]["listener_arn"] = json!(second);
            bench.fake.fail(operation, Moment::BeforeEffect, ErrorKind::AccessDenied, 1);
            let failed = bench.apply(Some(&state), &config).await;
            let point = format!("{operation}, destroy: {next_is_destroy}");
            assert!(failed.diagnostics.has_errors(), "{point}");
            let mut state = bench.refresh(&failed.state.unwrap()).await.state.unwrap();
            if !next_is_destroy {
                let mended = bench.apply(Some(&state), &config).await;
                assert!(!mended.diagnostics.has_errors(), "{point}: {:?}", mended.diagnostics);
                state = mended.state.unwrap();
                assert_eq!(bench.refresh(&state).await.state.unwrap(), state, "{point}");
                let rules = async |listener: &str| {
                    bench.fake.aws().listener_rules.by_listener(listener).await.unwrap().len()
                };
                // Each has its default rule.
                assert_eq!((rules(&bench.listener).await, rules(&second).await), (1, 2), "{point}");
            }
            let gone = bench.destroy(&state).await;
            assert!(gone.state.is_none(), "{point}: {:?}", gone.diagnostics);
            assert_eq!(bench.fake.inventory(), before, "{point}");
        }
    }
}

#[tokio::test]
async fn imported_objects_without_tags_are_deleted_when_not_needed() {
    let bench = Bench::new().await;
    let state = bench.apply(None, &bench.config((90, 10))).await.state.unwrap();
    let marks = ["ipsy:managed", "ipsy:app", "ipsy:environment", "ipsy:component"].map(str::to_owned);
    let aws = bench.fake.aws();
    aws.roles.untag("checkout-prod", &marks).await.unwrap();
    aws.listener_rules.untag(text(&state, "listener_rule_arn"), &marks).await.unwrap();
    let state = bench.refresh(&state).await.state.unwrap();

    let mut config = bench.config((90, 10));
    config["load_balancer"] = Json::Null;
    config["iam"]["role_name"] = json!("pods-of-checkout");
    let changed = bench.apply(Some(&state), &config).await;
    assert!(!changed.diagnostics.has_errors(), "{:?}", changed.diagnostics);
    assert!(aws.roles.get("checkout-prod").await.unwrap().is_none());
    let rules = aws.listener_rules.by_listener(&bench.listener).await.unwrap();
    assert_eq!(rules.len(), 1, "only the default rule is left: {rules:?}");
}
