//! Values follow the cluster: each backend has its own, whatever happens to the others.

use super::*;
use crate::app::contract;

/// The steps from one cluster to another, as backends.
fn steps() -> [Json; 6] {
    let backend = |cluster: &str, weight: i64| json!({ "cluster": cluster, "weight": weight });
    [
        json!({ "blue": backend("eks-blue", 100) }),
        json!({ "blue": backend("eks-blue", 100), "green": backend("eks-green", 0) }),
        json!({ "blue": backend("eks-blue", 50), "green": backend("eks-green", 50) }),
        json!({ "blue": backend("eks-blue", 0), "green": backend("eks-green", 100) }),
        json!({
            "blue": backend("eks-blue", 0),
            "green": json!({
                "cluster": "eks-green", "weight": 100, "target_group_name": "checkout-green",
                "oidc_provider_arn": "arn:aws:iam::123456789012:oidc-provider/oidc.example/id/AB",
            }),
        }),
        json!({ "green": backend("eks-green", 100) }),
    ]
}

/// The target groups that `values` bind.
fn bound(values: &Json) -> Vec<&str> {
    let groups = values["targetGroups"].as_object().unwrap().values();
    groups.map(|group| group["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn no_change_of_a_backend_changes_the_values_of_another_one() {
    let bench = Bench::new().await;
    let mut config = bench.config((100, 0));
    let [first, ..] = steps();
    config["backend"] = first;
    let (planned, _) = bench.plan(None, &config).await;
    let golden = values_of(&planned, "blue").unwrap();
    assert_eq!(bound(&golden), ["checkout-prod-blue-e5764cdb"]);

    let mut state = None;
    for backends in steps() {
        config["backend"] = backends.clone();
        let next = bench.apply(state.as_ref(), &config).await.state.unwrap();
        let blue = values_of(&next, "blue");
        assert_eq!(blue, backends.get("blue").map(|_| golden.clone()), "{backends}");
        bench.install().await;
        state = Some(next);
    }
}

#[tokio::test]
async fn values_of_several_clusters_are_refused_with_the_reason() {
    let bench = Bench::new().await;
    let mut config = bench.config((100, 0));
    let [one, two, ..] = steps();
    config["backend"] = one;
    let state = bench.apply(None, &config).await.state.unwrap();
    let values: Json = serde_json::from_str(text(&state, "values")).unwrap();
    assert_eq!(
        Some(values),
        values_of(&state, "blue"),
        "a single cluster has the same values in both places"
    );

    config["backend"] = two;
    let (planned, diagnostics) = bench.plan(Some(&state), &config).await;
    let told: Vec<&str> = diagnostics.iter().map(|one| one.summary.as_str()).collect();
    assert_eq!(told, ["`values` cannot be used: the app has several clusters"]);
    for name in ["values", "values_yaml"] {
        let values: Json = serde_yaml::from_str(text(&planned, name)).unwrap();
        let problems = contract::problems(&values).join("\n");
        let reason =
            "use values_by_backend of ipsy_app instead of values: the app has several clusters (blue, green)";
        assert!(problems.contains(reason), "{problems}");
    }
    let state = bench.apply(Some(&state), &config).await.state.unwrap();
    let (_, diagnostics) = bench.plan(Some(&state), &config).await;
    assert!(diagnostics.is_empty(), "told once: {diagnostics:?}");
}

#[tokio::test]
async fn all_values_are_checked_against_the_chart() {
    let bench = Bench::new().await;
    let mut config = bench.config((100, 0));
    config["env"] = json!({ "A=B": "1" });
    let (_, diagnostics) = bench.plan(None, &config).await;
    assert!(format!("{diagnostics:?}").contains("A=B"), "{diagnostics:?}");
}
