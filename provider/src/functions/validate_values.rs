//! `validate_values`: what the standard chart would refuse, before Helm is asked.

use provider_framework::{Function, FunctionError, Parameter, Signature, Type, Value};

use super::documents;
use crate::app::contract;

/// The function `validate_values`.
pub(super) struct ValidateValues;

impl Function for ValidateValues {
    fn name(&self) -> &'static str {
        "validate_values"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::list(Type::String))
            .summary("Checks Helm values against the standard chart's schema")
            .describe("One line for each value that the chart would refuse; none if it takes them all.")
            .parameter(Parameter::new("values", Type::String).describe("YAML or JSON."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let values = documents::read(&arguments, 0)?;
        Ok(Value::List(contract::problems(&values).into_iter().map(Value::from).collect()))
    }
}
