//! The JSON Schema of the configuration, made from the types and their comments.

use super::Configuration;
use serde_json::Value;

/// JSON Schema (2020-12) of `PostRenderConfig` v1, with descriptions, for editors.
pub fn schema() -> Value {
    let mut value = schemars::schema_for!(Configuration).to_value();
    if let Some(members) = value.as_object_mut() {
        members.insert("$id".to_owned(), "https://ipsy.dev/schemas/post-render-config.v1.json".into());
    }
    value
}
