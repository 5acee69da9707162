//! What leaves is looked at before the first deletion: what AWS would refuse is refused while the app still serves.

use std::collections::BTreeSet;

use ipsy_aws::fake::Moment;
use ipsy_aws::{Action, Condition, ErrorKind, Forward, NewRule, ParameterKind, Tags, WeightedTarget};
use provider_framework::PlanDestroyRequest;

use super::lifecycle::changing;
use super::*;

/// An app that is there, with the calls so far forgotten.
async fn applied(config: impl Fn(&Bench) -> Json) -> (Bench, Value) {
    let bench = Bench::new().await;
    let state = bench.apply(None, &config(&bench)).await.state.unwrap();
    bench.fake.forget_calls();
    (bench, state)
}

/// The rule of another app that sends requests to the target group of `backend`; its ARN.
async fn foreign_rule(bench: &Bench, state: &Value, backend: &str) -> String {
    let arn = state.at(&Path::root("target_groups").key(backend).attribute("arn")).unwrap();
    let target = WeightedTarget { target_group_arn: arn.as_str().unwrap().to_owned(), weight: 1 };
    let rule = NewRule {
        listener_arn: bench.listener.clone(),
        priority: 77,
        conditions: BTreeSet::from([Condition::PathPattern(BTreeSet::from(["/shop".into()]))]),
        actions: vec![Action::Forward(Forward { targets: vec![target], stickiness_seconds: None })],
        tags: Tags::from([("team".into(), "search".into())]),
    };
    let made = bench.fake.aws().listener_rules.create(&rule).await.unwrap();
    bench.fake.forget_calls();
    made.arn
}

/// A refusal that names all of `expected` and has changed nothing.
fn assert_refused(bench: &Bench, outcome: &Outcome, prior: &Value, expected: &[&str]) {
    assert!(outcome.diagnostics.has_errors());
    let told = format!("{:?}", outcome.diagnostics);
    for part in expected {
        assert!(told.contains(part), "`{part}` is not in {told}");
    }
    assert_eq!(changing(bench), Vec::<&str>::new(), "refused before the first change");
    assert_eq!(outcome.state.as_ref().unwrap().attribute("values"), prior.attribute("values"));
}

#[tokio::test]
async fn destroy_with_images_is_refused_before_the_rule_is_deleted() {
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    bench.fake.push_image("checkout", "1.0.0", "content").unwrap();
    let outcome = bench.destroy(&state).await;
    assert_refused(&bench, &outcome, &state, &["ECR repository `checkout`", "holds images", "force_delete"]);
}

#[tokio::test]
async fn destroy_with_images_works_after_force_delete_was_applied() {
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    let platform = Bench::new().await.fake.inventory();
    bench.fake.push_image("checkout", "1.0.0", "content").unwrap();
    let mut config = bench.config((90, 10));
    config["image"]["force_delete"] = json!(true);
    let state = bench.apply(Some(&state), &config).await.state.unwrap();
    assert_eq!(changing(&bench), Vec::<&str>::new(), "the setting alone changes nothing on AWS");
    let outcome = bench.destroy(&state).await;
    assert!(outcome.state.is_none(), "{:?}", outcome.diagnostics);
    assert_eq!(bench.fake.inventory(), platform);
}

#[tokio::test]
async fn destroy_of_a_target_group_that_another_rule_uses_names_the_rule() {
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    let rule = foreign_rule(&bench, &state, "blue").await;
    let outcome = bench.destroy(&state).await;
    assert_refused(&bench, &outcome, &state, &["rule 77", &rule, "team=search"]);
}

#[tokio::test]
async fn removal_of_a_backend_whose_target_group_another_rule_uses_is_refused() {
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    let rule = foreign_rule(&bench, &state, "green").await;
    let mut config = bench.config((100, 0));
    config["backend"].as_object_mut().unwrap().remove("green");
    let outcome = bench.apply(Some(&state), &config).await;
    assert!(outcome.diagnostics.has_errors());
    assert!(format!("{:?}", outcome.diagnostics).contains(&rule));
    assert_eq!(changing(&bench), Vec::<&str>::new());
    let rules = bench.fake.aws().listener_rules.by_listener(&bench.listener).await.unwrap();
    assert_eq!(rules[0].forward().unwrap().targets.len(), 2, "the rule still sends requests to both");
}

#[tokio::test]
async fn destroy_of_a_role_that_others_have_extended_is_refused() {
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    let aws = bench.fake.aws();
    aws.roles.attach_policy("checkout-prod", "arn:aws:iam::aws:policy/ReadOnlyAccess").await.unwrap();
    bench.fake.add_instance_profile("bastion", "checkout-prod");
    bench.fake.forget_calls();
    let outcome = bench.destroy(&state).await;
    let expected = ["IAM role `checkout-prod`", "arn:aws:iam::aws:policy/ReadOnlyAccess", "bastion"];
    assert_refused(&bench, &outcome, &state, &expected);
}

