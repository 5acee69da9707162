//! Values over values.

use serde_json::{Map, Value};

use super::document::Place;

/// Puts `stronger` over `weaker`: objects member by member, everything else as a whole. Null stays, because in Helm it
/// removes what the chart has by default. Of members that exclude each other, such as `http` and `tcp` of a probe,
/// those of `stronger` remain.
pub(crate) fn merge(weaker: &mut Value, stronger: Value) {
    merge_at(Some(&Place::root()), weaker, stronger);
}

/// Like `merge`, for fields at `place` of the chart.
pub(super) fn merge_at(place: Option<&Place>, weaker: &mut Value, stronger: Value) {
    match (weaker, stronger) {
        (Value::Object(weaker), Value::Object(stronger)) => {
            drop_alternatives(place, weaker, &stronger);
            for (name, value) in stronger {
                let inside = place.and_then(|place| place.step(&name));
                merge_at(inside.as_ref(), weaker.entry(name).or_insert(Value::Null), value);
            }
        }
        (weaker, stronger) => *weaker = stronger,
    }
}

fn drop_alternatives(place: Option<&Place>, weaker: &mut Map<String, Value>, stronger: &Map<String, Value>) {
    let alternatives = place.map(Place::alternatives).unwrap_or_default();
    if alternatives.iter().any(|name| stronger.contains_key(*name)) {
        weaker.retain(|name, _| !alternatives.contains(&name.as_str()) || stronger.contains_key(name));
    }
}

/// Whether `value` has something at `path`: names and positions.
pub(crate) fn contains(value: &Value, path: &[String]) -> bool {
    let mut here = value;
    for step in path {
        let next = match here {
            Value::Object(members) => members.get(step),
            Value::Array(items) => step.parse().ok().and_then(|index: usize| items.get(index)),
            _ => None,
        };
        let Some(next) = next else { return false };
        here = next;
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(mut weaker: Value, stronger: Value, expected: &Value) {
        merge(&mut weaker, stronger);
        assert_eq!(weaker, *expected);
    }

    #[test]
    fn objects_merge_lists_are_replaced_and_null_stays() {
        check(
            json!({ "env": { "A": "1", "B": "2" }, "args": ["a"], "volumes": {} }),
            json!({ "env": { "B": "3" }, "args": ["b"], "volumes": { "tmp": null } }),
            &json!({ "env": { "A": "1", "B": "3" }, "args": ["b"], "volumes": { "tmp": null } }),
        );
    }

    #[test]
    fn of_members_that_exclude_each_other_the_stronger_remains() {
        check(
            json!({ "probes": { "liveness": { "tcp": { "port": "http" }, "periodSeconds": 5 } } }),
            json!({ "probes": { "liveness": { "exec": { "command": ["/alive"] } } } }),
            &json!({ "probes": { "liveness": { "exec": { "command": ["/alive"] }, "periodSeconds": 5 } } }),
        );
        check(
            json!({ "pdb": { "maxUnavailable": 1 } }),
            json!({ "pdb": { "minAvailable": "50%" } }),
            &json!({ "pdb": { "minAvailable": "50%" } }),
        );
    }

    #[test]
    fn a_path_is_found_or_not() {
        let value = json!({ "a": [{ "b": null }] });
        let path = |steps: &[&str]| steps.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>();
        assert!(contains(&value, &path(&["a", "0", "b"])) && contains(&value, &[]));
        assert!(!contains(&value, &path(&["a", "1"])) && !contains(&value, &path(&["a", "0", "b", "c"])));
    }
}
