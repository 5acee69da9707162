//! Documents as arguments of functions, and what differs between two of them.

use provider_framework::{FunctionError, Value};
use serde_json::Value as Json;

/// Reads the values in argument `position`: YAML or JSON, a mapping.
pub(super) fn read(arguments: &[Value], position: usize) -> Result<Json, FunctionError> {
    let text = arguments.get(position).and_then(Value::as_str).unwrap_or_default();
    let value: Json = serde_yaml::from_str(text)
        .map_err(|error| FunctionError::argument(position, format!("not valid YAML: {error}")))?;
    match value {
        Json::Object(_) => Ok(value),
        Json::Null => Ok(Json::Object(serde_json::Map::new())),
        _ => Err(FunctionError::argument(position, "Helm values are a mapping")),
    }
}

/// One line for each value that differs, by path: `~` changed, `+` added, `-` removed.
pub(super) fn differences(before: &Json, after: &Json) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", Some(before), Some(after), &mut lines);
    lines
}

fn compare(path: &str, before: Option<&Json>, after: Option<&Json>, lines: &mut Vec<String>) {
    match (before, after) {
        (Some(Json::Object(before)), Some(Json::Object(after))) => {
            let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                compare(&path, before.get(key), after.get(key), lines);
            }
        }
        (Some(before), Some(after)) if before == after => {}
        (Some(before), Some(after)) => lines.push(format!("~ {path}: {before} -> {after}")),
        (Some(before), None) => lines.push(format!("- {path}: {before}")),
        (None, Some(after)) => lines.push(format!("+ {path}: {after}")),
        (None, None) => {}
    }
}
