//! One app has one holder: what another resource holds is neither taken nor deleted.

use std::collections::BTreeSet;

use ipsy_aws::ErrorKind;
use ipsy_aws::fake::Moment;

use super::lifecycle::changing;
use super::*;

/// The owner id of the role.
async fn owner(bench: &Bench) -> String {
    let role = bench.fake.aws().roles.get("checkout-prod").await.unwrap().unwrap();
    role.tags["ipsy:owner"].clone()
}

/// Makes it look as if the app had been made from another state.
fn from_another_state(bench: &Bench) {
    bench.fake.replace_tag_values("ipsy:origin", "eu-west-1 s3 states/shop default");
}

/// The same AWS for a state of its own, where nothing is known of the app.
fn another_state(bench: &Bench) {
    *bench.private.lock().unwrap() = Private::new();
}

async fn applied() -> (Bench, Value, Json) {
    let bench = Bench::new().await;
    let mut config = bench.config((90, 10));
    // A record carries no tags that could name its holder.
    bench.fake.add_zone("Z1");
    config["dns"] = json!({ "a.example.com": { "zone_id": "Z1", "weight": 10 } });
    let state = bench.apply(None, &config).await.state.unwrap();
    bench.fake.forget_calls();
    (bench, state, config)
}

#[tokio::test]
async fn every_object_carries_the_owner_id_of_the_state() {
    let (bench, state, _) = applied().await;
    let id = text(&state, "owner_id").to_owned();
    let tags = bench.fake.tags();
    assert!(tags.len() >= 7, "{tags:?}");
    for (object, tags) in tags {
        assert_eq!(tags.get("ipsy:owner"), Some(&id), "{object}");
    }
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);
}

#[tokio::test]
async fn a_second_state_is_refused_at_plan_with_the_place_of_the_first() {
    let (bench, state, config) = applied().await;
    from_another_state(&bench);
    let first = bench.private.lock().unwrap().clone();
    another_state(&bench);
    let (_, refused) = bench.plan(None, &config).await;
    let told = format!("{refused:?}");
    assert!(refused.has_errors() && told.contains("s3 states/shop"), "{told}");
    assert_eq!(changing(&bench), Vec::<&str>::new());

    let mut adopting = config.clone();
    adopting["adopt"] = json!(true);
    let (_, warned) = bench.plan(None, &adopting).await;
    let told = format!("{warned:?}");
    assert!(!warned.has_errors() && told.contains("IAM role `checkout-prod`"), "{told}");
    let before = owner(&bench).await;
    let inventory = bench.fake.inventory();
    let adopted = bench.apply(None, &adopting).await;
    assert!(!adopted.diagnostics.has_errors(), "{:?}", adopted.diagnostics);
    assert_ne!(owner(&bench).await, before);
    assert_eq!(bench.fake.inventory(), inventory, "nothing was made twice");

    // The first state finds that it holds nothing, and its destroy deletes nothing.
    from_another_state(&bench);
    *bench.private.lock().unwrap() = first;
    let lost = bench.refresh(&state).await;
    assert!(format!("{:?}", lost.diagnostics).contains("Another resource holds"), "{:?}", lost.diagnostics);
    let state = lost.state.unwrap();
    assert!(state.attribute("infrastructure").as_map().unwrap().is_empty());
    bench.fake.forget_calls();
    let update = bench.apply(Some(&state), &config).await;
    assert!(update.diagnostics.has_errors(), "it cannot be changed from here");
    let gone = bench.destroy(&state).await;
    assert!(gone.state.is_none(), "{:?}", gone.diagnostics);
    assert_eq!(changing(&bench), Vec::<&str>::new());
    assert_eq!(bench.fake.inventory(), inventory);
}

#[tokio::test]
async fn no_resource_takes_over_an_app_that_is_being_deleted() {
    let (bench, state, config) = applied().await;
    bench.fake.fail("DeleteRule", Moment::BeforeEffect, ErrorKind::AccessDenied, 1);
    let kept = bench.destroy(&state).await.state.expect("the destroy is not over");
    from_another_state(&bench);
    let first = bench.private.lock().unwrap().clone();
    another_state(&bench);
    let mut adopting = config.clone();
    adopting["adopt"] = json!(true);
    bench.fake.forget_calls();
    let (_, refused) = bench.plan(None, &adopting).await;
    let report = format!("{refused:?}");
    assert!(refused.has_errors() && report.contains("The app `prod/checkout` is being deleted"), "{report}");
    let request =
        provider_framework::ImportRequest { id: "prod/checkout".to_owned(), context: Context::default() };
    let imported = bench.resource.import(request).await;
    let report = format!("{:?}", imported.diagnostics);
    assert!(imported.state.is_none() && report.contains("is being deleted"), "{report}");
    assert_eq!(changing(&bench), Vec::<&str>::new());

    // The holder continues the destroy, or keeps the app by an apply.
    *bench.private.lock().unwrap() = first;
    let state = bench.refresh(&kept).await.state.unwrap();
    let (planned, _) = bench.plan(Some(&state), &config).await;
    assert_ne!(planned.attribute("infrastructure"), state.attribute("infrastructure"));
    let state = bench.apply(Some(&state), &config).await.state.unwrap();
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state);
    another_state(&bench);
    let (_, warned) = bench.plan(None, &adopting).await;
    assert!(!warned.has_errors(), "{warned:?}");
}

#[tokio::test]
async fn two_resources_of_one_configuration_cannot_be_one_app() {
    let bench = Bench::new().await;
    let config = bench.config((90, 10));
    let (_, _, first) = bench.plan_with(None, &config, Private::new()).await;
    assert!(!first.has_errors(), "{first:?}");
    let (_, _, second) = bench.plan_with(None, &config, Private::new()).await;
    assert!(format!("{second:?}").contains("Two resources are the app `prod/checkout`"), "{second:?}");
}

