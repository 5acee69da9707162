//! Decimal amounts as arguments and results of functions.

use bigdecimal::BigDecimal;
use provider_framework::{FunctionError, Number, Type, Value};
use serde_json::Value as Json;

use super::documents;
use crate::app::contract;
use crate::cost::requests::{Part, Requests, parts};
use crate::cost::rounded;

/// The amount in argument `position`.
pub(super) fn read(value: &Value, position: usize, name: &str) -> Result<BigDecimal, FunctionError> {
    value
        .as_number()
        .filter(|number| !number.is_infinite())
        .and_then(|number| number.to_string().parse().ok())
        .ok_or_else(|| FunctionError::argument(position, format!("`{name}` must be a finite number")))
}

/// An amount as a value of Terraform.
pub(super) fn write(amount: &BigDecimal) -> Value {
    let number = amount.to_plain_string().parse::<Number>();
    number.map_or(Value::Null, Value::Number)
}

/// The parts of the app whose values are in argument `position`. Values that the chart refuses have no costs.
pub(super) fn parts_of_app(
    arguments: &[Value],
    position: usize,
) -> Result<std::collections::BTreeMap<String, Part>, FunctionError> {
    let values: Json = documents::read(arguments, position)?;
    let refused = contract::problems(&values);
    if !refused.is_empty() {
        let lines = refused.join("\n");
        return Err(FunctionError::argument(
            position,
            format!("the standard chart does not take these values:\n{lines}"),
        ));
    }
    parts(&values).map_err(|reason| FunctionError::argument(position, reason))
}

/// The type of [`sum`].
pub(super) fn sum_type() -> Type {
    Type::object(["pods", "cpu", "memory"].map(|name| (name, Type::Number)))
}

/// A number of pods with what they request.
pub(super) fn sum(pods: u64, requests: &Requests) -> Value {
    Value::object([
        ("pods", write(&BigDecimal::from(pods))),
        ("cpu", write(&rounded(&requests.cpu))),
        ("memory", write(&rounded(&requests.memory))),
    ])
}
