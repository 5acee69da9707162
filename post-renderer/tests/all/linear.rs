//! The time of a rendering grows with the size of what it is given, not with its square.

use super::command::program;
use serde_json::{Value, json};
use std::fmt::Write;
use std::time::{Duration, Instant};

const FEW: usize = 300;
/// Times as many; a time that grows with the square would be this squared.
const TIMES: u32 = 8;

/// Renders an object with `count` annotations and `count` variables by the configuration for `count`, twice. Returns
/// the shorter time.
fn time(count: usize, configuration: &dyn Fn(usize) -> Value) -> Duration {
    let mut input = String::from("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n");
    (0..count).for_each(|number| writeln!(input, "    k{number}: a").unwrap());
    input.push_str("spec:\n  containers:\n  - name: c\n    args: []\n    env:\n");
    (0..count).for_each(|number| writeln!(input, "    - name: N{number}\n      value: a").unwrap());
    let mut whole = configuration(count);
    whole["apiVersion"] = json!("ipsy.dev/v1");
    whole["kind"] = json!("PostRenderConfig");
    let configuration = whole.to_string();
    let once = || {
        let start = Instant::now();
        let outcome = program(&["--config-json", &configuration], &input);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        start.elapsed()
    };
    once().min(once())
}

fn check(name: &str, configuration: &dyn Fn(usize) -> Value) {
    let few = time(FEW, configuration);
    let many = time(FEW * TIMES as usize, configuration);
    assert!(many < few * TIMES * 4, "{name}: {few:?} for {FEW}, {many:?} for {TIMES} times as many");
}

/// A JSON 6902 patch with `count` operations.
fn operations(count: usize, operation: impl Fn(usize) -> Value) -> Value {
    let patch: Vec<Value> = (0..count).map(operation).collect();
    json!({"advancedSettings": [{"target": {"kind": "Pod"}, "patch": patch}]})
}

#[test]
fn edits_of_large_mappings_and_lists_take_linear_time() {
    check("labels", &|count| {
        let labels: serde_json::Map<String, Value> =
            (0..count).map(|number| (format!("l{number}"), json!("b"))).collect();
        json!({"labels": labels})
    });
    check("add", &|count| {
        operations(
            count,
            |number| json!({"op": "add", "path": format!("/metadata/annotations/n{number}"), "value": "b"}),
        )
    });
    check("replace", &|count| {
        operations(
            count,
            |number| json!({"op": "replace", "path": format!("/metadata/annotations/k{number}"), "value": "b"}),
        )
    });
    check("test", &|count| {
        operations(
            count,
            |number| json!({"op": "test", "path": format!("/metadata/annotations/k{number}"), "value": "a"}),
        )
    });
    check("remove", &|count| {
        operations(
            count,
            |number| json!({"op": "remove", "path": format!("/metadata/annotations/k{number}")}),
        )
    });
    check("append", &|count| {
        operations(count, |_| json!({"op": "add", "path": "/spec/containers/0/args/-", "value": "b"}))
    });
    check("duplicate keys", &|_| json!({"standards": {"duplicateKeys": {"mode": "enforce"}}}));
}
