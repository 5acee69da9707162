//! Every field of the standard chart, set from HCL: `examples/whole-app`, planned by real Terraform and rendered by real
//! Helm.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use acceptance::helm::Helm;
use acceptance::terraform::{Plan, Terraform};
use acceptance::workspace;
use serde_json::Value;

use crate::fixture;

/// Fields that no example sets, with the reason.
const NOT_SET: [(&str, &str); 3] = [
    ("/properties/global", "Helm sets it"),
    ("/properties/targetGroups/~/properties/arn", "the provider binds by name"),
    (
        "/properties/migration/properties/serviceAccountAnnotations/~",
        "only with IAM roles for service accounts",
    ),
];

#[test]
fn one_example_sets_every_field_of_the_chart_and_helm_renders_it() {
    let aws = fixture::aws();
    let plan = example(&aws).plan().unwrap();
    let schema = fs::read_to_string(chart().join("values.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let (mut known, mut set) = (BTreeSet::new(), BTreeSet::new());
    fields(&schema, "", &schema, &mut BTreeSet::new(), &mut known);
    for values in [output(&plan, "values"), output(&plan, "values_behind_the_controller")] {
        mark(&schema, "", &values, &schema, &mut set);
    }
    assert!(known.len() > 200, "{} fields", known.len());
    let excused = |field: &&String| !NOT_SET.iter().any(|(path, _)| field.starts_with(path));
    let missing: Vec<&String> = known.difference(&set).filter(excused).collect();
    assert!(missing.is_empty(), "the example does not set these:\n{missing:#?}");

    let rendered = |name: &str| render(&output(&plan, name));
    let whole = rendered("values");
    for kind in [
        "Deployment",
        "CronJob",
        "ScaledObject",
        "ServiceMonitor",
        "TargetGroupBinding",
        "NetworkPolicy",
        "CapacityBuffer",
    ] {
        assert!(whole.contains(&format!("kind: {kind}\n")), "no {kind}:\n{whole}");
    }
    for text in [
        "example.com/from: extra-values",
        "name: checkout-marker",
        "timeZone: \"Europe/Berlin\"",
        "- NET_BIND_SERVICE",
    ] {
        assert!(whole.contains(text), "no {text}:\n{whole}");
    }
    let other = rendered("values_behind_the_controller");
    for kind in ["Rollout", "Ingress", "HTTPRoute", "SecretProviderClass"] {
        assert!(other.contains(&format!("kind: {kind}\n")), "no {kind}:\n{other}");
    }
    assert!(!other.contains("kind: TargetGroupBinding"), "the load balancer has one owner:\n{other}");
}

#[test]
fn what_the_chart_refuses_is_told_at_plan_at_its_argument() {
    let aws = fixture::aws();
    let terraform = example(&aws);
    terraform.replace("main.tf", "\"0 3 * * *\"", "\"every night\"").unwrap();
    terraform.replace("main.tf", "spot_percent        = 90", "spot_percent        = 190").unwrap();
    terraform
        .replace("main.tf", "arch                = \"arm64\"", "arch                = \"sparc\"")
        .unwrap();
    let told = terraform.try_plan().unwrap();
    let text = format!("{}{}", told.stdout, told.stderr);
    for line in ["\"every night\"", "spot_percent        = 190", "arch                = \"sparc\""] {
        assert!(text.contains(line), "nothing points at {line}:\n{text}");
    }
}

#[test]
fn a_refused_extra_value_is_named_and_not_shown() {
    let aws = fixture::aws();
    let terraform = example(&aws);
    let secret = "hunter2-canary";
    terraform
        .replace("main.tf", "\"example.com/from\" = \"extra-values\"", "\"example.com/from\" = 1")
        .unwrap();
    let values = format!("  extra_values = jsonencode({{\n    service = {{ type = \"{secret}\" }}");
    terraform.replace("main.tf", "  extra_values = jsonencode({", &values).unwrap();
    let told = terraform.try_plan().unwrap();
    let text = format!("{}{}", told.stdout, told.stderr);
    for field in ["podAnnotations.example.com/from", "service.type"] {
        assert!(text.contains(&format!("`{field}`")), "{field} is not named:\n{text}");
    }
    let shown = text
        .lines()
        .any(|line| line.contains(secret) && !line.contains("jsonencode") && !line.contains("type ="));
    assert!(!shown, "the value is shown:\n{text}");
}

fn example(aws: &acceptance::aws_bench::AwsBench) -> Terraform {
    let folder = workspace::root().join("examples/whole-app");
    let mut terraform =
        Terraform::copy_of(&folder, fixture::tools(), fixture::programs()).unwrap().against(aws);
    terraform.variable("listener_arn", &aws.platform.listener_arn);
    terraform.variable("cluster", &aws.platform.clusters[0]);
    terraform.init().unwrap();
    terraform
}

fn output(plan: &Plan, name: &str) -> Value {
    let text = plan.document["planned_values"]["outputs"][name]["value"].as_str();
    assert!(text.is_some(), "`{name}` is not known at plan:\n{}", plan.text);
    serde_json::from_str(text.unwrap()).unwrap()
}

fn chart() -> PathBuf {
    workspace::root().join("examples/charts/ipsy-app")
}

fn render(values: &Value) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.json");
    fs::write(&file, values.to_string()).unwrap();
    let helm = Helm::three(fixture::tools(), &fixture::programs().post_renderer).unwrap();
    helm.template("checkout", &chart(), &file).unwrap().ok().unwrap().stdout
}

/// Steps from a node of the schema to those inside: properties by name, and `~` for any name or element.
fn inside<'s>(node: &'s Value, at: &str) -> Vec<(Option<&'s str>, String, &'s Value)> {
    let mut found = Vec::new();
    for (name, child) in node["properties"].as_object().into_iter().flatten() {
        found.push((Some(name.as_str()), format!("{at}/properties/{name}"), child));
    }
    let patterns = node["patternProperties"].as_object().into_iter().flatten().map(|(_, child)| child);
    for child in patterns.chain([&node["additionalProperties"], &node["items"]]) {
        if child.is_object() {
            found.push((None, format!("{at}/~"), child));
        }
    }
    found
}

