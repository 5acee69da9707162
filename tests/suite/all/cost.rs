//! Costs and requests: the worked example of `cost_compare`, and `requests_total` against what Helm renders.

use std::fs;
use std::path::Path;

use acceptance::helm::Helm;
use acceptance::manifests::objects;
use acceptance::terraform::Terraform;
use acceptance::workspace;
use serde_json::{Value, json};

use crate::fixture;

const PROVIDER: &str =
    "terraform {\n  required_providers {\n    ipsy = {\n      source = \"ipsy/ipsy\"\n    }\n  }\n}\n";

#[test]
fn the_worked_example_states_the_cluster_size_that_the_claim_implies() {
    let example = workspace::root().join("examples/functions/cost_compare/function.tf");
    let terraform = applied(&format!("{PROVIDER}\n{}", fs::read_to_string(example).unwrap()));
    let nodes = terraform.output("implied_nodes").unwrap().as_f64().unwrap();
    assert!((nodes - 52.436_974_789_9).abs() < 1e-9, "{nodes}");
    let expected = json!({ "30": 82.836_538, "52.4": 70.021_154, "100": 42.788_462, "175": -0.120_192 });
    assert_eq!(terraform.output("saving_percent").unwrap(), expected);
    let idle = terraform.output("saving_percent_with_idle_capacity").unwrap();
    assert_eq!(idle, json!(49.266_568));
    let pod = terraform.output("requests_of_a_pod").unwrap();
    assert_eq!(pod["cpu"], json!(0.528_192));
}

/// A service, workers and crons with every kind of container.
const VALUES: &str = r#"{
  "app": {"name": "checkout", "environment": "prod"},
  "image": {"repository": "registry.example.com/checkout", "tag": "1.0.0"},
  "ports": {"http": {"port": 8080}},
  "autoscaling": {"max": 7},
  "resources": {"requests": {"cpu": "250m"}, "limits": {"memory": "1Gi"}},
  "sidecars": {
    "logs": {"native": false, "resources": {"requests": {"cpu": "30m", "memory": "40Mi"}}},
    "proxy": {"order": 10, "resources": {"limits": {"cpu": "70m", "memory": "64Mi"}}},
    "late": {"order": 500, "resources": {"requests": {"cpu": "1m", "memory": "3Gi"}}}
  },
  "initContainers": {"warm-up": {"resources": {"requests": {"cpu": "900m", "memory": "2Gi"}}}},
  "workers": {
    "events": {"autoscaling": {"min": 0, "max": 20, "metrics": {"queue": {
      "sqsQueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/orders", "target": 5
    }}}},
    "mail": {"resources": {"requests": {"cpu": "2", "memory": "100M"}}},
    "fixed": {"replicas": 3}
  },
  "crons": {"cleanup": {"schedule": "0 3 * * *"}, "paused": {"schedule": "0 4 * * *", "suspend": true}},
  "migration": {"enabled": true, "resources": {"requests": {"cpu": "4"}}}
}"#;

#[test]
fn requests_are_those_of_the_pods_that_helm_renders() {
    let rendered = rendered();
    let functions = "locals {\n  total = provider::ipsy::requests_total(file(\"values.json\"))\n}\n\
         output \"total\" {\n  value = local.total\n}\n\
         output \"quantities\" {\n  value = { for text in toset(jsondecode(file(\"quantities.json\"))) : text => \
         provider::ipsy::quantity(text) }\n}\n";
    let terraform = initialised(&format!("{PROVIDER}{functions}"));
    terraform.write("values.json", VALUES).unwrap();
    terraform.write("quantities.json", &json!(quantities(&rendered)).to_string()).unwrap();
    terraform.apply().unwrap();
    let known = terraform.output("quantities").unwrap();
    let (mut minimum, mut maximum) = ([0.0; 3], [0.0; 3]);
    for object in &rendered {
        let Some((template, fewest, most)) = pods(object, &rendered) else { continue };
        let [cpu, memory] = ["cpu", "memory"].map(|resource| request(template, resource, &known));
        for (sum, count) in [(&mut minimum, fewest), (&mut maximum, most)] {
            for (total, one) in sum.iter_mut().zip([1.0, cpu, memory]) {
                *total += one * count;
            }
        }
    }
    let total = terraform.output("total").unwrap();
    for (name, expected) in [("minimum", minimum), ("maximum", maximum)] {
        for (of, expected) in ["pods", "cpu", "memory"].iter().zip(expected) {
            let calculated = total[name][*of].as_f64().unwrap();
            assert!((calculated - expected).abs() < 1e-6, "{name} {of}: {calculated}, rendered {expected}");
        }
    }
    assert_eq!(total["maximum"]["pods"], 7 + 20 + 1 + 3 + 1 + 1);
}

