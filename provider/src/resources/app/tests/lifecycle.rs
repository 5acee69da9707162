//! Create, refresh, change, drift, adoption and destruction of an app.

use ipsy_aws::{NewLogGroup, Tags};

use super::*;

#[tokio::test]
async fn an_app_is_made_planned_empty_and_destroyed_without_a_trace() {
    let bench = Bench::new().await;
    let before = bench.fake.inventory();
    let config = bench.config((90, 10));
    let outcome = bench.apply(None, &config).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    let state = outcome.state.unwrap();
    let refreshed = bench.refresh(&state).await.state.unwrap();
    assert_eq!(refreshed, state, "a refresh right after an apply finds what was applied");
    let (planned, _) = bench.plan(Some(&refreshed), &config).await;
    assert_eq!(planned, refreshed, "the second plan is empty");
    let outcome = bench.destroy(&state).await;
    assert!(outcome.state.is_none() && outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
    assert_eq!(bench.fake.inventory(), before);
    assert!(bench.refresh(&state).await.state.is_none());
}

#[tokio::test]
async fn values_are_known_at_the_first_plan() {
    let bench = Bench::new().await;
    let (planned, _) = bench.plan(None, &bench.config((90, 10))).await;
    let unknown: Vec<String> = planned.unknown_paths().iter().map(ToString::to_string).collect();
    assert_eq!(
        unknown,
        [
            "listener_rule_arn",
            "owner_id",
            "rollback_command",
            "target_groups[\"blue\"].arn",
            "target_groups[\"green\"].arn",
        ]
    );
    let values: Json = values_of(&planned, "blue").unwrap();
    assert_eq!(values["image"]["tag"], "1.0.0");
    assert_eq!(values["image"]["repository"], "123456789012.dkr.ecr.eu-west-1.amazonaws.com/checkout");
}

#[tokio::test]
async fn weights_change_in_one_step_that_the_rule_remembers() {
    let bench = Bench::new().await;
    let state = bench.apply(None, &bench.config((90, 10))).await.state.unwrap();
    bench.install().await;
    bench.fake.forget_calls();
    let outcome = bench.apply(Some(&state), &bench.config((50, 50))).await;
    assert!(!outcome.diagnostics.has_errors());
    let changes = changing(&bench);
    assert_eq!(changes, ["AddTags", "ModifyRule", "AddTags"]);
    assert_ne!(outcome.state.unwrap().attribute("weights"), state.attribute("weights"));
}

#[tokio::test]
async fn drift_shows_as_that_property_and_is_mended() {
    let bench = Bench::new().await;
    let config = bench.config((90, 10));
    let state = bench.apply(None, &config).await.state.unwrap();
    let aws = bench.fake.aws();
    aws.log_groups.set_retention("/ipsy/prod/checkout", Some(7)).await.unwrap();
    aws.roles.put_inline_policy("checkout-prod", "stray", "{}").await.unwrap();
    let refreshed = bench.refresh(&state).await.state.unwrap();
    let part = |state: &Value, key: &str| {
        let path = Path::root("infrastructure").key(key);
        serde_json::from_str::<Json>(state.at(&path).unwrap().as_str().unwrap()).unwrap()
    };
    assert_eq!(part(&refreshed, "log_group")["retention_days"], 7);
    assert!(part(&refreshed, "role")["inline_policies"].get("stray").is_some());
    let (planned, _) = bench.plan(Some(&refreshed), &config).await;
    assert_eq!(part(&planned, "log_group")["retention_days"], 30);
    let outcome = bench.apply(Some(&refreshed), &config).await;
    assert!(!outcome.diagnostics.has_errors());
    assert_eq!(bench.refresh(outcome.state.as_ref().unwrap()).await.state.unwrap(), state);
}

#[tokio::test]
async fn what_was_deleted_outside_is_made_again_and_nothing_else() {
    let bench = Bench::new().await;
    let config = bench.config((90, 10));
    let state = bench.apply(None, &config).await.state.unwrap();
    bench.fake.aws().listener_rules.delete(text(&state, "listener_rule_arn")).await.unwrap();
    let refreshed = bench.refresh(&state).await.state.unwrap();
    bench.fake.forget_calls();
    let outcome = bench.apply(Some(&refreshed), &config).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    assert_eq!(changing(&bench), ["CreateRule"]);
}

#[tokio::test]
async fn a_moved_pointer_changes_the_image_and_nothing_else() {
    let bench = Bench::new().await;
    let config = bench.config((90, 10));
    let state = bench.apply(None, &config).await.state.unwrap();
    bench.fake.aws().parameters.set_value("/ipsy/prod/checkout/image", "2.0.0").await.unwrap();
    let refreshed = bench.refresh(&state).await.state.unwrap();
    let values = |state: &Value| values_of(state, "blue").unwrap();
    let mut expected = values(&state);
    expected["image"]["tag"] = json!("2.0.0");
    assert_eq!(values(&refreshed), expected);
    let (planned, _) = bench.plan(Some(&refreshed), &config).await;
    assert_eq!(planned, refreshed, "the plan has no changes");
    bench.fake.aws().parameters.set_value("/ipsy/prod/checkout/image", "no tag").await.unwrap();
    let outcome = bench.refresh(&refreshed).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    let told = format!("{:?}", outcome.diagnostics);
    assert!(
        told.contains("/ipsy/prod/checkout/image") && told.contains("a String that holds `no tag`"),
        "{told}"
    );
    let broken = outcome.state.unwrap();
    assert_eq!(values(&broken), expected, "the last image stays");
    bench.fake.forget_calls();
    let refused = bench.apply(Some(&broken), &bench.config((50, 50))).await;
    assert!(refused.diagnostics.has_errors());
    let told = format!("{:?}", refused.diagnostics);
    assert!(told.contains("/ipsy/prod/checkout/image") && changing(&bench).is_empty(), "{told}");

    bench.fake.aws().parameters.set_value("/ipsy/prod/checkout/image", "3.0.0").await.unwrap();
    let mended = bench.refresh(&broken).await.state.unwrap();
    let (_, planned) = bench.plan(Some(&mended), &config).await;
    assert!(planned.is_empty(), "{planned:?}");
}

#[tokio::test]
async fn a_foreign_object_stops_the_create_before_anything_is_changed() {
    let bench = Bench::new().await;
    let aws = bench.fake.aws();
    let tags = Tags::from([("team".into(), "other".into())]);
    let group = NewLogGroup { name: "/ipsy/prod/checkout".into(), kms_key: None, tags };
    aws.log_groups.create(&group).await.unwrap();
    let before = bench.fake.inventory();
    bench.fake.forget_calls();
    let config = bench.config((90, 10));
    let (_, refused) = bench.plan(None, &config).await;
    // An apply refuses it as well: the object may have been made after the plan.
    let planned = Bench::new().await.plan(None, &config).await.0;
    let config = schema::schema().encode(&config).unwrap();
    let (private, context) = (Private::new(), Context::default());
    let outcome = bench.resource.create(CreateRequest { planned, config, private, context }).await;
    assert!(outcome.state.is_none());
    for told in [format!("{refused:?}"), format!("{:?}", outcome.diagnostics)] {
        assert!(told.contains("Error") && told.contains("team=other"), "{told}");
        assert!(
            told.contains("adopt = true") && told.contains("terraform import ADDRESS prod/checkout"),
            "{told}"
        );
    }
    assert_eq!(bench.fake.inventory(), before);
    assert_eq!(changing(&bench), Vec::<&str>::new());
}

#[tokio::test]
async fn another_port_makes_a_new_target_group_before_the_old_one_is_deleted() {
    let bench = Bench::new().await;
    let state = bench.apply(None, &bench.config((90, 10))).await.state.unwrap();
    let mut config = bench.config((90, 10));
    config["port"]["http"]["port"] = json!(9090);
    bench.fake.forget_calls();
    let entered = bench.apply(Some(&state), &config).await;
    assert!(!entered.diagnostics.has_errors(), "{:?}", entered.diagnostics);
    bench.install().await;
    let outcome = bench.apply(entered.state.as_ref(), &config).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    let changes = changing(&bench);
    let position = |operation: &str| changes.iter().position(|change| *change == operation).unwrap();
    assert!(position("CreateTargetGroup") < position("ModifyRule"));
    assert!(position("ModifyRule") < position("DeleteTargetGroup"));
    let state = outcome.state.unwrap();
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);
}

