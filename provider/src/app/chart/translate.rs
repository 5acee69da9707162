//! From arguments to values of the chart, by the table.

use serde_json::{Map, Value, json};

use super::merge::merge_at;
use super::{Field, Form, fields};

/// The values that `arguments` set by themselves, without those that the resolved app has. What is null or unknown in
/// the arguments is left out.
pub(crate) fn translate(arguments: &Value) -> Value {
    object(fields(), arguments)
}

fn object(fields: &[Field], arguments: &Value) -> Value {
    let mut values = json!({});
    for field in fields {
        let argument = &arguments[field.argument];
        if matches!(field.form, Form::Switch) && *argument == json!(false) {
            return Value::Null;
        }
        let Some(value) = value(field, argument) else { continue };
        for target in &field.targets {
            put(&mut values, target, value.clone());
        }
    }
    values
}

/// The value of an argument in the chart; `None` if it is absent, or if the resolved app has it.
fn value(field: &Field, argument: &Value) -> Option<Value> {
    if argument.is_null() {
        return None;
    }
    match &field.form {
        Form::Block(fields) => {
            let value = object(fields, argument);
            (!field.resolved || value != json!({})).then_some(value)
        }
        Form::Enabling(fields) => {
            let mut value = json!({ "enabled": true });
            merge_at(None, &mut value, object(fields, argument));
            Some(value)
        }
        // Blocks that are absent are empty here. An empty `scaleDown.policies` is refused by Kubernetes, and an empty
        // `egress` forbids all egress although the configuration does not.
        Form::Blocks(fields) => {
            let blocks: Vec<Value> = elements(argument).map(|block| object(fields, block)).collect();
            (!blocks.is_empty()).then_some(Value::Array(blocks))
        }
        Form::Named(_, fields) => {
            let blocks = argument.as_object()?.iter();
            let values = blocks.map(|(name, block)| (name.clone(), object(fields, block)));
            let kept = values.filter(|(_, value)| !field.resolved || *value != json!({}));
            let kept: Map<String, Value> = kept.collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        _ if field.resolved => None,
        Form::Text | Form::Number | Form::Bool => Some(argument.clone()),
        Form::Texts => Some(elements(argument).cloned().collect()),
        Form::TextMap => {
            let known = argument.as_object()?.iter().filter(|(_, value)| !value.is_null());
            Some(known.map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        Form::NumberOrText => Some(number_or_text(argument)),
        Form::NumbersOrTexts => Some(elements(argument).map(number_or_text).collect()),
        // A check of the argument reports a text that is not JSON.
        Form::Json => serde_json::from_str(argument.as_str()?).ok(),
        Form::EmptyObject => (*argument == json!(true)).then(|| json!({})),
        Form::Switch | Form::Decided => None,
    }
}

fn elements(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten().filter(|element| !element.is_null())
}

/// Kubernetes takes `8080` as a number and `http` or `25%` as a string; in HCL both are strings.
fn number_or_text(argument: &Value) -> Value {
    let number = argument.as_str().and_then(|text| text.parse::<i64>().ok());
    number.map_or_else(|| argument.clone(), Value::from)
}

/// Puts `value` over the field at `target`: names with dots between them.
fn put(values: &mut Value, target: &str, value: Value) {
    let steps = target.split('.').filter(|step| !step.is_empty());
    let whole = steps.rev().fold(value, |value, step| json!({ step: value }));
    merge_at(None, values, whole);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &Value, expected: &Value) {
        assert_eq!(translate(arguments), *expected);
    }

    #[test]
    fn blocks_that_are_absent_set_nothing() {
        check(
            &json!({ "autoscaling": { "behavior": { "scale_down": {
                "stabilization_window_seconds": 300,
                "policy": [],
            } } } }),
            &json!({ "autoscaling": { "behavior": { "scaleDown": { "stabilizationWindowSeconds": 300 } } } }),
        );
        check(
            &json!({ "network_policy": { "enabled": true, "restrict_egress": null, "egress": {} } }),
            &json!({ "networkPolicy": { "enabled": true } }),
        );
    }

    #[test]
    fn blocks_become_objects_by_name_and_absent_arguments_nothing() {
        check(
            &json!({
                "worker": { "events": {
                    "args": ["consume", null],
                    "env": { "A": "1", "B": null },
                    "resources": { "memory": "1Gi", "memory_request": "512Mi", "cpu_request": null },
                    "autoscaling": null,
                } },
                "cron": {},
                "name": "checkout",
            }),
            &json!({
                "workers": { "events": {
                    "args": ["consume"],
                    "env": { "A": "1" },
                    "resources": { "requests": { "memory": "512Mi" }, "limits": { "memory": "1Gi" } },
                } },
            }),
        );
    }

    #[test]
    fn a_block_enables_what_it_describes() {
        check(&json!({ "monitoring": {} }), &json!({ "monitoring": { "enabled": true } }));
        check(&json!({ "monitoring": { "enabled": false } }), &json!({ "monitoring": { "enabled": false } }));
    }

    #[test]
    fn a_switch_removes_what_the_chart_has_by_default() {
        let off = json!({ "volume": { "tmp": { "enabled": false, "mount_path": "/tmp" } } });
        check(&off, &json!({ "volumes": { "tmp": null } }));
        check(
            &json!({ "volume": { "a": { "empty_dir": {} } } }),
            &json!({ "volumes": { "a": { "emptyDir": {} } } }),
        );
    }

    #[test]
    fn numbers_and_names_of_ports_are_told_apart() {
        check(
            &json!({ "strategy": { "max_surge": "25%", "max_unavailable": "0" } }),
            &json!({ "strategy": { "maxSurge": "25%", "maxUnavailable": 0 } }),
        );
        let peer = json!({ "ports": ["http", "5432"] });
        check(
            &json!({ "network_policy": { "restrict_egress": true, "egress": { "db": peer } } }),
            &json!({ "networkPolicy": { "enabled": true, "egress": { "db": { "ports": ["http", 5432] } } } }),
        );
    }

    #[test]
    fn what_the_resolved_app_has_is_not_set_again() {
        check(
            &json!({
                "port": { "http": { "port": 8080, "service_port": 80 }, "admin": { "port": 9901 } },
                "image": { "repository": "checkout" },
                "autoscaling": { "min": 0, "metric": { "queue": { "target": 10 } }, "keda": { "polling_interval": 5 } },
            }),
            &json!({
                "ports": { "http": { "servicePort": 80 } },
                "autoscaling": { "metrics": { "queue": { "target": 10 } }, "keda": { "pollingInterval": 5 } },
            }),
        );
    }

    #[test]
    fn json_becomes_the_field_itself() {
        let manifest = r#"{"apiVersion":"v1","kind":"ConfigMap"}"#;
        check(
            &json!({ "extra_object": { "marker": { "manifest": manifest } } }),
            &json!({ "extraObjects": { "marker": { "apiVersion": "v1", "kind": "ConfigMap" } } }),
        );
        check(
            &json!({ "ingress": { "tls": { "cert": { "hosts": ["a.example"] } } } }),
            &json!({ "ingress": { "enabled": true, "tls": { "cert": ["a.example"] } } }),
        );
    }
}
