//! What holds for everything that the charts render, checked over the stored renders of all cases.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use acceptance::manifests::{difference, objects};
use serde_json::Value;

use super::{CHARTS, chart_folder, data_folder, entries, expect_none, goldens, stem};

/// Templates that may render several kinds, or none.
const EXEMPT: [&str; 2] = ["extra-objects", "checks"];

/// The labels that a selector may hold.
const SELECTING: [&str; 3] =
    ["app.kubernetes.io/component", "app.kubernetes.io/instance", "app.kubernetes.io/name"];

/// Functions that would make two renders of the same values differ, or depend on the cluster.
const IMPURE: [&str; 16] = [
    "ago",
    "bcrypt",
    "derivePassword",
    "genCA",
    "genPrivateKey",
    "genSelfSignedCert",
    "genSignedCert",
    "getHostByName",
    "htpasswd",
    "lookup",
    "now",
    "randAlpha",
    "randAlphaNum",
    "randInt",
    "shuffle",
    "uuidv4",
];

#[test]
fn each_template_renders_one_kind_and_is_covered_by_a_case() {
    let mut problems = Vec::new();
    for chart in CHARTS {
        let kinds = kinds_by_template(chart);
        for template in entries(&chart_folder(chart).join("templates")) {
            let name = stem(&template);
            if template.extension().is_none_or(|ending| ending != "yaml") || EXEMPT.contains(&&*name) {
                continue;
            }
            match kinds.get(&name).map(BTreeSet::len) {
                Some(1) => {}
                None => problems.push(format!("{chart}: no case renders {name}.yaml")),
                Some(_) => problems.push(format!("{chart}: {name}.yaml renders {:?}", kinds[&name])),
            }
        }
    }
    expect_none(&problems);
}

#[test]
fn templates_use_neither_chance_nor_time_nor_the_cluster() {
    let mut problems = Vec::new();
    for chart in CHARTS {
        for template in entries(&chart_folder(chart).join("templates")) {
            let text = fs::read_to_string(&template).unwrap();
            let actions = text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
            for action in actions.filter(|action| !action.contains("/*")) {
                // Every second part lies between quotes, and is text.
                let code = action.split('"').step_by(2);
                let words = code.flat_map(|code| code.split(|letter: char| !letter.is_alphanumeric()));
                problems.extend(
                    words
                        .filter(|word| IMPURE.contains(word))
                        .map(|word| format!("{chart}/{}: `{word}` in `{action}`", stem(&template))),
                );
            }
        }
    }
    expect_none(&problems);
}

/// Kubernetes refuses a changed selector: `frozen-selectors.txt` may grow, but no line may change.
/// It is edited by hand on purpose.
#[test]
fn selectors_are_frozen() {
    let mut lines = BTreeSet::new();
    for chart in CHARTS {
        for (case, object) in all_objects(chart) {
            let selector = &object["spec"]["selector"];
            let labels = selector.get("matchLabels").unwrap_or(selector);
            if !labels.is_object() {
                continue;
            }
            let labels: BTreeMap<String, Value> = serde_json::from_value(labels.clone()).unwrap();
            let keys: Vec<&str> = labels.keys().map(String::as_str).collect();
            assert_eq!(keys, SELECTING, "{chart}/{case}: {}", title(&object));
            let mut line = format!("{chart} {}:", title(&object));
            for (key, value) in &labels {
                write!(line, " {}={}", key.trim_start_matches("app.kubernetes.io/"), value.as_str().unwrap())
                    .unwrap();
            }
            lines.insert(line);
        }
    }
    let found = lines.into_iter().chain([String::new()]).collect::<Vec<_>>().join("\n");
    let path = data_folder("", "frozen-selectors.txt");
    let frozen = fs::read_to_string(path).unwrap();
    assert_eq!(frozen, found, "{}", difference(&frozen, &found, ("frozen", "rendered")));
}

/// What the first version of the chart rendered is kept for ever: an upgrade from it meets no immutable
/// field, and replaces no pod where the values did not change.
#[test]
fn an_upgrade_from_the_first_version_replaces_no_pod() {
    for first in entries(&data_folder("ipsy-app", "first-version")) {
        let today = goldens("ipsy-app").into_iter().find(|(case, _)| *case == stem(&first)).unwrap().1;
        let today = objects(&today).unwrap();
        for before in objects(&fs::read_to_string(&first).unwrap()).unwrap() {
            let place = format!("{}: {}", stem(&first), title(&before));
            let after = today.iter().find(|object| title(object) == title(&before));
            let after = after.unwrap_or_else(|| panic!("{place} is not rendered any more"));
            for field in [
                "/apiVersion",
                "/spec/template",
                "/spec/selector",
                "/spec/targetType",
                "/spec/targetGroupName",
            ] {
                assert_eq!(after.pointer(field), before.pointer(field), "{place}: {field}");
            }
        }
    }
}

