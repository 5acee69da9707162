//! Directives and operations on small objects. Conformance to Kubernetes is in `tests/strategicpatch.yaml`.

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
fn operations_fail_as_the_standard_demands() {
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
    for (patch, expected) in failing {
        let message = patched(&object, &patch, PatchOptions::default()).unwrap_err();
        assert!(message.contains(expected), "{patch}: {message}");
    }
    let number = json!([{"op": "test", "path": "/spec/x/0", "value": 1.0}]);
    assert!(patched(&object, &number, PatchOptions::default()).is_ok());
}

#[test]
fn a_wildcard_patches_every_element_and_creates_none() {
    let before = json!([{"name": "a", "env": [{"name": "X"}, {"name": "Y"}]}, {"name": "b"}]);
    let patch = json!({"containers": [
        {"name": "b", "tty": false},
        {"name": "*", "tty": true, "env": [{"name": "*", "value": "1"}]},
    ]});
    let after = json!([
        {"name": "a", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "1"}], "tty": true},
        {"name": "b", "tty": false},
    ]);
    check("containers", &before, &patch, &after);
    let object = pod("containers", &json!([{"name": "a"}]));
    let patch = json!({"spec": {"initContainers": [{"name": "*", "tty": true}]}});
    assert_eq!(patched(&object, &patch, PatchOptions::default()), Ok(object));
}

#[test]
fn a_wildcard_deletes_and_replaces_every_element() {
    let before = json!([{"name": "a", "tty": true}, {"name": "b"}]);
    check("containers", &before, &json!({"containers": [{"name": "*", "$patch": "delete"}]}), &json!([]));
    let patch = json!({"containers": [{"name": "*", "$patch": "replace", "image": "i"}]});
    check("containers", &before, &patch, &json!([{"name": "a", "image": "i"}, {"name": "b", "image": "i"}]));
    let patch = json!({"spec": {"containers": [{"$patch": "replace"}, {"name": "*", "image": "i"}]}});
    let message = patched(&pod("containers", &before), &patch, PatchOptions::default()).unwrap_err();
    assert!(message.contains("`$patch: replace` removes them"), "{message}");
}

#[test]
fn a_wildcard_does_not_change_an_element_that_appears_twice() {
    let before = json!([{"name": "a"}, {"name": "a"}]);
    let patch = json!({"spec": {"containers": [{"name": "*", "tty": true}]}});
    let message = patched(&pod("containers", &before), &patch, PatchOptions::default()).unwrap_err();
    assert!(message.contains("2 elements `name=a`"), "{message}");
}

#[test]
fn the_order_of_elements_wins_over_prepending() {
    let before = json!([{"name": "a"}, {"name": "x"}, {"name": "b"}]);
    let patch = json!({"spec": {
        "$setElementOrder/containers": [{"name": "c"}, {"name": "a"}, {"name": "b"}],
        "containers": [{"name": "c"}, {"name": "b", "tty": true}],
    }});
    for prepend in [false, true] {
        let options = PatchOptions { create: true, prepend, ..PatchOptions::default() };
        let after = patched(&pod("containers", &before), &patch, options).unwrap();
        let expected = json!([{"name": "c"}, {"name": "a"}, {"name": "x"}, {"name": "b", "tty": true}]);
        assert_eq!(after["spec"]["containers"], expected);
    }
}

#[test]
fn directives_in_new_parts_are_checked_by_their_lists() {
    let object = pod("hostname", &json!("h"));
    let options = PatchOptions { create: true, ..PatchOptions::default() };
    let patch = json!({"spec": {"dnsConfig": {"options": [{"name": "a", "$patch": "delete"}]}}});
    let message = patched(&object, &patch, options).unwrap_err();
    assert!(message.contains("the list `spec.dnsConfig.options` has no merge key"), "{message}");
    let patch = json!({"spec": {"containers": [{"name": "a", "env": [{"value": "v"}]}]}});
    let message = patched(&object, &patch, options).unwrap_err();
    assert!(message.contains("lacks its merge key `name`"), "{message}");
}

#[test]
fn a_merge_key_of_another_type_is_named_as_the_reason() {
    let object = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}});
    let patch = json!({"spec": {"ports": [{"port": "80", "name": "web"}]}});
    let message = patched(&object, &patch, PatchOptions::default()).unwrap_err();
    assert!(message.contains("a text and a number are different keys"), "{message}");
}

