//! Every changing call of a create, an update and a destroy fails in turn, before and after its effect. A
//! create leaves nothing or is whole; the next apply always converges; a destroy leaves nothing.

use std::collections::BTreeMap;

use ipsy_aws::ErrorKind;
use ipsy_aws::fake::Moment;

use super::*;

/// How often each changing operation is called by what `fake` has logged.
fn changing_calls(fake: &Fake) -> BTreeMap<&'static str, u32> {
    let mut counts = BTreeMap::new();
    for operation in fake.operations() {
        if !["Describe", "Get", "List"].iter().any(|read| operation.starts_with(read)) {
            *counts.entry(operation).or_insert(0) += 1;
        }
    }
    counts
}

async fn operations_of_create() -> Vec<&'static str> {
    let bench = Bench::new().await;
    bench.fake.forget_calls();
    bench.apply(None, &bench.config((90, 10))).await;
    changing_calls(&bench.fake).into_keys().collect()
}

#[tokio::test]
async fn a_create_that_fails_anywhere_leaves_nothing_and_the_next_one_converges() {
    let operations = operations_of_create().await;
    assert!(operations.len() >= 10, "{operations:?}");
    for operation in operations {
        for moment in [Moment::BeforeEffect, Moment::AfterEffect] {
            for kind in [ErrorKind::AccessDenied, ErrorKind::Connection] {
                let bench = Bench::new().await;
                let before = bench.fake.inventory();
                bench.fake.fail(operation, moment, kind, 1);
                let first = bench.apply(None, &bench.config((90, 10))).await;
                let point = format!("{operation} {moment:?} {kind:?}");
                if first.diagnostics.has_errors() {
                    assert!(first.state.is_none(), "{point}: a failed create leaves no state");
                    assert_eq!(bench.fake.inventory(), before, "{point}: a failed create leaves nothing");
                }
                let state = if let Some(state) = first.state {
                    state
                } else {
                    let second = bench.apply(None, &bench.config((90, 10))).await;
                    assert!(!second.diagnostics.has_errors(), "{point}: {:?}", second.diagnostics);
                    second.state.unwrap()
                };
                assert_eq!(bench.refresh(&state).await.state.unwrap(), state, "{point}");
                let gone = bench.destroy(&state).await;
                assert!(gone.state.is_none(), "{point}: {:?}", gone.diagnostics);
                assert_eq!(bench.fake.inventory(), before, "{point}: a destroy leaves nothing");
            }
        }
    }
}

#[tokio::test]
async fn an_interrupted_create_is_adopted_by_the_next_one() {
    // A run that was killed has left some of its objects, and no state.
    let bench = Bench::new().await;
    let before = bench.fake.inventory();
    bench.apply(None, &bench.config((90, 10))).await;
    let whole = bench.fake.inventory();
    let outcome = bench.apply(None, &bench.config((90, 10))).await;
    assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
    assert_eq!(bench.fake.inventory(), whole, "no duplicates");
    bench.destroy(&outcome.state.unwrap()).await;
    assert_eq!(bench.fake.inventory(), before);
}

