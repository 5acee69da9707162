//! The JSON Schema of a standards document, made from the types and their comments.

use super::{KIND, Standards};
use crate::configuration::API_VERSION;
use serde_json::{Value, json};

/// JSON Schema (2020-12) of `Standards` v1, with descriptions, for editors.
pub fn standards_schema() -> Value {
    let mut schema = schemars::schema_for!(Standards).to_value();
    let mut overlay = schema.clone();
    let Some(members) = schema.as_object_mut() else { return schema };
    if let Some(overlay) = overlay.as_object_mut() {
        overlay.retain(|name, _| !matches!(name.as_str(), "$schema" | "$defs" | "title"));
        overlay.insert("description".to_owned(), "What differs in one environment.".into());
    }
    members.insert("$id".to_owned(), "https://ipsy.dev/schemas/standards.v1.json".into());
    members.insert("title".to_owned(), KIND.into());
    members.insert("description".to_owned(), "What an organisation decides for all its apps.".into());
    if let Some(properties) = members.get_mut("properties").and_then(Value::as_object_mut) {
        let constant = |value: &str| json!({"const": value, "description": format!("Always `{value}`."), "type": "string"});
        properties.insert("apiVersion".to_owned(), constant(API_VERSION));
        properties.insert("kind".to_owned(), constant(KIND));
        properties.insert(
            "environments".to_owned(),
            json!({
                "additionalProperties": {"$ref": "#/$defs/EnvironmentOverlay"},
                "description": "What differs by environment. Mappings are merged, lists are appended, and other values \
                                replace those above. If any environment is listed, all others are refused.",
                "type": "object",
            }),
        );
    }
    if let Some(definitions) = members.get_mut("$defs").and_then(Value::as_object_mut) {
        definitions.insert("EnvironmentOverlay".to_owned(), overlay);
    }
    schema
}
