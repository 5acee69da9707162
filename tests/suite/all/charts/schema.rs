//! The schemas of the values: closed, with a description and an example on every field, and with
//! examples that the charts themselves accept.

use std::fs;

use serde_json::{Map, Value};

use super::{CHARTS, Helm, chart_folder, data_folder, expect_none};

/// Objects that others describe: Kubernetes, KEDA, Helm.
const OPEN: [&str; 8] = [
    "/properties/extraObjects/*",
    "/properties/global",
    "/definitions/eventMetric/properties/keda",
    "/definitions/eventMetric/properties/keda/properties/metadata",
    "/definitions/placement/properties/affinity/properties/nodeAffinity",
    "/definitions/placement/properties/affinity/properties/podAffinity",
    "/definitions/placement/properties/affinity/properties/podAntiAffinity",
    "/definitions/autoscaling/properties/metrics",
];

#[test]
fn every_field_has_a_description_and_an_example_and_every_object_is_closed() {
    let mut problems = Vec::new();
    for chart in CHARTS {
        let schema = schema(chart);
        walk(&schema, "", &mut |place, field| {
            let name = format!("{chart}{place}");
            if field["description"].as_str().unwrap_or_default().len() < 5 {
                problems.push(format!("{name}: no description"));
            }
            if field["examples"].as_array().is_none_or(Vec::is_empty) {
                problems.push(format!("{name}: no example"));
            }
            let is_object = field["type"] == "object" || field["type"][0] == "object";
            let is_closed = match field.get("additionalProperties") {
                Some(Value::Bool(open)) => !open,
                other => other.is_some(),
            };
            if is_object && !is_closed && !OPEN.contains(&place) {
                problems.push(format!("{name}: not closed"));
            }
        });
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#", "Helm reads draft 7");
        assert_eq!(schema["additionalProperties"], false);
    }
    expect_none(&problems);
}

#[test]
fn every_example_of_a_top_level_field_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let mut problems = Vec::new();
    for chart in CHARTS {
        let minimal = data_folder(chart, "cases").join("minimal/values.yaml");
        for (name, field) in schema(chart)["properties"].as_object().unwrap() {
            let example = field["examples"][0].clone();
            let values = folder.path().join("example.json");
            fs::write(&values, Value::Object(Map::from_iter([(name.clone(), example)])).to_string()).unwrap();
            let (folder, minimal, values) = (chart_folder(chart), &minimal, &values);
            let outcome = Helm::Three.run(&[
                "lint",
                "--strict",
                &folder.to_string_lossy(),
                "--values",
                &minimal.to_string_lossy(),
                "--values",
                &values.to_string_lossy(),
            ]);
            if outcome.code != 0 {
                problems.push(format!("{chart}: {name}: {}{}", outcome.stdout, outcome.stderr));
            }
        }
    }
    expect_none(&problems);
}

#[test]
fn every_reference_and_every_definition_is_used() {
    for chart in CHARTS {
        let schema = schema(chart);
        let text = schema.to_string();
        for name in schema["definitions"].as_object().unwrap().keys() {
            assert!(text.contains(&format!("\"#/definitions/{name}\"")), "{chart}: {name} is not used");
        }
        for reference in text.split("\"#/definitions/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(schema["definitions"].get(name).is_some(), "{chart}: {name} is not defined");
        }
    }
}

fn schema(chart: &str) -> Value {
    let path = chart_folder(chart).join("values.schema.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Visits every field: what stands in `properties`, the values of maps (as `*`), and definitions.
fn walk(schema: &Value, place: &str, visit: &mut impl FnMut(&str, &Value)) {
    for group in ["properties", "definitions"] {
        for (name, field) in schema[group].as_object().into_iter().flatten() {
            let place = format!("{place}/{group}/{name}");
            if field.is_object() {
                visit(&place, field);
                walk(field, &place, visit);
            }
        }
    }
    let values = [schema.get("additionalProperties"), schema.get("items")].into_iter().flatten();
    let patterns = schema["patternProperties"].as_object().into_iter().flatten().map(|(_, value)| value);
    for value in values.chain(patterns).filter(|value| value.get("properties").is_some()) {
        let place = format!("{place}/*");
        visit(&place, value);
        walk(value, &place, visit);
    }
}