#[tokio::test]
async fn a_failed_update_reports_what_exists_and_the_next_one_does_the_rest() {
    let changed = |bench: &Bench| {
        let mut config = bench.config((50, 50));
        config["port"]["http"]["port"] = json!(9090);
        config["logs"] = json!({ "retention_days": 90 });
        config["tags"] = json!({ "cost": "1" });
        config
    };
    let operations = {
        let bench = Bench::new().await;
        let state = bench.apply(None, &bench.config((90, 10))).await.state.unwrap();
        bench.fake.forget_calls();
        bench.apply(Some(&state), &changed(&bench)).await;
        changing_calls(&bench.fake)
    };
    assert!(operations.len() >= 6, "{operations:?}");
    for operation in operations.into_keys() {
        for moment in [Moment::BeforeEffect, Moment::AfterEffect] {
            let bench = Bench::new().await;
            let before = bench.fake.inventory();
            let state = bench.apply(None, &bench.config((90, 10))).await.state.unwrap();
            bench.fake.fail(operation, moment, ErrorKind::AccessDenied, 1);
            let config = changed(&bench);
            let first = bench.apply(Some(&state), &config).await;
            let point = format!("{operation} {moment:?}");
            let state = first.state.unwrap_or_else(|| panic!("{point}: an update keeps its state"));
            let refreshed = bench.refresh(&state).await.state.unwrap();
            bench.install().await;
            let second = bench.apply(Some(&refreshed), &config).await;
            assert!(!second.diagnostics.has_errors(), "{point}: {:?}", second.diagnostics);
            let state = second.state.unwrap();
            assert_eq!(bench.refresh(&state).await.state.unwrap(), state, "{point}");
            let gone = bench.destroy(&state).await;
            assert!(gone.state.is_none(), "{point}: {:?}", gone.diagnostics);
            assert_eq!(bench.fake.inventory(), before, "{point}: nothing is left");
        }
    }
}

#[tokio::test]
async fn what_could_not_be_removed_is_in_the_next_plan() {
    for operation in ["DeleteRule", "DeleteTargetGroup", "DeletePodIdentityAssociation", "DeleteParameter"] {
        let bench = Bench::new().await;
        let state = bench.apply(None, &bench.config((90, 10))).await.state.unwrap();
        let mut config = bench.config((90, 10));
        config["load_balancer"] = Json::Null;
        config["image"] = json!({ "repository": "checkout", "source": "literal", "tag": "1" });
        config["backend"] = json!({ "blue": { "cluster": "eks-blue" } });
        bench.fake.fail(operation, Moment::BeforeEffect, ErrorKind::AccessDenied, 1);
        let failed = bench.apply(Some(&state), &config).await;
        assert!(failed.diagnostics.has_errors(), "{operation}");
        let state = bench.refresh(&failed.state.unwrap()).await.state.unwrap();
        let (planned, _) = bench.plan(Some(&state), &config).await;
        assert_ne!(planned.attribute("infrastructure"), state.attribute("infrastructure"), "{operation}");
        let mended = bench.apply(Some(&state), &config).await;
        assert!(!mended.diagnostics.has_errors(), "{operation}: {:?}", mended.diagnostics);
        let state = mended.state.unwrap();
        assert_eq!(bench.refresh(&state).await.state.unwrap(), state, "{operation}");
        let fresh = Bench::new().await;
        fresh.apply(None, &config).await;
        let (there, expected) = (bench.fake.inventory(), fresh.fake.inventory());
        assert_eq!(there.len(), expected.len(), "{operation}: {there:?} instead of {expected:?}");
    }
}

#[tokio::test]
async fn a_destroy_that_fails_keeps_the_state_and_the_next_one_finishes() {
    let operations = {
        let bench = Bench::new().await;
        let state = bench.apply(None, &bench.config((90, 10))).await.state.unwrap();
        bench.fake.forget_calls();
        bench.destroy(&state).await;
        changing_calls(&bench.fake)
    };
    assert!(operations.len() >= 6, "{operations:?}");
    for operation in operations.into_keys() {
        let bench = Bench::new().await;
        let before = bench.fake.inventory();
        let state = bench.apply(None, &bench.config((90, 10))).await.state.unwrap();
        bench.fake.fail(operation, Moment::BeforeEffect, ErrorKind::AccessDenied, 1);
        let first = bench.destroy(&state).await;
        assert!(first.diagnostics.has_errors(), "{operation}");
        let kept = first.state.unwrap_or_else(|| panic!("{operation}: the state is kept"));
        let state = bench.refresh(&kept).await.state.unwrap();
        let second = bench.destroy(&state).await;
        assert!(second.state.is_none(), "{operation}: {:?}", second.diagnostics);
        assert_eq!(bench.fake.inventory(), before, "{operation}: nothing is left");
    }
}
