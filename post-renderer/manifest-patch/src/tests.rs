//! Directives and operations on small objects; conformance to kustomize is in `tests/kustomize`.

use super::*;
use serde_json::json;

/// The object after the patch, or the message of the failure.
fn patched(object: &Value, patch: &Value, options: PatchOptions) -> Result<Value, String> {
    let text = object.to_string();
    let mut tree = yaml_edit::read(&text, Tree::default()).map_err(|fault| fault.message)?;
    let root = tree.root();
    let identity = Identity::of(&tree, root);
    let patch = compile(patch, options).map_err(|problems| problems[0].message.clone())?.anonymous();
    match patch.apply(&mut tree, root, &identity, &ListKeys::default()) {
        Ok(Outcome::Stays) => Ok(tree.value(root).unwrap()),
        Ok(Outcome::Deleted) => Ok(Value::Null),
        Err(Failure::Patch(problem)) => Err(problem.message),
        Err(Failure::Document(fault)) => Err(fault.message),
    }
}

fn pod(list: &str, items: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {list: items}})
}

fn check(list: &str, before: &Value, patch: &Value, after: &Value) {
    let options = PatchOptions { create: true, ..PatchOptions::default() };
    let patched = patched(&pod(list, before), &json!({"spec": patch}), options).unwrap();
    assert_eq!(patched["spec"][list], *after);
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
    let patch = json!({"spec": {"containers": [{"name": "wbe", "image": "x"}]}});
    let message =
        patched(&pod("containers", &json!([{"name": "web"}])), &patch, PatchOptions::default()).unwrap_err();
    assert!(message.contains("did you mean `name=web`"), "{message}");
}

#[test]
fn two_spread_constraints_of_one_key_must_be_told_apart() {
    let before = json!([{"topologyKey": "z", "whenUnsatisfiable": "A"}, {"topologyKey": "z", "whenUnsatisfiable": "B"}]);
    let patch = json!({"spec": {"topologySpreadConstraints": [{"topologyKey": "z", "maxSkew": 2}]}});
    let object = pod("topologySpreadConstraints", &before);
    let message = patched(&object, &patch, PatchOptions::default()).unwrap_err();
    assert!(message.contains("2 elements with this `topologyKey`"), "{message}");
}

#[test]
fn operations_fail_as_the_standard_says() {
    let object = pod("x", &json!([1, 2]));
    let failing = [
        (json!([{"op": "add", "path": "/spec/x/3", "value": 1}]), "not an index"),
        (json!([{"op": "add", "path": "/spec/x/01", "value": 1}]), "not an index"),
        (json!([{"op": "remove", "path": "/spec/x/-"}]), "not an index"),
        (json!([{"op": "replace", "path": "/spec/y", "value": 1}]), "no `y`"),
        (json!([{"op": "test", "path": "/spec/x/0", "value": "1"}]), "test fails"),
        (json!([{"op": "move", "from": "/spec", "path": "/spec/z"}]), "into itself"),
        (json!([{"op": "replace", "path": "", "value": {}}]), "whole object"),
        (json!([{"op": "add", "path": "/spec/x/0/a", "value": 1}]), "neither a mapping nor a list"),
    ];
    for (patch, says) in failing {
        let message = patched(&object, &patch, PatchOptions::default()).unwrap_err();
        assert!(message.contains(says), "{patch}: {message}");
    }
    let number = json!([{"op": "test", "path": "/spec/x/0", "value": 1.0}]);
    assert!(patched(&object, &number, PatchOptions::default()).is_ok());
}
