//! The JSON Schema of the configuration, made from the types and their comments.

use super::Configuration;
use serde_json::Value;

/// What only people and editors read.
#[cfg(test)]
const WORDS: [&str; 6] = ["$id", "$schema", "default", "description", "examples", "title"];

/// JSON Schema (2020-12) of `PostRenderConfig` v1, with descriptions, for editors.
pub fn schema() -> Value {
    let mut value = schemars::schema_for!(Configuration).to_value();
    if let Some(members) = value.as_object_mut() {
        members.insert("$id".to_owned(), "https://ipsy.dev/schemas/post-render-config.v1.json".into());
    }
    value
}

/// The schema without words for people: what configurations are checked by.
#[cfg(test)]
pub(crate) fn shape(schema: Value) -> Value {
    match schema {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .filter(|(key, _)| !WORDS.contains(&key.as_str()))
                .map(|(key, value)| match (key.as_str(), value) {
                    // Names of the configuration, not words of the schema.
                    ("properties" | "$defs", Value::Object(named)) => {
                        (key, named.into_iter().map(|(name, value)| (name, shape(value))).collect())
                    }
                    (_, value) => (key, shape(value)),
                })
                .collect(),
        ),
        Value::Array(items) => items.into_iter().map(shape).collect(),
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// `IPSY_ACCEPT` in the environment rewrites it.
    #[test]
    fn configurations_are_checked_by_the_shape_of_the_schema() {
        let text = serde_json::to_string_pretty(&shape(schema())).unwrap() + "\n";
        if std::env::var_os("IPSY_ACCEPT").is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/configuration/shape.json");
            std::fs::write(path, &text).unwrap();
            return;
        }
        let present = include_str!("shape.json");
        assert!(present == text, "shape.json is not that of the types: run the tests with IPSY_ACCEPT=1");
    }
}
