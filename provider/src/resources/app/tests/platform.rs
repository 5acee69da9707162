//! An app that uses the defaults of the platform, while the platform team changes them.

use super::*;

/// Standards whose platform has a listener and a cluster.
fn standards(listener: &str, cluster: &str) -> StandardsDocument {
    let text = format!(
        "apiVersion: ipsy.dev/v1\nkind: Standards\nplatform:\n  listenerArn: {listener}\n  priorities: {{from: 100, to: \
         200}}\n  domain: example.com\n  clusters: {{main: {{cluster: {cluster}}}}}\n"
    );
    StandardsDocument::from_yaml(&text, "standards.yaml").unwrap()
}

fn small() -> Json {
    json!({ "name": "shop", "environment": "prod", "port": { "http": { "port": 8080 } } })
}

async fn rules(bench: &Bench, listener: &str) -> usize {
    bench.fake.aws().listener_rules.by_listener(listener).await.unwrap().len()
}

#[tokio::test]
async fn recorded_defaults_hold_until_the_next_apply() {
    let bench = Bench::new().await;
    let old = bench.listener.clone();
    *bench.standards.lock().unwrap() = standards(&old, "eks-blue");
    let outcome = bench.apply(None, &small()).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    let state = outcome.state.unwrap();
    let made = rules(&bench, &old).await;
    assert!(text(&state, "platform").contains(&old) && values_of(&state, "main").is_some());

    let new = bench.fake.add_listener(&old, 8443);
    *bench.standards.lock().unwrap() = standards(&new, "eks-green");
    bench.new_walk().await;
    let refreshed = bench.refresh(&state).await;
    assert!(refreshed.diagnostics.is_empty(), "{:?}", refreshed.diagnostics);
    assert_eq!(refreshed.state.as_ref(), Some(&state), "a refresh looks at the old listener");
    let (planned, diagnostics) = bench.plan(Some(&state), &small()).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    assert!(text(&planned, "platform").contains(&new));

    let destroyed = bench.destroy(&state).await;
    assert!(destroyed.state.is_none() && destroyed.diagnostics.is_empty(), "{:?}", destroyed.diagnostics);
    assert_eq!(rules(&bench, &old).await, made - 1, "a destroy deletes the old rule");
}

#[tokio::test]
async fn an_app_that_moves_to_the_new_listener_leaves_the_old_one() {
    let bench = Bench::new().await;
    let old = bench.listener.clone();
    *bench.standards.lock().unwrap() = standards(&old, "eks-blue");
    let state = bench.apply(None, &small()).await.state.unwrap();
    let made = rules(&bench, &old).await;
    let new = bench.fake.add_listener(&old, 8443);
    let there = rules(&bench, &new).await;
    *bench.standards.lock().unwrap() = standards(&new, "eks-blue");
    let outcome = bench.apply(Some(&state), &small()).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    assert_eq!((rules(&bench, &old).await, rules(&bench, &new).await), (made - 1, there + 1));
    let state = outcome.state.unwrap();
    let (planned, _) = bench.plan(Some(&state), &small()).await;
    assert_eq!(planned, state, "the second plan is empty");
}

#[tokio::test]
async fn the_controller_takes_the_load_balancer_over() {
    let bench = Bench::new().await;
    *bench.standards.lock().unwrap() = standards(&bench.listener, "eks-blue");
    let state = bench.apply(None, &small()).await.state.unwrap();
    assert_ne!(values_of(&state, "main").unwrap()["targetGroups"], json!({}));
    let made = rules(&bench, &bench.listener).await;
    let mut config = small();
    config["load_balancer"] = json!({ "owner": "controller", "hosts": ["shop.example.com"] });
    let outcome = bench.apply(Some(&state), &config).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    let values = values_of(&outcome.state.unwrap(), "main").unwrap();
    assert_eq!((&values["targetGroups"], &values["ingress"]["enabled"]), (&json!({}), &json!(true)));
    assert_eq!(rules(&bench, &bench.listener).await, made - 1);
}
