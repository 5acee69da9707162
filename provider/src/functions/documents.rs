//! Helm values as arguments of functions.

use serde_json::Value as Json;
use tf_provider::{FunctionError, Value};

/// Reads the values in argument `position`: YAML or JSON, a mapping.
pub(super) fn read(arguments: &[Value], position: usize) -> Result<Json, FunctionError> {
    let text = arguments.get(position).and_then(Value::as_str).unwrap_or_default();
    let value: Json = serde_yaml::from_str(text)
        .map_err(|error| FunctionError::argument(position, format!("this is no YAML: {error}")))?;
    match value {
        Json::Object(_) => Ok(value),
        Json::Null => Ok(Json::Object(serde_json::Map::new())),
        _ => Err(FunctionError::argument(position, "Helm values are a mapping")),
    }
}
