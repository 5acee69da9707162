//! `diff_values`: what differs between two documents of Helm values.

use serde_json::Value as Json;
use tf_provider::{Function, FunctionError, Parameter, Signature, Type, Value};

use super::documents;

/// The function `diff_values`.
pub(super) struct DiffValues;

impl Function for DiffValues {
    fn name(&self) -> &'static str {
        "diff_values"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::list(Type::String))
            .summary("Tells how two documents of Helm values differ")
            .describe("One line for each value that differs, by path: `~` changed, `+` added, `-` removed.")
            .parameter(Parameter::new("before", Type::String).describe("YAML or JSON."))
            .parameter(Parameter::new("after", Type::String).describe("YAML or JSON."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let (before, after) = (documents::read(&arguments, 0)?, documents::read(&arguments, 1)?);
        let mut lines = Vec::new();
        compare("", Some(&before), Some(&after), &mut lines);
        Ok(Value::List(lines.into_iter().map(Value::from).collect()))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_told_by_path() {
        let arguments = vec![Value::from("a: {x: 1, y: 2}\nb: 1"), Value::from("a: {x: 1, y: 3}\nc: [1]")];
        let expected = ["~ a.y: 2 -> 3", "- b: 1", "+ c: [1]"].map(Value::from).to_vec();
        assert_eq!(DiffValues.call(arguments).unwrap(), Value::List(expected));
    }
}
