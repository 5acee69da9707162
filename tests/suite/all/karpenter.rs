//! The node pools of `examples/karpenter` hold every pod that the charts can place: each selector is met by a pool, and
//! each taint on the way is tolerated.

use std::fs;
use std::path::Path;

use acceptance::helm::Helm;
use acceptance::manifests::objects;
use acceptance::workspace;
use serde_json::{Value, json};

use crate::fixture;

const ENVIRONMENTS: [&str; 2] = ["dev", "prod"];

#[test]
fn every_placement_of_the_chart_has_a_pool() {
    let mut pods = Vec::new();
    for spot in [None, Some(0), Some(1), Some(50), Some(100)] {
        for arch in [None, Some("amd64"), Some("arm64")] {
            let mut placement = json!({});
            if let Some(spot) = spot {
                placement["spotPercent"] = json!(spot);
            }
            if let Some(arch) = arch {
                placement["arch"] = json!(arch);
            }
            pods.extend(placed(&placement));
        }
    }
    // A pool by name, as in `examples/whole-app`.
    let general = json!({ "karpenter.sh/nodepool": "general" });
    pods.extend(placed(&json!({ "spotPercent": 90, "arch": "arm64", "nodeSelector": general })));
    pods.extend(over_provisioned());
    assert!(pods.len() > 16 * 3, "a service, a worker and a cron each: {}", pods.len());
    for environment in ENVIRONMENTS {
        let pools = pools(environment);
        for pod in &pods {
            let fits = pools.iter().any(|pool| holds(pool, pod));
            assert!(fits, "no pool of {environment} holds {:#}", placement_of(pod));
            for toleration in pod["tolerations"].as_array().into_iter().flatten() {
                let is_needed = pools.iter().flat_map(taints).any(|taint| tolerates(toleration, taint));
                assert!(is_needed, "no pool of {environment} has a taint for {toleration}");
            }
        }
    }
}