#[test]
fn what_a_scaler_owns_has_no_replicas() {
    let mut problems = Vec::new();
    for (case, stream) in goldens("ipsy-app") {
        let objects = objects(&stream).unwrap();
        let scaled: BTreeSet<String> = objects
            .iter()
            .map(|object| &object["spec"]["scaleTargetRef"])
            .filter(|target| target.is_object())
            .map(|target| {
                format!("{}/{}", target["kind"].as_str().unwrap(), target["name"].as_str().unwrap())
            })
            .collect();
        for object in objects.iter().filter(|object| object["spec"]["template"].is_object()) {
            let has_replicas = object["spec"].get("replicas").is_some();
            let is_workload = ["Deployment", "Rollout"].iter().any(|kind| object["kind"] == *kind);
            if is_workload && has_replicas == scaled.contains(&title(object)) {
                problems.push(format!("{case}: {}: replicas: {has_replicas}", title(object)));
            }
        }
    }
    expect_none(&problems);
}

#[test]
fn every_pod_is_restricted_and_limited() {
    let mut problems = Vec::new();
    for chart in CHARTS {
        for (case, object) in all_objects(chart) {
            let Some(pod) = pod_spec(&object) else { continue };
            let place = format!("{chart}/{case}: {}", title(&object));
            let security = &pod["securityContext"];
            if security["runAsNonRoot"] != true || security["seccompProfile"]["type"] != "RuntimeDefault" {
                problems.push(format!("{place}: pod security {security}"));
            }
            if pod["enableServiceLinks"] != false {
                problems.push(format!("{place}: service links"));
            }
            let containers = ["initContainers", "containers"].iter().filter_map(|list| pod[*list].as_array());
            for container in containers.flatten() {
                problems.extend(faults(container).into_iter().map(|fault| {
                    format!("{place}: container {}: {fault}", container["name"].as_str().unwrap_or_default())
                }));
            }
        }
    }
    expect_none(&problems);
}

/// Labels of the app reach objects and pods; selectors never (see above).
#[test]
fn labels_of_the_app_reach_objects_and_pods() {
    let golden = goldens("ipsy-app").into_iter().find(|(case, _)| case == "provider-output").unwrap().1;
    for object in objects(&golden).unwrap() {
        assert_eq!(object["metadata"]["labels"]["cost-center"], "cc-42", "{}", title(&object));
        if let Some(labels) = object["spec"]["template"]["metadata"].get("labels") {
            assert_eq!(labels["cost-center"], "cc-42");
            assert_eq!(labels["ipsy.dev/team"], "payments");
            assert!(labels.get("helm.sh/chart").is_none(), "a new chart would roll the pods");
        }
    }
}

fn faults(container: &Value) -> Vec<&'static str> {
    let security = &container["securityContext"];
    let checks = [
        (security["allowPrivilegeEscalation"] == false, "may gain rights"),
        (security["capabilities"]["drop"][0] == "ALL", "keeps capabilities"),
        (security["readOnlyRootFilesystem"].is_boolean(), "does not say whether its root is read-only"),
        (container["resources"]["limits"]["memory"].is_string(), "has no memory limit"),
        (container["resources"]["requests"]["memory"].is_string(), "requests no memory"),
        (container["resources"]["requests"]["cpu"].is_string(), "requests no processor"),
    ];
    checks.into_iter().filter(|(holds, _)| !holds).map(|(_, fault)| fault).collect()
}

fn pod_spec(object: &Value) -> Option<&Value> {
    let places = ["/spec/template/spec", "/spec/jobTemplate/spec/template/spec", "/template/spec"];
    places.iter().find_map(|place| object.pointer(place)).filter(|spec| spec["containers"].is_array())
}

/// Every object of every case of a chart, with the name of its case.
fn all_objects(chart: &str) -> Vec<(String, Value)> {
    let cases = goldens(chart).into_iter();
    cases
        .flat_map(|(case, stream)| {
            objects(&stream)
                .unwrap()
                .into_iter()
                .map(move |object| (case.clone(), object))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The kinds that each template renders over all cases, by the comments that Helm writes.
fn kinds_by_template(chart: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, stream) in goldens(chart) {
        for document in stream.split("---\n").filter(|document| document.starts_with("# Source: ")) {
            let source = document.lines().next().unwrap();
            let kind = document.lines().find_map(|line| line.strip_prefix("kind: ")).unwrap();
            let template = source.rsplit('/').next().unwrap().trim_end_matches(".yaml");
            kinds.entry(template.to_owned()).or_default().insert(kind.to_owned());
        }
    }
    kinds
}

fn title(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{}/{}", text(&object["kind"]), text(&object["metadata"]["name"]))
}
