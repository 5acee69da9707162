//! `merge_values`: several documents of Helm values as one, by Helm's own rules.

use provider_framework::{Function, FunctionError, Parameter, Signature, Type, Value};
use serde_json::{Map, Value as Json};

use super::documents;
use crate::app::values::sorted;

/// The function `merge_values`.
pub(super) struct MergeValues;

impl Function for MergeValues {
    fn name(&self) -> &'static str {
        "merge_values"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::String)
            .summary("Merges Helm values, the last one strongest")
            .describe(
                "Merges documents of Helm values as `helm --values` does: mappings member by member, everything \
                 else as a whole, and null removes the value of a weaker document. Gives JSON with sorted keys.",
            )
            .variadic(Parameter::new("values", Type::String).describe("YAML or JSON, weakest first."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut merged = Json::Object(Map::new());
        for position in 0..arguments.len() {
            merge(&mut merged, documents::read(&arguments, position)?);
        }
        Ok(Value::from(sorted(merged).to_string()))
    }
}

/// Puts `stronger` over `weaker` (Helm's `CoalesceTables`).
fn merge(weaker: &mut Json, stronger: Json) {
    match (weaker, stronger) {
        (Json::Object(weaker), Json::Object(stronger)) => {
            for (key, value) in stronger {
                if value.is_null() {
                    weaker.remove(&key);
                } else {
                    merge(weaker.entry(key).or_insert(Json::Null), value);
                }
            }
        }
        // Nulls are removed even if no weaker mapping exists.
        (weaker, Json::Object(stronger)) => {
            *weaker = Json::Object(Map::new());
            merge(weaker, Json::Object(stronger));
        }
        (weaker, stronger) => *weaker = stronger,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(documents: &[&str], expected: &str) {
        let arguments = documents.iter().map(|text| Value::from(*text)).collect();
        assert_eq!(MergeValues.call(arguments).unwrap(), Value::from(expected));
    }

    #[test]
    fn mappings_merge_lists_are_replaced_and_null_removes() {
        check(&["a: {x: 1, y: 2}\nl: [1, 2]", "a: {y: 3}\nl: [9]"], r#"{"a":{"x":1,"y":3},"l":[9]}"#);
        check(&["a: {x: 1, y: 2}", "a: {x: null}"], r#"{"a":{"y":2}}"#);
        check(&["a: 1", "a: {b: null, c: 2}"], r#"{"a":{"c":2}}"#);
        check(&[], "{}");
    }

    #[test]
    fn an_argument_that_is_not_a_mapping_is_refused_by_position() {
        let error = MergeValues.call(vec![Value::from("{}"), Value::from("[1]")]).unwrap_err();
        assert_eq!(error.argument, Some(1));
    }
}
