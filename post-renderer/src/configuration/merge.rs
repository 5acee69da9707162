//! Laying one configuration over another: maps merge key by key, lists are appended, the stronger wins.

use super::Configuration;
use serde_json::Value;

impl Configuration {
    /// Lays `stronger` over `weaker`. Maps merge, settings, list keys and exceptions are appended (a setting of
    /// the same name takes the place of the weaker one), everything else is taken from `stronger` unless it is at
    /// its default there.
    ///
    /// # Panics
    /// Never: configurations are made of what JSON can hold, and merging keeps their shape.
    pub fn merge(weaker: &Self, stronger: &Self) -> Self {
        let plain = |configuration: &Self| {
            serde_json::to_value(configuration).expect("string keys and finite numbers always serialize")
        };
        let merged = merge_values(plain(weaker), plain(stronger));
        serde_json::from_value(merged).expect("two configurations merge into one of the same shape")
    }
}

/// Lays one written configuration over another, member by member.
pub(super) fn merge_values(weaker: Value, stronger: Value) -> Value {
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