#[tokio::test]
async fn a_rename_without_moved_is_refused_even_where_it_would_adopt() {
    let (bench, state, mut config) = applied().await;
    // Terraform reads the old address, and plans the new one.
    bench.new_walk().await;
    bench.refresh(&state).await;
    for adopt in [false, true] {
        config["adopt"] = json!(adopt);
        let (_, _, refused) = bench.plan_with(None, &config, Private::new()).await;
        let told = format!("{refused:?}");
        assert!(refused.has_errors() && told.contains("`moved` block") && told.contains("untaint"), "{told}");
        bench.new_walk().await;
        bench.refresh(&state).await;
    }
    assert_eq!(changing(&bench), Vec::<&str>::new());
}

#[tokio::test]
async fn create_before_destroy_takes_the_app_over_and_deletes_nothing() {
    let (bench, state, config) = applied().await;
    let inventory = bench.fake.inventory();
    let old = bench.private.lock().unwrap().clone();
    // The plan: `-replace`, so that the second call has the private state of the first.
    bench.new_walk().await;
    bench.refresh(&state).await;
    let (_, private, diagnostics) = bench.plan_with(Some(&state), &config, old.clone()).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let (_, _, diagnostics) = bench.plan_with(None, &config, private).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    // The apply: the new one first, without anything of the old one.
    let created = bench.apply(None, &config).await;
    assert!(!created.diagnostics.has_errors(), "{:?}", created.diagnostics);
    let calls = changing(&bench);
    assert!(calls.iter().all(|call| call.contains("Tag")), "the app serves all the time: {calls:?}");
    let new = std::mem::replace(&mut *bench.private.lock().unwrap(), old);
    let gone = bench.destroy(&state).await;
    assert!(gone.state.is_none(), "{:?}", gone.diagnostics);
    assert_eq!(bench.fake.inventory(), inventory);
    *bench.private.lock().unwrap() = new;
    let state = created.state.unwrap();
    assert_eq!(bench.refresh(&state).await.state.unwrap(), state, "state and AWS agree");
}

#[tokio::test]
async fn a_takeover_that_was_interrupted_has_taken_nothing() {
    let operations: BTreeSet<&str> = {
        let (bench, _, config) = applied().await;
        bench.apply(None, &config).await;
        changing(&bench).into_iter().collect()
    };
    assert!(operations.len() >= 4, "{operations:?}");
    let moments = [Moment::BeforeEffect, Moment::AfterEffect];
    for (operation, moment) in
        operations.iter().flat_map(|operation| moments.map(|moment| (*operation, moment)))
    {
        let point = format!("{operation} {moment:?}");
        let (bench, state, config) = applied().await;
        let old = bench.private.lock().unwrap().clone();
        let first = owner(&bench).await;
        bench.fake.fail(operation, moment, ErrorKind::AccessDenied, 1);
        let failed = bench.apply(None, &config).await;
        assert!(failed.diagnostics.has_errors() && failed.state.is_none(), "{point}");
        *bench.private.lock().unwrap() = old;
        let refreshed = bench.refresh(&state).await;
        assert!(refreshed.diagnostics.is_empty(), "{point}: {:?}", refreshed.diagnostics);
        let refreshed = refreshed.state.unwrap();
        let mended = bench.apply(Some(&refreshed), &config).await;
        assert!(!mended.diagnostics.has_errors(), "{point}: {:?}", mended.diagnostics);
        assert_eq!(owner(&bench).await, first, "{point}");
        assert_eq!(bench.refresh(&state).await.state.unwrap(), state, "{point}");
        bench.destroy(&mended.state.unwrap()).await;
        assert!(bench.fake.tags().is_empty(), "{point}: {:?}", bench.fake.tags());
    }
}

#[tokio::test]
async fn copied_tags_make_no_role_ours() {
    let (bench, state, config) = applied().await;
    let tags = bench.fake.aws().roles.get("checkout-prod").await.unwrap().unwrap().tags;
    bench.destroy(&state).await;
    make_role(&bench, "checkout-prod", tags).await;
    bench.fake.forget_calls();
    another_state(&bench);
    let (_, refused) = bench.plan(None, &config).await;
    assert!(refused.has_errors() && format!("{refused:?}").contains("checkout-prod"), "{refused:?}");
    assert_eq!(changing(&bench), Vec::<&str>::new());
}

#[tokio::test]
async fn an_import_takes_the_app_over_with_its_first_change() {
    let (bench, state, config) = applied().await;
    let before = owner(&bench).await;
    let first = bench.private.lock().unwrap().clone();
    another_state(&bench);
    let id = format!("prod/checkout,{}", text(&state, "listener_rule_arn"));
    let request = provider_framework::ImportRequest { id, context: Context::default() };
    let imported = bench.resource.import(request).await.state.unwrap();
    let imported = bench.refresh(&imported).await.state.unwrap();
    assert_eq!(owner(&bench).await, before, "an import changes nothing");
    let updated = bench.apply(Some(&imported), &config).await;
    assert!(!updated.diagnostics.has_errors(), "{:?}", updated.diagnostics);
    assert_ne!(owner(&bench).await, before);
    *bench.private.lock().unwrap() = first;
    from_another_state(&bench);
    let lost = bench.refresh(&state).await.state.unwrap();
    let held = lost.attribute("infrastructure").as_map().unwrap().len();
    assert_eq!(held, 0, "the first state holds nothing any more");
}
