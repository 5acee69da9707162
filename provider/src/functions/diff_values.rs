//! `diff_values`: what differs between two documents of Helm values.

use provider_framework::{Function, FunctionError, Parameter, Signature, Type, Value};

use super::documents;

/// The function `diff_values`.
pub(super) struct DiffValues;

impl Function for DiffValues {
    fn name(&self) -> &'static str {
        "diff_values"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::list(Type::String))
            .summary("Shows how two documents of Helm values differ")
            .describe("One line for each value that differs, by path: `~` changed, `+` added, `-` removed.")
            .parameter(Parameter::new("before", Type::String).describe("YAML or JSON."))
            .parameter(Parameter::new("after", Type::String).describe("YAML or JSON."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let (before, after) = (documents::read(&arguments, 0)?, documents::read(&arguments, 1)?);
        Ok(Value::List(documents::differences(&before, &after).into_iter().map(Value::from).collect()))
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
