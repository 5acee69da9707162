//! Directives and operations on small objects; conformance to kustomize is in `tests/kustomize`.

use super::*;
use crate::configuration::AdvancedSetting;
use serde_json::json;

/// The object after the patch, or the message of the failure.
fn patched(object: &Value, setting: &AdvancedSetting) -> Result<Value, String> {
    let text = object.to_string();
    let mut tree = crate::yaml::read(&text, Tree::default()).map_err(|fault| fault.message)?;
    let root = tree.root();
    let identity = Identity::of(&tree, root);
    let patch = compile(setting).map_err(|findings| findings[0].message.clone())?.anonymous();
    match patch.apply(&mut tree, root, &identity, &ListKeys::default()) {
        Ok(Outcome::Stays) => Ok(tree.value(root).unwrap()),
        Ok(Outcome::Deleted) => Ok(Value::Null),
        Err(Failure::Patch(finding)) => Err(finding.message),
        Err(Failure::Document(fault)) => Err(fault.message),
    }
}

fn pod(list: &str, items: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {list: items}})
}

fn check(list: &str, before: &Value, patch: &Value, after: &Value) {
    let setting =
        AdvancedSetting { patch: json!({"spec": patch}), create: true, ..AdvancedSetting::default() };
    assert_eq!(patched(&pod(list, before), &setting).unwrap()["spec"][list], *after);
}

#[test]
fn the_order_of_elements_can_be_set() {
    let before = json!([{"name": "a"}, {"name": "b"}, {"name": "c"}, {"name": "d"}]);
    let order =
        |names: [&str; 2]| json!({"$setElementOrder/containers": [{"name": names[0]}, {"name": names[1]}]});
    let named = |names: [&str; 4]| Value::Array(names.iter().map(|name| json!({"name": name})).collect());
    check("containers", &before, &order(["c", "a"]), &named(["b", "c", "a", "d"]));
    check("containers", &before, &order(["a", "c"]), &named(["a", "b", "c", "d"]));
}

#[test]
fn kept_keys_and_deleted_values() {
    let before = json!([{"name": "v", "emptyDir": {}, "x": 1}]);
    let patch =
        json!({"volumes": [{"name": "v", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/"}}]});
    check("volumes", &before, &patch, &json!([{"name": "v", "hostPath": {"path": "/"}}]));
    check(
        "tolerations",
        &json!(["a", "b"]),
        &json!({"$deleteFromPrimitiveList/tolerations": ["a"]}),
        &json!(["b"]),
    );
}

#[test]
fn new_elements_need_leave() {
    let strict = AdvancedSetting {
        patch: json!({"spec": {"containers": [{"name": "wbe", "image": "x"}]}}),
        ..AdvancedSetting::default()
    };
    let message = patched(&pod("containers", &json!([{"name": "web"}])), &strict).unwrap_err();
    assert!(message.contains("did you mean `name=web`"), "{message}");
}

#[test]
fn two_spread_constraints_of_one_key_must_be_told_apart() {
    let before = json!([{"topologyKey": "z", "whenUnsatisfiable": "A"}, {"topologyKey": "z", "whenUnsatisfiable": "B"}]);
    let setting = AdvancedSetting {
        patch: json!({"spec": {"topologySpreadConstraints": [{"topologyKey": "z", "maxSkew": 2}]}}),
        ..AdvancedSetting::default()
    };
    let message = patched(&pod("topologySpreadConstraints", &before), &setting).unwrap_err();
    assert!(message.contains("whenUnsatisfiable"), "{message}");
}

#[test]
fn operations_fail_as_the_standard_says() {
    let object = pod("x", &json!([1, 2]));
    let failing = [
        (json!([{"op": "add", "path": "/spec/x/3", "value": 1}]), "no index"),
        (json!([{"op": "add", "path": "/spec/x/01", "value": 1}]), "no index"),
        (json!([{"op": "remove", "path": "/spec/x/-"}]), "no index"),
        (json!([{"op": "replace", "path": "/spec/y", "value": 1}]), "no `y`"),
        (json!([{"op": "test", "path": "/spec/x/0", "value": "1"}]), "test fails"),
        (json!([{"op": "move", "from": "/spec", "path": "/spec/z"}]), "into itself"),
        (json!([{"op": "replace", "path": "", "value": {}}]), "whole object"),
        (json!([{"op": "add", "path": "/spec/x/0/a", "value": 1}]), "neither mapping nor list"),
    ];
    for (patch, says) in failing {
        let message =
            patched(&object, &AdvancedSetting { patch: patch.clone(), ..AdvancedSetting::default() })
                .unwrap_err();
        assert!(message.contains(says), "{patch}: {message}");
    }
    let number = json!([{"op": "test", "path": "/spec/x/0", "value": 1.0}]);
    assert!(patched(&object, &AdvancedSetting { patch: number, ..AdvancedSetting::default() }).is_ok());
}