/// The objects of [`VALUES`] by the standard chart.
fn rendered() -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.json");
    fs::write(&file, VALUES).unwrap();
    let helm = Helm::three(fixture::tools(), &fixture::programs().post_renderer).unwrap();
    let chart = workspace::root().join("examples/charts/ipsy-app");
    objects(&template(&helm, &chart, &file)).unwrap()
}

fn template(helm: &Helm, chart: &Path, values: &Path) -> String {
    helm.template("checkout", chart, values).unwrap().ok().unwrap().stdout
}

/// The pod template of a workload, with its minimum and maximum number of pods.
fn pods<'o>(object: &'o Value, all: &[Value]) -> Option<(&'o Value, f64, f64)> {
    match object["kind"].as_str()? {
        "Job" => Some((&object["spec"]["template"], 0.0, 1.0)),
        "CronJob" => {
            let suspended = object["spec"]["suspend"] == true;
            let template = &object["spec"]["jobTemplate"]["spec"]["template"];
            Some((template, 0.0, if suspended { 0.0 } else { 1.0 }))
        }
        "Deployment" => {
            let template = &object["spec"]["template"];
            if let Some(replicas) = object["spec"]["replicas"].as_f64() {
                return Some((template, replicas, replicas));
            }
            let scaler = all
                .iter()
                .find(|scaler| scaler["spec"]["scaleTargetRef"]["name"] == object["metadata"]["name"])?;
            let bound = |names: [&str; 2]| names.iter().find_map(|name| scaler["spec"][*name].as_f64());
            let fewest = bound(["minReplicas", "minReplicaCount"])?;
            Some((template, fewest, bound(["maxReplicas", "maxReplicaCount"])?))
        }
        _ => None,
    }
}

/// What the scheduler counts for a pod, as the documentation of Kubernetes describes it.
fn request(template: &Value, resource: &str, known: &Value) -> f64 {
    let of = |container: &Value| {
        let quantity = container["resources"]["requests"][resource].as_str().unwrap();
        known[quantity].as_f64().unwrap()
    };
    let (mut native, mut starting) = (0.0, 0.0_f64);
    for container in template["spec"]["initContainers"].as_array().into_iter().flatten() {
        if container["restartPolicy"] == "Always" {
            native += of(container);
            starting = starting.max(native);
        } else {
            starting = starting.max(native + of(container));
        }
    }
    let running: f64 = template["spec"]["containers"].as_array().unwrap().iter().map(of).sum();
    starting.max(running + native)
}

/// Every quantity that a container requests.
fn quantities(objects: &[Value]) -> Vec<String> {
    let templates = objects.iter().filter_map(|object| pods(object, objects)).map(|(template, ..)| template);
    let containers = templates.flat_map(|template| {
        ["initContainers", "containers"].map(|kind| template["spec"][kind].as_array()).into_iter().flatten()
    });
    let requests = containers.flatten().map(|container| &container["resources"]["requests"]);
    let texts = requests.flat_map(|requests| ["cpu", "memory"].map(|name| requests[name].as_str().unwrap()));
    texts.map(ToOwned::to_owned).collect()
}

fn initialised(text: &str) -> Terraform {
    let terraform = Terraform::with_configuration(text, fixture::tools(), fixture::programs()).unwrap();
    terraform.init().unwrap();
    terraform
}

fn applied(text: &str) -> Terraform {
    let terraform = initialised(text);
    terraform.apply().unwrap();
    terraform
}