#[test]
fn pods_reach_only_the_capacity_that_they_ask_for() {
    for environment in ENVIRONMENTS {
        let pools = pools(environment);
        let names = |placement: Value| -> Vec<String> {
            let pods = placed(&placement);
            let held = pools.iter().filter(|pool| pods.iter().all(|pod| holds(pool, pod)));
            held.map(|pool| pool["metadata"]["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(json!({})), ["general"], "{environment}");
        assert_eq!(names(json!({ "spotPercent": 0 })), ["general"], "{environment}");
        assert_eq!(names(json!({ "spotPercent": 50 })), ["spot", "general"], "{environment}");
        assert_eq!(names(json!({ "spotPercent": 100 })), ["spot"], "{environment}");
        let missing = json!({ "karpenter.sh/nodepool": "gpu" });
        assert_eq!(names(json!({ "nodeSelector": missing })), Vec::<String>::new(), "{environment}");
    }
}

#[test]
fn pools_refer_to_node_classes_and_share_the_environment_as_documented() {
    let classes = manifests("node-classes");
    let names: Vec<&Value> = classes.iter().map(|class| &class["metadata"]["name"]).collect();
    assert_eq!(names, ["al2023", "bottlerocket"]);
    for (environment, percent) in [("dev", 90), ("prod", 30)] {
        let pools = pools(environment);
        let cores = |pool: &Value| pool["spec"]["limits"]["cpu"].as_str().unwrap().parse::<u64>().unwrap();
        for pool in &pools {
            assert!(names.contains(&&pool["spec"]["template"]["spec"]["nodeClassRef"]["name"]));
        }
        let all: u64 = pools.iter().map(cores).sum();
        let spot: u64 = pools.iter().filter(|pool| pool["metadata"]["name"] == "spot").map(cores).sum();
        assert_eq!(spot * 100, all * percent, "{environment}");
    }
}

fn manifests(name: &str) -> Vec<Value> {
    let path = workspace::root().join("examples/karpenter").join(format!("{name}.yaml"));
    objects(&fs::read_to_string(path).unwrap()).unwrap()
}

fn pools(environment: &str) -> Vec<Value> {
    let pools = manifests(environment);
    assert!(!pools.is_empty() && pools.iter().all(|pool| pool["kind"] == "NodePool"));
    pools
}

/// The pods of a service, a worker and a cron with this placement.
fn placed(placement: &Value) -> Vec<Value> {
    let values = json!({
        "app": { "name": "checkout" },
        "image": { "repository": "registry.example.com/checkout", "tag": "1.0.0" },
        "ports": { "http": { "port": 8080 } },
        "placement": placement,
        "workers": { "events": {} },
        "crons": { "cleanup": { "schedule": "0 3 * * *" } },
    });
    pods(&workspace::root().join("examples/charts/ipsy-app"), &values)
}

/// The placeholder pods of both capacity types and architectures.
fn over_provisioned() -> Vec<Value> {
    let pool = |capacity: &str, arch: &str| {
        let resources = json!({ "cpu": "1", "memory": "2Gi" });
        json!({ "capacityType": capacity, "arch": arch, "replicas": 1, "resources": resources })
    };
    let values = json!({
        "name": "room",
        "pools": {
            "spot": pool("spot", "amd64"),
            "spot-arm": pool("spot", "arm64"),
            "general": pool("on-demand", "amd64"),
            "general-arm": pool("on-demand", "arm64"),
        },
    });
    pods(&workspace::root().join("examples/charts/ipsy-overprovisioner"), &values)
}

/// The pod specifications of what Helm renders.
fn pods(chart: &Path, values: &Value) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.json");
    fs::write(&file, values.to_string()).unwrap();
    let helm = Helm::three(fixture::tools(), &fixture::programs().post_renderer).unwrap();
    let rendered = helm.template("checkout", chart, &file).unwrap().ok().unwrap().stdout;
    let specifications = objects(&rendered).unwrap().into_iter().filter_map(|object| {
        let of = match object["kind"].as_str()? {
            "Deployment" => "/spec/template/spec",
            "CronJob" => "/spec/jobTemplate/spec/template/spec",
            _ => return None,
        };
        object.pointer(of).cloned()
    });
    specifications.collect()
}

/// Whether Karpenter could make a node of the pool for the pod.
fn holds(pool: &Value, pod: &Value) -> bool {
    let required = &pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    assert!(required.is_null(), "the chart renders no required affinity of its own");
    let mut selectors = pod["nodeSelector"].as_object().into_iter().flatten();
    let tolerations: Vec<&Value> = pod["tolerations"].as_array().into_iter().flatten().collect();
    selectors.all(|(key, value)| has_label(pool, key, value))
        && taints(pool).all(|taint| tolerations.iter().any(|toleration| tolerates(toleration, taint)))
}

fn has_label(pool: &Value, key: &str, value: &Value) -> bool {
    if key == "karpenter.sh/nodepool" {
        return pool["metadata"]["name"] == *value;
    }
    let template = &pool["spec"]["template"];
    let requirements = template["spec"]["requirements"].as_array().into_iter().flatten();
    let mut of_key = requirements.filter(|requirement| requirement["key"] == key);
    template["metadata"]["labels"][key] == *value
        || of_key.any(|requirement| {
            requirement["operator"] == "In" && requirement["values"].as_array().unwrap().contains(value)
        })
}

fn taints(pool: &Value) -> impl Iterator<Item = &Value> {
    pool["spec"]["template"]["spec"]["taints"].as_array().into_iter().flatten()
}

fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let any_effect = toleration["effect"].is_null();
    let any_value = toleration["operator"] == "Exists";
    toleration["key"] == taint["key"]
        && (any_value || toleration["value"] == taint["value"])
        && (any_effect || toleration["effect"] == taint["effect"])
}

fn placement_of(pod: &Value) -> Value {
    json!({ "nodeSelector": pod["nodeSelector"], "tolerations": pod["tolerations"] })
}
