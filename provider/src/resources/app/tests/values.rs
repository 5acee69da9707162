//! Each backend has its own values; changes of other backends do not affect them.

use provider_framework::Severity;

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
    assert_eq!(bound(&golden), ["checkout-prod-blue-fefe9aeb"]);

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
    let values: Json = serde_json::from_str(text(&planned, "values")).unwrap();
    let problems = contract::problems(&values).join("\n");
    let reason =
        "use values_by_backend of ipsy_app instead of values: the app has several clusters (blue, green)";
    assert!(problems.contains(reason), "{problems}");
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

/// The plan's errors: their paths in HCL, with the summaries and details.
async fn refusals(config: &Json) -> Vec<(String, String)> {
    let bench = Bench::new().await;
    let mut whole = bench.config((100, 0));
    for (name, value) in config.as_object().unwrap() {
        whole[name] = value.clone();
    }
    let (_, diagnostics) = bench.plan(None, &whole).await;
    let told = diagnostics.iter().filter(|one| one.severity == Severity::Error);
    told.map(|one| {
        let path = one.path.as_ref().map(ToString::to_string).unwrap_or_default();
        (path, format!("{} {}", one.summary, one.detail))
    })
    .collect()
}

#[tokio::test]
async fn a_refused_value_is_told_at_the_argument_that_it_comes_from() {
    let config = json!({
        "worker": { "events": { "placement": { "arch": "sparc" } }, "Bad_Name": {} },
        "cron": { "nightly": { "schedule": "at night" } },
        "disruption_budget": { "max_unavailable": "1", "min_available": "1" },
        "volume": { "data": { "mount_path": "/data" } },
    });
    let told = refusals(&config).await;
    for (path, reason) in [
        ("worker[\"events\"].placement.arch", "sparc"),
        ("worker[\"Bad_Name\"]", "Bad_Name"),
        ("cron[\"nightly\"].schedule", "does not match"),
        ("disruption_budget", "at most one of `maxUnavailable`, `minAvailable`"),
        ("volume[\"data\"]", "exactly one of `emptyDir`, `claim`, `configMap`, `secret`"),
    ] {
        let found = told.iter().any(|(place, text)| place == path && text.contains(reason));
        assert!(found, "no finding reports {reason} at {path}: {told:#?}");
    }
    assert_eq!(told.len(), 5, "each once, although two clusters have the value: {told:#?}");
}

#[tokio::test]
async fn extra_values_are_merged_last_into_the_values_of_every_backend() {
    let bench = Bench::new().await;
    let mut config = bench.config((100, 0));
    config["env"] = json!({ "A": "1", "B": "2" });
    config["service"] = json!({ "type": "NodePort" });
    let extra =
        json!({ "env": { "B": "3" }, "service": { "type": "ClusterIP" }, "volumes": { "tmp": null } });
    config["extra_values"] = json!(extra.to_string());
    let (planned, diagnostics) = bench.plan(None, &config).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    for backend in ["blue", "green"] {
        let values = values_of(&planned, backend).unwrap();
        assert_eq!(values["env"], json!({ "A": "1", "B": "3" }), "{backend}");
        assert_eq!(
            (&values["service"]["type"], &values["volumes"]["tmp"]),
            (&json!("ClusterIP"), &Json::Null)
        );
    }
}

