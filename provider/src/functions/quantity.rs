//! `quantity`: a Kubernetes quantity as a number, to calculate with.

use ipsy_post_renderer::Quantity;
use provider_framework::{Function, FunctionError, Number, Parameter, Signature, Type, Value};

/// The function `quantity`.
pub(super) struct QuantityFunction;

impl Function for QuantityFunction {
    fn name(&self) -> &'static str {
        "quantity"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::Number)
            .summary("Reads a Kubernetes quantity as a number")
            .describe("`250m` is 0.25, `1Gi` is 1073741824: cores of CPU, bytes of memory, exactly.")
            .parameter(Parameter::new("quantity", Type::String).describe("The quantity."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let text = arguments.first().and_then(Value::as_str).unwrap_or_default();
        let quantity =
            Quantity::parse(text).map_err(|error| FunctionError::argument(0, error.to_string()))?;
        // In thousand-millionths, as a decimal text, so that nothing is rounded on the way.
        let (sign, nano) = if quantity.nano() < 0 { ("-", -quantity.nano()) } else { ("", quantity.nano()) };
        let decimal = format!("{sign}{}.{:09}", nano / 1_000_000_000, nano % 1_000_000_000);
        decimal
            .parse::<Number>()
            .map(Value::Number)
            .map_err(|error| FunctionError::argument(0, format!("{error:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_become_exact_numbers() {
        let call = |text: &str| QuantityFunction.call(vec![Value::from(text)]).unwrap();
        assert_eq!(call("1Gi"), Value::from(1_073_741_824_i64));
        assert_eq!(call("250m"), Value::Number("0.25".parse().unwrap()));
        assert!(QuantityFunction.call(vec![Value::from("1Gigs")]).is_err());
    }
}