#[tokio::test]
async fn another_path_of_a_role_that_an_instance_profile_holds_is_refused() {
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    bench.fake.add_instance_profile("bastion", "checkout-prod");
    let mut config = bench.config((50, 50));
    config["iam"]["path"] = json!("/apps/");
    let outcome = bench.apply(Some(&state), &config).await;
    assert!(outcome.diagnostics.has_errors());
    assert!(format!("{:?}", outcome.diagnostics).contains("bastion"), "{:?}", outcome.diagnostics);
    assert_eq!(changing(&bench), Vec::<&str>::new(), "the weights have not moved either");
}

#[tokio::test]
async fn another_repository_name_leaves_images_only_with_force_delete() {
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    bench.fake.push_image("checkout", "1.0.0", "content").unwrap();
    let mut config = bench.config((90, 10));
    config["image"]["repository"] = json!("shop/checkout");
    let refused = bench.apply(Some(&state), &config).await;
    assert!(refused.diagnostics.has_errors());
    assert!(format!("{:?}", refused.diagnostics).contains("holds images"), "{:?}", refused.diagnostics);
    assert_eq!(changing(&bench), Vec::<&str>::new());

    config["image"]["force_delete"] = json!(true);
    let forced = bench.apply(Some(&state), &config).await;
    assert!(!forced.diagnostics.has_errors(), "set in the same change: {:?}", forced.diagnostics);
    let left = bench.fake.inventory().join("\n");
    assert!(left.contains("repository/shop/checkout") && !left.contains("repository/checkout"), "{left}");
}

#[tokio::test]
async fn a_replacement_with_images_is_refused_while_the_app_serves() {
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    bench.fake.push_image("checkout", "1.0.0", "content").unwrap();
    let mut config = bench.config((90, 10));
    config["environment"] = json!("staging");
    let replacement = bench.replace(&state, &config).await;
    assert!(replacement.created.is_none());
    assert_refused(&bench, &replacement.deleted, &state, &["holds images"]);
}

#[tokio::test]
async fn force_delete_counts_in_the_replacement_that_sets_it() {
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    bench.fake.push_image("checkout", "1.0.0", "content").unwrap();
    let mut config = bench.config((90, 10));
    config["environment"] = json!("staging");
    config["image"]["force_delete"] = json!(true);
    let created = bench.replace(&state, &config).await.created.unwrap();
    assert!(!created.diagnostics.has_errors(), "{:?}", created.diagnostics);
    assert_eq!(text(&created.state.unwrap(), "id"), "staging/checkout");
    let left = bench.fake.inventory().join("\n");
    assert!(!left.contains("prod"), "{left}");
}

#[tokio::test]
async fn what_is_retained_stays_on_destroy() {
    let retaining = |bench: &Bench| {
        let mut config = bench.config((90, 10));
        config["retain"] = json!(["repository", "log_group", "image_parameter", "role"]);
        config
    };
    let (bench, state) = applied(retaining).await;
    bench.fake.push_image("checkout", "1.0.0", "content").unwrap();
    let outcome = bench.destroy(&state).await;
    assert!(outcome.state.is_none(), "{:?}", outcome.diagnostics);
    let left = bench.fake.inventory().join("\n");
    for kept in
        ["repository/checkout", "log-group:/ipsy/prod/checkout", "parameter/ipsy", "role/checkout-prod"]
    {
        assert!(left.contains(kept), "`{kept}` is not in {left}");
    }
    assert!(!left.contains("targetgroup/checkout") && !left.contains("listener-rule"), "{left}");

    let again = bench.apply(None, &retaining(&bench)).await;
    assert!(!again.diagnostics.has_errors(), "the next create takes them: {:?}", again.diagnostics);
}

#[tokio::test]
async fn retained_objects_stay_on_a_rename_and_a_replacement() {
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    bench.fake.push_image("checkout", "1.0.0", "content").unwrap();
    let mut config = bench.config((90, 10));
    config["retain"] = json!(["repository"]);
    config["image"]["repository"] = json!("shop/checkout");
    let renamed = bench.apply(Some(&state), &config).await;
    assert!(!renamed.diagnostics.has_errors(), "{:?}", renamed.diagnostics);
    let left = bench.fake.inventory().join("\n");
    assert!(left.contains("repository/checkout") && left.contains("repository/shop/checkout"), "{left}");

    bench.fake.push_image("shop/checkout", "1.0.0", "content").unwrap();
    config["environment"] = json!("staging");
    config["image"]["repository"] = json!("staging/checkout");
    let created = bench.replace(&renamed.state.unwrap(), &config).await.created.unwrap();
    assert!(!created.diagnostics.has_errors(), "{:?}", created.diagnostics);
    let left = bench.fake.inventory().join("\n");
    assert!(
        left.contains("repository/shop/checkout") && left.contains("repository/staging/checkout"),
        "{left}"
    );
}

