//! Laying one configuration over another: mappings merge member by member, lists are appended (an item of the same
//! name replaces the weaker one), and everything else comes from the stronger layer. A value that is written counts,
//! even if it equals the default.

use serde_json::Value;

/// Lays one written configuration over another, member by member.
pub(crate) fn merge_values(weaker: Value, stronger: Value) -> Value {
    match (weaker, stronger) {
        (Value::Object(mut base), Value::Object(over)) => {
            for (key, value) in over {
                let merged = match base.remove(&key) {
                    // A patch is one thing: two of them do not blend.
                    Some(below) if key != "patch" => merge_values(below, value),
                    _ => value,
                };
                base.insert(key, merged);
            }
            Value::Object(base)
        }
        (Value::Array(mut base), Value::Array(over)) => {
            for item in over {
                let name = item.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
                let place = name.and_then(|name| {
                    base.iter().position(|below| below.get("name").and_then(Value::as_str) == Some(name))
                });
                match place.and_then(|place| base.get_mut(place)) {
                    Some(below) => *below = item,
                    None => base.push(item),
                }
            }
            Value::Array(base)
        }
        (_, stronger) => stronger,
    }
}
