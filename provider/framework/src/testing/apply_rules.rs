//! Terraform's own check of the result of an apply, written again from its rules.

use crate::{Path, Value};

/// Everything in which the new state breaks what was planned.
pub(super) fn violations(planned: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for path in new.unknown_paths() {
        found.push(format!("`{path}`: unknown after apply"));
    }
    compare(planned, new, &Path::EMPTY, &mut found);
    found
}

fn compare(planned: &Value, new: &Value, here: &Path, found: &mut Vec<String>) {
    match (planned, new) {
        (Value::Unknown, _) => {}
        (Value::Object(left), Value::Object(right)) => {
            for (name, planned) in left {
                let new = right.get(name).unwrap_or(&Value::Null);
                compare(planned, new, &here.clone().attribute(name), found);
            }
        }
        (Value::Map(left), Value::Map(right)) if left.keys().eq(right.keys()) => {
            for (key, planned) in left {
                let new = right.get(key).unwrap_or(&Value::Null);
                compare(planned, new, &here.clone().key(key), found);
            }
        }
        (Value::List(left), Value::List(right)) if left.len() == right.len() => {
            for (index, (planned, new)) in left.iter().zip(right).enumerate() {
                compare(planned, new, &here.clone().index(index), found);
            }
        }
        (Value::Set(left), Value::Set(right)) => {
            let fits = |planned: &Value, new: &Value| {
                let mut wrong = Vec::new();
                compare(planned, new, here, &mut wrong);
                wrong.is_empty()
            };
            if right.len() > left.len()
                || !left.iter().all(|planned| right.iter().any(|new| fits(planned, new)))
                || !right.iter().all(|new| left.iter().any(|planned| fits(planned, new)))
            {
                found.push(format!("`{here}`: not the planned elements"));
            }
        }
        (Value::Dynamic(left), Value::Dynamic(right)) => compare(&left.1, &right.1, here, found),
        (planned, new) if planned == new => {}
        _ => found.push(format!("`{here}`: not as planned")),
    }
}

#[cfg(test)]
mod tests {
    use super::violations;
    use crate::Value;

    fn of(value: Value) -> Value {
        Value::object([("a", value)])
    }

    #[test]
    fn what_was_known_stays_and_what_was_unknown_is_known() {
        assert_eq!(violations(&of("x".into()), &of("x".into())), [] as [&str; 0]);
        assert_eq!(violations(&of(Value::Unknown), &of(Value::Null)), [] as [&str; 0]);
        assert_eq!(violations(&of("x".into()), &of("y".into())), ["`a`: not as planned"]);
        assert_eq!(violations(&of(Value::Unknown), &of(Value::Unknown)), ["`a`: unknown after apply"]);
        let one = of(Value::List(vec!["x".into()]));
        assert_eq!(violations(&one, &of(Value::List(vec![]))), ["`a`: not as planned"]);
    }

    #[test]
    fn elements_of_sets_match_in_any_order_and_never_grow() {
        let set = |elements: Vec<Value>| of(Value::Set(elements));
        let planned = set(vec!["x".into(), Value::Unknown]);
        assert_eq!(violations(&planned, &set(vec!["y".into(), "x".into()])), [] as [&str; 0]);
        let grown = set(vec!["y".into(), "x".into(), "z".into()]);
        assert_eq!(violations(&planned, &grown), ["`a`: not the planned elements"]);
    }
}