#[tokio::test]
async fn a_refused_extra_value_is_named_without_its_content() {
    let extra = json!({ "service": { "type": "hunter2" }, "replicas": -7, "unknown": "hunter2" });
    let told = refusals(&json!({ "extra_values": extra.to_string() })).await;
    assert_eq!(told.len(), 3, "{told:#?}");
    for field in ["`service.type`", "`replicas`", "`unknown`"] {
        let found = told.iter().any(|(path, text)| path == "extra_values" && text.contains(field));
        assert!(found, "{field}: {told:#?}");
    }
    let shown = format!("{told:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("-7"), "{shown}");
}

#[tokio::test]
async fn values_wait_for_unknown_extra_values() {
    let bench = Bench::new().await;
    let mut config = schema::schema().encode(&bench.config((100, 0))).unwrap();
    config.set(&Path::root("extra_values"), Value::Unknown);
    let (planned, diagnostics) = bench.plan_configuration(None, config).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    assert!(planned.attribute("values_by_backend").is_unknown());
}

#[tokio::test]
async fn a_binding_is_of_its_own_backend_alone() {
    let bench = Bench::new().await;
    let mut config = bench.config((100, 0));
    config["backend"]["blue"]["binding"] = json!({ "multi_cluster": true });
    let (planned, diagnostics) = bench.plan(None, &config).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let shared = |backend: &str| {
        let values = values_of(&planned, backend).unwrap();
        let groups = values["targetGroups"].as_object().unwrap();
        groups.values().map(|group| group["multiCluster"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((shared("blue"), shared("green")), (vec![json!(true)], vec![Json::Null]));
}

#[tokio::test]
async fn a_named_service_account_gets_the_role() {
    let bench = Bench::new().await;
    let mut config = bench.config((100, 0));
    config["service_account"] = json!({ "name": "shared" });
    let (planned, _) = bench.plan(None, &config).await;
    assert_eq!(values_of(&planned, "blue").unwrap()["serviceAccount"]["name"], "shared");
    let objects = planned.attribute("infrastructure").to_json().to_string();
    assert!(objects.contains("shared"), "{objects}");
}

#[tokio::test]
async fn a_queue_scales_from_zero_and_adds_no_metric_of_pods() {
    let bench = Bench::new().await;
    let mut config = bench.config((100, 0));
    let queue =
        json!({ "sqs_queue_url": "https://sqs.us-east-1.amazonaws.com/123456789012/orders", "target": 10 });
    config["autoscaling"] = json!({ "min": 0, "metric": { "queue": queue } });
    let (planned, diagnostics) = bench.plan(None, &config).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let scaling = &values_of(&planned, "blue").unwrap()["autoscaling"];
    assert_eq!((&scaling["min"], &scaling["max"]), (&json!(0), &json!(10)));
    assert_eq!(scaling["metrics"].as_object().unwrap().keys().collect::<Vec<_>>(), ["queue"]);
    let told =
        refusals(&json!({ "autoscaling": { "metric": { "cpuu": { "target_utilization": 60 } } } })).await;
    assert!(told.iter().any(|(path, _)| path.starts_with("autoscaling.metric[\"cpuu\"]")), "{told:#?}");
}

#[tokio::test]
async fn values_of_one_cluster_change_no_other() {
    let bench = Bench::new().await;
    let mut config = bench.config((100, 0));
    let (before, _) = bench.plan(None, &config).await;
    let own = json!({ "replicas": 6, "placement": { "arch": "arm64" } });
    config["backend"]["green"]["extra_values"] = json!(own.to_string());
    let (planned, diagnostics) = bench.plan(None, &config).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    assert_eq!(values_of(&planned, "blue"), values_of(&before, "blue"));
    let green = values_of(&planned, "green").unwrap();
    assert_eq!((&green["replicas"], &green["placement"]["arch"]), (&json!(6), &json!("arm64")));

    let wrong = json!({ "placement": { "arch": "sparc" } });
    config["backend"]["green"]["extra_values"] = json!(wrong.to_string());
    let (_, diagnostics) = bench.plan(None, &config).await;
    let places: Vec<String> =
        diagnostics.iter().filter_map(|one| Some(one.path.as_ref()?.to_string())).collect();
    assert!(
        places.iter().any(|place| place == "backend[\"green\"].extra_values"),
        "{places:?} {diagnostics:?}"
    );
}

#[tokio::test]
async fn replicas_and_placement_of_a_backend_are_in_its_values_alone() {
    let bench = Bench::new().await;
    let mut config = bench.config((100, 0));
    let (before, _) = bench.plan(None, &config).await;
    let toleration = json!([{ "key": "spot", "operator": "Exists" }]);
    config["placement"] = json!({ "arch": "arm64", "spot_percent": 20 });
    config["backend"]["green"]["placement"] = json!({ "spot_percent": 70, "toleration": toleration });
    config["backend"]["green"]["replicas"] = json!(6);
    config["backend"]["blue"]["placement"] = json!({ "arch": "amd64", "spot_percent": 0 });
    config["backend"]["blue"]["extra_values"] =
        json!(json!({ "placement": { "spotPercent": 10 } }).to_string());
    let (planned, diagnostics) = bench.plan(None, &config).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let (blue, green) = (values_of(&planned, "blue").unwrap(), values_of(&planned, "green").unwrap());
    assert_eq!(blue["placement"], json!({ "arch": "amd64", "spotPercent": 10 }));
    assert_eq!(blue["replicas"], values_of(&before, "blue").unwrap()["replicas"]);
    let tolerations = json!([{ "key": "spot", "operator": "Exists" }]);
    assert_eq!(green["placement"], json!({ "arch": "arm64", "spotPercent": 70, "tolerations": tolerations }));
    assert_eq!(green["replicas"], 6);

    config["autoscaling"] = json!({ "min": 2, "max": 10 });
    config["backend"]["green"].as_object_mut().unwrap().remove("replicas");
    config["backend"]["green"]["autoscaling"] = json!({ "max": 30 });
    let (planned, diagnostics) = bench.plan(None, &config).await;
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let bounds = |backend: &str| {
        let values = values_of(&planned, backend).unwrap();
        (values["autoscaling"]["min"].clone(), values["autoscaling"]["max"].clone())
    };
    assert_eq!((bounds("blue"), bounds("green")), ((json!(2), json!(10)), (json!(2), json!(30))));
}

#[tokio::test]
async fn numbers_of_pods_of_a_backend_go_with_the_scaling_of_the_app() {
    let cluster = |more: Json| {
        let mut backend = json!({ "cluster": "eks-blue", "weight": 100 });
        backend.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "blue": backend })
    };
    let group = json!({ "blue": {
        "target_group_arn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/1",
        "weight": 100,
        "placement": { "arch": "arm64" },
    } });
    for (config, place) in [
        (json!({ "backend": cluster(json!({ "autoscaling": { "max": 3 } })) }), "autoscaling"),
        (json!({ "autoscaling": { "min": 2 }, "backend": cluster(json!({ "replicas": 3 })) }), "replicas"),
        (
            json!({ "autoscaling": { "min": 4, "max": 8 }, "backend": cluster(json!({ "autoscaling": { "max": 3 } })) }),
            "autoscaling.max",
        ),
        (json!({ "backend": cluster(json!({ "placement": { "arch": "sparc" } })) }), "placement.arch"),
        (json!({ "backend": group }), "placement"),
    ] {
        let told = refusals(&config).await;
        let place = format!("backend[\"blue\"].{place}");
        assert!(told.iter().any(|(path, _)| *path == place), "{place}: {told:#?}");
    }
}
