//! Objects that a killed update has made, and whose configuration was then reverted: no state knows of them.

use ipsy_aws::{HealthCheck, NewParameter, NewPodIdentity, NewTargetGroup, Tags};

use super::*;

/// The tags of an object that the killed update has made.
async fn tags(bench: &Bench, component: &str) -> Tags {
    let mut tags = bench.fake.aws().roles.get("checkout-prod").await.unwrap().unwrap().tags;
    tags.insert("ipsy:component".into(), component.into());
    tags
}

async fn target_group(bench: &Bench, name: &str, tags: Tags) {
    let group = NewTargetGroup {
        name: name.into(),
        protocol: "HTTP".into(),
        protocol_version: "HTTP1".into(),
        port: 9090,
        vpc_id: "vpc-1".into(),
        target_type: "ip".into(),
        ip_address_type: "ipv4".into(),
        health_check: HealthCheck::default(),
        tags,
    };
    bench.fake.aws().target_groups.create(&group).await.unwrap();
}

async fn association(bench: &Bench, tags: Tags) {
    let association = NewPodIdentity {
        cluster: "eks-green".into(),
        namespace: "elsewhere".into(),
        service_account: "checkout".into(),
        role_arn: "arn:aws:iam::123456789012:role/checkout-prod".into(),
        target_role_arn: None,
        disable_session_tags: false,
        client_request_token: "t".into(),
        tags,
    };
    bench.fake.aws().pod_identities.create(&association).await.unwrap();
}

#[tokio::test]
async fn a_refresh_shows_them_and_the_next_apply_deletes_them() {
    let bench = Bench::new().await;
    let config = bench.config((90, 10));
    let state = bench.apply(None, &config).await.state.unwrap();
    let whole = bench.fake.inventory();
    target_group(&bench, "checkout-orphan", tags(&bench, "target_group/blue").await).await;
    association(&bench, tags(&bench, "pod_identity/green").await).await;

    let refreshed = bench.refresh(&state).await.state.unwrap();
    let shown = refreshed.attribute("infrastructure").as_map().unwrap();
    let orphans: Vec<&String> = shown.keys().filter(|key| key.starts_with("orphan/")).collect();
    assert_eq!(orphans.len(), 2, "{orphans:?}");
    let (planned, _) = bench.plan(Some(&refreshed), &config).await;
    assert_ne!(planned, refreshed, "the plan shows that something has to go");
    let before = bench.fake.calls().len();
    let outcome = bench.apply(Some(&refreshed), &config).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    assert_eq!(bench.fake.inventory(), whole);
    let calls = bench.fake.calls().split_off(before);
    let lists: Vec<&str> = calls
        .iter()
        .filter(|call| call.operation == "GetResources")
        .map(|call| call.object.as_str())
        .collect();
    let [own] = lists.as_slice() else { panic!("an apply lists once: {lists:?}") };
    assert!(own.starts_with("ipsy:owner="), "it lists its own app alone: {own}");
    assert_eq!(bench.refresh(&outcome.state.unwrap()).await.state.unwrap(), state);
}

#[tokio::test]
async fn a_rule_on_another_listener_is_found_with_the_group_that_it_uses() {
    let bench = Bench::new().await;
    let second = bench.fake.add_listener(&bench.listener, 8443);
    let platform = bench.fake.inventory();
    let state = bench.apply(None, &bench.config((90, 10))).await.state.unwrap();
    let rules = bench.fake.aws().listener_rules;
    let ours = rules.by_listener(&bench.listener).await.unwrap().remove(0);
    let copied = ipsy_aws::NewRule {
        listener_arn: second,
        priority: 10,
        conditions: ours.conditions,
        actions: ours.actions,
        tags: tags(&bench, "listener_rule").await,
    };
    rules.create(&copied).await.unwrap();
    let gone = bench.destroy(&state).await;
    assert!(gone.state.is_none(), "{:?}", gone.diagnostics);
    assert_eq!(bench.fake.inventory(), platform);
}

#[tokio::test]
async fn a_destroy_leaves_none_and_touches_nothing_of_others() {
    let bench = Bench::new().await;
    let platform = bench.fake.inventory();
    let state = bench.apply(None, &bench.config((90, 10))).await.state.unwrap();
    target_group(&bench, "checkout-orphan", tags(&bench, "target_group/blue").await).await;
    association(&bench, tags(&bench, "pod_identity/green").await).await;
    make_role(&bench, "checkout-before", tags(&bench, "role").await).await;
    let policy = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    bench.fake.aws().roles.attach_policy("checkout-before", policy).await.unwrap();
    // Of another owner: the tags are those of the app, the owner id is not.
    let mut theirs = tags(&bench, "target_group/blue").await;
    theirs.insert("ipsy:owner".into(), "of-another-app".into());
    target_group(&bench, "checkout-theirs", theirs).await;

    let gone = bench.destroy(&state).await;
    assert!(gone.state.is_none(), "{:?}", gone.diagnostics);
    let left: Vec<String> =
        bench.fake.inventory().into_iter().filter(|object| !platform.contains(object)).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].contains("checkout-theirs"), "{left:?}");
}

#[tokio::test]
async fn a_lost_private_state_hides_none() {
    let bench = Bench::new().await;
    let platform = bench.fake.inventory();
    let state = bench.apply(None, &bench.config((90, 10))).await.state.unwrap();
    target_group(&bench, "checkout-orphan", tags(&bench, "target_group/blue").await).await;
    // Terraform drops the private state of a resource when the provider is killed during an update.
    *bench.private.lock().unwrap() = Private::new();
    let refreshed = bench.refresh(&state).await.state.unwrap();
    let shown = refreshed.attribute("infrastructure").as_map().unwrap();
    assert!(shown.keys().any(|key| key.starts_with("orphan/")), "{:?}", shown.keys());
    let gone = bench.destroy(&state).await;
    assert!(gone.state.is_none(), "{:?}", gone.diagnostics);
    assert_eq!(bench.fake.inventory(), platform);
}

#[tokio::test]
async fn parameters_are_found_whatever_form_the_name_has() {
    let bench = Bench::new().await;
    let platform = bench.fake.inventory();
    let mut config = bench.config((90, 10));
    config["image"]["parameter"] = json!("checkout-image");
    let state = bench.apply(None, &config).await.state.unwrap();
    for name in ["/ipsy/prod/before/image", "image-before"] {
        let parameter = NewParameter {
            name: name.into(),
            value: "1.0.0".into(),
            description: String::new(),
            tags: tags(&bench, "image_parameter").await,
        };
        bench.fake.aws().parameters.create(&parameter).await.unwrap();
    }
    let gone = bench.destroy(&state).await;
    assert!(gone.state.is_none(), "{:?}", gone.diagnostics);
    assert_eq!(bench.fake.inventory(), platform);
}
