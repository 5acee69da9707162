//! A backend that moves to another cluster: the old one serves until the new one does.

use super::*;

/// An app in one cluster, with all requests.
fn config(bench: &Bench, cluster: &str) -> Json {
    let mut config = bench.config((100, 0));
    config["backend"] = json!({ "blue": { "cluster": cluster, "weight": 100 } });
    config
}

async fn weights(bench: &Bench) -> Vec<u16> {
    let rules = bench.fake.aws().listener_rules.by_listener(&bench.listener).await.unwrap();
    let targets = rules[0].forward().unwrap().targets.iter();
    targets.map(|target| target.weight).collect()
}

async fn has_identity(bench: &Bench, cluster: &str) -> bool {
    let identities = bench.fake.aws().pod_identities;
    identities.find(cluster, "checkout", "checkout").await.unwrap().is_some()
}

fn bound(state: &Value) -> Vec<String> {
    let values = values_of(state, "blue").unwrap();
    let groups = values["targetGroups"].as_object().unwrap().values();
    groups.map(|group| group["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn the_old_cluster_serves_until_the_new_one_is_healthy() {
    let bench = Bench::new().await;
    let first = bench.apply(None, &config(&bench, "eks-blue")).await.state.unwrap();
    bench.install().await;
    let moved = config(&bench, "eks-green");
    let (_, told) = bench.plan(Some(&first), &moved).await;
    let told = format!("{told:?}");
    assert!(told.contains("Backend `blue` moves to another cluster") && told.contains("eks-blue"), "{told}");

    let second = bench.apply(Some(&first), &moved).await.state.unwrap();
    let mut now = weights(&bench).await;
    now.sort_unstable();
    assert_eq!(now, [0, 100]);
    assert!(has_identity(&bench, "eks-blue").await && has_identity(&bench, "eks-green").await);
    assert_eq!(bound(&second).len(), 1, "the new cluster's release does not bind the old group");
    assert_ne!(bound(&second), bound(&first));
    assert_eq!(bench.refresh(&second).await.state.unwrap(), second);

    let early = bench.apply(Some(&second), &moved).await;
    assert!(early.diagnostics.has_errors(), "nothing is installed in the new cluster");
    assert!(has_identity(&bench, "eks-blue").await);

    bench.install().await;
    let kept = bench.refresh(&early.state.unwrap()).await.state.unwrap();
    let third = bench.apply(Some(&kept), &moved).await;
    assert!(!third.diagnostics.has_errors(), "{:?}", third.diagnostics);
    let third = third.state.unwrap();
    assert_eq!(weights(&bench).await, [100]);
    assert!(!has_identity(&bench, "eks-blue").await && has_identity(&bench, "eks-green").await);
    assert_eq!(bench.refresh(&third).await.state.unwrap(), third);
}

#[tokio::test]
async fn the_old_clusters_tokens_are_trusted_until_the_new_one_serves() {
    let bench = Bench::new().await;
    let provider = |id: &str| format!("arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/{id}");
    let with_provider = |cluster: &str, id: &str| {
        let mut config = config(&bench, cluster);
        config["backend"]["blue"]["oidc_provider_arn"] = json!(provider(id));
        config
    };
    let first = bench.apply(None, &with_provider("eks-blue", "BLUE")).await.state.unwrap();
    let second = bench.apply(Some(&first), &with_provider("eks-green", "GREEN")).await.state.unwrap();
    let role = bench.fake.aws().roles.get("checkout-prod").await.unwrap().unwrap();
    assert!(["BLUE", "GREEN"].iter().all(|id| role.trust_policy.contains(id)), "{}", role.trust_policy);
    assert_eq!(bench.refresh(&second).await.state.unwrap(), second);
}

#[tokio::test]
async fn one_target_group_never_belongs_to_two_clusters() {
    let bench = Bench::new().await;
    let named = |cluster: &str| {
        let mut config = config(&bench, cluster);
        config["backend"]["blue"]["target_group_name"] = json!("checkout-legacy");
        config
    };
    let first = bench.apply(None, &named("eks-blue")).await.state.unwrap();
    let (_, told) = bench.plan(Some(&first), &named("eks-green")).await;
    let told = format!("{told:?}");
    assert!(told.contains("keeps its target group in another cluster"), "{told}");
}

#[tokio::test]
async fn a_move_that_is_taken_back_changes_no_weights() {
    let bench = Bench::new().await;
    let first = bench.apply(None, &config(&bench, "eks-blue")).await.state.unwrap();
    let second = bench.apply(Some(&first), &config(&bench, "eks-green")).await.state.unwrap();
    let third = bench.apply(Some(&second), &config(&bench, "eks-blue")).await;
    assert!(!third.diagnostics.has_errors(), "{:?}", third.diagnostics);
    assert_eq!(third.state.unwrap(), first);
    assert_eq!(weights(&bench).await, [100]);
}

#[tokio::test]
async fn a_backend_without_requests_enters_with_nothing_after_a_move() {
    let bench = Bench::new().await;
    let mut config = bench.config((100, 0));
    let state = bench.apply(None, &config).await.state.unwrap();
    bench.fake.add_cluster("eks-red", "vpc-1");
    config["backend"]["green"] = json!({ "cluster": "eks-red", "weight": 50 });
    let moved = bench.apply(Some(&state), &config).await;
    assert!(!moved.diagnostics.has_errors(), "{:?}", moved.diagnostics);
    let mut now = weights(&bench).await;
    now.sort_unstable();
    assert_eq!(now, [0, 100], "nothing is installed there");
}