#[tokio::test]
async fn a_removed_backend_has_its_objects_deleted() {
    let bench = Bench::new().await;
    let state = bench.apply(None, &bench.config((90, 10))).await.state.unwrap();
    bench.install().await;
    let mut config = bench.config((100, 0));
    config["backend"].as_object_mut().unwrap().remove("green");
    let outcome = bench.apply(Some(&state), &config).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    let inventory = bench.fake.inventory().join("\n");
    assert!(!inventory.contains("green"), "{inventory}");
    assert!(text(&outcome.state.unwrap(), "values").contains("checkout-prod-blue"));
}

#[tokio::test]
async fn an_import_finds_what_there_is_and_claims_it() {
    let bench = Bench::new().await;
    let config = bench.config((90, 10));
    let state = bench.apply(None, &config).await.state.unwrap();
    let id = format!("prod/checkout,{}", text(&state, "listener_rule_arn"));
    let request = provider_framework::ImportRequest { id, context: Context::default() };
    let imported = bench.resource.import(request).await;
    assert!(!imported.diagnostics.has_errors(), "{:?}", imported.diagnostics);
    let refreshed = bench.refresh(&imported.state.unwrap()).await;
    assert!(!refreshed.diagnostics.has_errors(), "{:?}", refreshed.diagnostics);
    let refreshed = refreshed.state.unwrap();
    assert_eq!(refreshed.attribute("load_balancer").attribute("priority").as_i64(), Some(10));
    let cluster = Path::root("backend").index(1).attribute("cluster");
    assert_eq!(refreshed.at(&cluster).unwrap().as_str(), Some("eks-green"));
    bench.fake.forget_calls();
    let outcome = bench.apply(Some(&refreshed), &config).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    let calls = changing(&bench);
    assert!(calls.iter().all(|call| call.contains("Tag")), "everything was there already: {calls:?}");
    let mut updated = outcome.state.unwrap();
    assert_ne!(text(&updated, "owner_id"), text(&state, "owner_id"), "it has a new holder");
    updated.set(&Path::root("owner_id"), state.attribute("owner_id").clone());
    assert_eq!(updated, state);
}

/// The operations so far that changed something.
pub(super) fn changing(bench: &Bench) -> Vec<&'static str> {
    let reads = ["Describe", "Get", "List"];
    bench
        .fake
        .operations()
        .into_iter()
        .filter(|operation| !reads.iter().any(|read| operation.starts_with(read)))
        .collect()
}