/// The nodes that `node` stands for: itself, what it refers to, and what must hold as well.
fn nodes<'s>(node: &'s Value, at: &str, schema: &'s Value) -> Vec<(String, &'s Value)> {
    let mut found = vec![(at.to_owned(), node)];
    if let Some(pointer) = node["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        found.extend(nodes(schema.pointer(pointer).unwrap(), pointer, schema));
    }
    for (index, part) in node["allOf"].as_array().into_iter().flatten().enumerate() {
        found.extend(nodes(part, &format!("{at}/allOf/{index}"), schema));
    }
    found
}

/// All fields of the schema; those of a definition once.
fn fields(node: &Value, at: &str, schema: &Value, seen: &mut BTreeSet<String>, found: &mut BTreeSet<String>) {
    for (at, node) in nodes(node, at, schema) {
        if seen.insert(at.clone()) {
            for (name, path, child) in inside(node, &at) {
                // A property without words of its own only narrows one that is described elsewhere.
                if name.is_none() || child["description"].is_string() {
                    found.insert(path.clone());
                }
                fields(child, &path, schema, seen, found);
            }
        }
    }
}

/// The fields of the schema that `value` has.
fn mark(node: &Value, at: &str, value: &Value, schema: &Value, set: &mut BTreeSet<String>) {
    for (at, node) in nodes(node, at, schema) {
        for (name, path, child) in inside(node, &at) {
            let others = |key: &String| node["properties"].get(key).is_none();
            let held: Vec<&Value> = match (name, value) {
                (Some(name), Value::Object(members)) => members.get(name).into_iter().collect(),
                (None, Value::Object(members)) => {
                    members.iter().filter(|(key, _)| others(key)).map(|(_, value)| value).collect()
                }
                (None, Value::Array(elements)) => elements.iter().collect(),
                _ => Vec::new(),
            };
            for value in held {
                set.insert(path.clone());
                mark(child, &path, value, schema, set);
            }
        }
    }
}