/// The warnings of a destroy's plan.
async fn destroy_warnings(bench: &Bench, state: &Value) -> String {
    let private = bench.private.lock().unwrap().clone();
    let request = PlanDestroyRequest { prior: state.clone(), private, context: Context::default() };
    let mut diagnostics = Diagnostics::new();
    bench.resource.plan_destroy(&request, &mut diagnostics).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    format!("{diagnostics:?}")
}

#[tokio::test]
async fn a_plan_of_a_destroy_reports_the_requests_that_will_stop() {
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    let group = |backend: &str| {
        let path = Path::root("target_groups").key(backend).attribute("arn");
        state.at(&path).unwrap().as_str().unwrap().to_owned()
    };
    assert_eq!(
        destroy_warnings(&bench, &state).await,
        format!("{:?}", Diagnostics::new()),
        "nothing is served"
    );
    bench.fake.set_requests_per_minute(&group("blue"), 110.2);
    bench.fake.set_requests_per_minute(&group("green"), 12.0);
    let told = destroy_warnings(&bench, &state).await;
    assert!(told.contains("serves 123 requests per minute, which will stop"), "{told}");
    assert_eq!(changing(&bench), Vec::<&str>::new());

    bench.fake.fail("GetMetricData", Moment::BeforeEffect, ErrorKind::AccessDenied, 1);
    let told = destroy_warnings(&bench, &state).await;
    assert_eq!(told, format!("{:?}", Diagnostics::new()), "quiet where metrics can't be read");
}

#[tokio::test]
async fn a_plan_of_a_destroy_warns_of_what_aws_would_refuse() {
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    bench.fake.push_image("checkout", "1.0.0", "content").unwrap();
    let rule = foreign_rule(&bench, &state, "blue").await;
    let told = destroy_warnings(&bench, &state).await;
    assert!(told.contains("holds images") && told.contains(&rule), "{told}");
}

#[tokio::test]
async fn a_plan_of_a_replacement_reports_the_requests_and_claims_no_group_that_serves_on() {
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    let arn = state.at(&Path::root("target_groups").key("blue").attribute("arn")).unwrap();
    bench.fake.set_requests_per_minute(arn.as_str().unwrap(), 60.0);
    let mut config = bench.config((90, 10));
    config["environment"] = json!("staging");
    let replacement = bench.replace(&state, &config).await;
    let told = format!("{:?}", replacement.warnings);
    assert!(told.contains("serves 60 requests per minute, which will stop"), "{told}");
    assert!(!told.contains("serves on"), "{told}");
    assert!(replacement.created.is_some(), "{:?}", replacement.deleted.diagnostics);
}

#[tokio::test]
async fn no_broken_image_pointer_keeps_an_app_from_being_destroyed() {
    for (value, kind) in [("no tag at all", "String"), ("a,b c", "StringList"), ("AQICAHh", "SecureString")] {
        let (bench, state) = applied(|bench| bench.config((90, 10))).await;
        let platform = Bench::new().await.fake.inventory();
        bench.fake.set_parameter("/ipsy/prod/checkout/image", value, kind_of(kind));
        let refreshed = bench.refresh(&state).await;
        let told = format!("{:?}", refreshed.diagnostics);
        assert!(!refreshed.diagnostics.has_errors(), "{told}");
        assert!(told.contains("/ipsy/prod/checkout/image") && told.contains(kind), "{told}");
        let gone = bench.destroy(&refreshed.state.unwrap()).await;
        assert!(gone.state.is_none(), "{:?}", gone.diagnostics);
        assert_eq!(bench.fake.inventory(), platform);
    }
    let (bench, state) = applied(|bench| bench.config((90, 10))).await;
    bench.fake.aws().parameters.delete("/ipsy/prod/checkout/image").await.unwrap();
    let refreshed = bench.refresh(&state).await.state.unwrap();
    assert!(bench.destroy(&refreshed).await.state.is_none());
}

fn kind_of(name: &str) -> ParameterKind {
    match name {
        "SecureString" => ParameterKind::Secure,
        "StringList" => ParameterKind::TextList,
        _ => ParameterKind::Text,
    }
}
