//! Reading, merging and writing configurations.

use super::*;
use serde_json::json;

fn read(text: &str) -> Configuration {
    Configuration::from_yaml(&format!("apiVersion: ipsy.dev/v1\nkind: PostRenderConfig\n{text}"), "test")
        .unwrap()
}

#[test]
fn the_canonical_text_is_sorted_and_without_defaults() {
    let configuration = read(
        "resources: {maximum: {memory: 1Gi, cpu: 2}, mode: enforce}\nlabels: {b: x, a: x}\nstamp: changed\n",
    );
    assert_eq!(
        configuration.to_canonical_json(),
        "{\"apiVersion\":\"ipsy.dev/v1\",\"kind\":\"PostRenderConfig\",\"labels\":{\"a\":\"x\",\"b\":\"x\"},\
         \"resources\":{\"maximum\":{\"cpu\":\"2\",\"memory\":\"1Gi\"}}}"
    );
    assert_eq!(
        configuration.hash(),
        read("labels: {a: x, b: x}\nresources: {maximum: {cpu: '2', memory: 1Gi}}\n").hash()
    );
    assert_ne!(configuration.hash(), Configuration::default().hash());
    assert_eq!(Configuration::from_json(&configuration.to_canonical_json(), "test").unwrap(), configuration);
}

#[test]
fn the_stronger_layer_wins_key_by_key() {
    let layer = |text: &str| {
        Layer::from_yaml(&format!("apiVersion: ipsy.dev/v1\nkind: PostRenderConfig\n{text}"), "test").unwrap()
    };
    let weak = layer(
        "labels: {a: weak, b: weak}\nadvancedSettings:\n- {name: x, target: {kind: A}, patch: {a: 1}}\n- {target: {kind: B}, patch: {b: 1}}\n",
    );
    let strong = layer(
        "labels: {b: strong}\nadvancedSettings:\n- {name: x, target: {kind: A}, patch: {c: 2}}\n- {target: {kind: C}, patch: {d: 1}}\n",
    );
    let merged = Configuration::from_layers(vec![weak, strong]).unwrap();
    assert_eq!(json!(merged.labels), json!({"a": "weak", "b": "strong"}));
    let patches: Vec<Value> = merged.advanced_settings.into_iter().map(|setting| setting.patch).collect();
    assert_eq!(patches, [json!({"c": 2}), json!({"b": 1}), json!({"d": 1})]);
}

#[test]
fn layers_are_merged_as_they_were_written() {
    let layer = |text: &str| {
        Layer::from_yaml(
            &format!("{{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, resources: {{{text}}}}}"),
            "test",
        )
        .unwrap()
    };
    let merged = Configuration::from_layers(vec![layer("mode: warn"), layer("mode: enforce")]).unwrap();
    assert_eq!(merged.resources.mode, Mode::Enforce, "a default that is written counts");
    let merged = Configuration::from_layers(vec![layer("mode: warn"), layer("minimum: {cpu: 1}")]).unwrap();
    assert_eq!(merged.resources.mode, Mode::Warn);
}

#[test]
fn a_plain_off_is_the_word() {
    assert_eq!(read("standards: {replicasOwner: {mode: off}}\n").standards.replicas_owner.mode, Mode::Off);
}

#[test]
fn the_schema_describes_every_field() {
    let schema = schema();
    for (name, property) in schema["properties"].as_object().unwrap() {
        assert!(property.get("description").is_some(), "{name} has no description");
    }
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        for (field, property) in definition.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            assert!(property.get("description").is_some(), "{name}.{field} has no description");
        }
    }
}

#[test]
fn keys_that_look_like_paths_are_found_all_the_same() {
    for key in ["namePre[\"x", "a[", "[0", "a.b", "x]\""] {
        let text = format!("kind: Kustomization\n'{key}': 1\n");
        let findings = Configuration::from_yaml(&text, "test").unwrap_err();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].id, "configuration-unknown-key");
    }
}