#[test]
fn a_patch_for_another_type_of_object_is_refused() {
    let object = pod("hostname", &json!("h"));
    for (named, fits) in [
        (json!({"kind": "Pod"}), true),
        (json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "other"}}), true),
        (json!({"kind": "Deployment"}), false),
        (json!({"apiVersion": "v2"}), false),
    ] {
        let mut patch = named;
        patch["spec"] = json!({"hostname": "i"});
        let result = patched(&object, &patch, PatchOptions::default());
        assert_eq!(result.is_ok(), fits, "{patch}: {result:?}");
    }
}

#[test]
fn absent_paths_are_skipped_where_the_operation_allows_it() {
    let object = pod("x", &json!([1, 2]));
    for path in ["/spec/y", "/spec/y/z", "/spec/x/2", "/spec/x/0/a"] {
        for operation in
            [json!({"op": "remove"}), json!({"op": "replace", "value": 1}), json!({"op": "test", "value": 1})]
        {
            let mut operation = operation;
            operation["path"] = path.into();
            operation["ifPresent"] = true.into();
            let result = patched(&object, &json!([operation]), PatchOptions::default());
            assert_eq!(result.as_ref(), Ok(&object), "{operation}");
        }
    }
    let failing = json!([{"op": "test", "path": "/spec/x/0", "value": 2, "ifPresent": true}]);
    assert!(patched(&object, &failing, PatchOptions::default()).is_err());
}

#[test]
fn empty_patches_have_nothing_to_do() {
    for text in ["", "# nothing yet", "---", "null", "{}", "[]"] {
        let patch = compile(&Value::from(text), PatchOptions::default()).unwrap();
        assert!(patch.is_empty(), "{text}");
    }
    let named = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}});
    assert!(compile(&named, PatchOptions::default()).unwrap().anonymous().is_empty());
}

#[test]
fn a_problem_has_the_place_of_its_field() {
    let text = "kind: Pod\napiVersion: v1\nspec:\n  containers:\n  - name: web\n";
    let mut tree = yaml_edit::read(text, Tree::default()).unwrap();
    let root = tree.root();
    let identity = Identity::of(&tree, root);
    let place = |patch: Value, tree: &mut Tree<'_>| {
        let patch = compile(&patch, PatchOptions::default()).unwrap();
        match patch.apply(tree, root, &identity, &ListKeys::default()) {
            Err(Failure::Patch(problem)) => {
                problem.offset.map(|offset| text[offset..].lines().next().unwrap())
            }
            other => panic!("{other:?}"),
        }
    };
    let patch = json!({"spec": {"containers": [{"name": "wbe", "tty": true}]}});
    assert_eq!(place(patch, &mut tree), Some("containers:"));
    let patch = json!([{"op": "test", "path": "/spec/containers/0/name", "value": "x"}]);
    assert_eq!(place(patch, &mut tree), Some("name: web"));
    let patch = json!([{"op": "remove", "path": "/spec/containers/0/image"}]);
    assert_eq!(place(patch, &mut tree), Some("- name: web"));
}

#[test]
fn values_of_labels_and_annotations_are_texts() {
    let object = pod("hostname", &json!("h"));
    let labels = |patch: Value| {
        patched(&object, &patch, PatchOptions::default()).map(|object| object["metadata"]["labels"].clone())
    };
    assert_eq!(
        labels(json!({"metadata": {"labels": {"a": 1, "b": true}}})),
        Ok(json!({"a": "1", "b": "true"}))
    );
    assert_eq!(labels(json!({"metadata": {"labels": {"a": null}}})), Ok(json!({})));
    let copied = json!([
        {"op": "add", "path": "/spec/priority", "value": 5},
        {"op": "add", "path": "/metadata/labels", "value": {}},
        {"op": "copy", "from": "/spec/priority", "path": "/metadata/labels/priority"},
    ]);
    assert_eq!(labels(copied), Ok(json!({"priority": "5"})));
    for (path, value) in [
        ("/metadata/labels", json!({"a": null})),
        ("/metadata/labels/a", json!(null)),
        ("/metadata/labels/a", json!(["x"])),
        ("/spec/template/metadata/annotations/a", json!({"b": "c"})),
        ("/spec/jobTemplate/metadata", json!({"annotations": {"a": {}}})),
        ("/metadata/annotations", json!("x")),
    ] {
        let message = labels(json!([{"op": "add", "path": path, "value": value}])).unwrap_err();
        assert!(message.contains("texts"), "{path}: {message}");
    }
}
