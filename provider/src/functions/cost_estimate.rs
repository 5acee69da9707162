//! `cost_estimate`: what an app's requests cost, from prices that the caller gives. No prices are built in, and
//! every figure can be calculated again from its inputs.

use ipsy_post_renderer::Quantity;
use serde_json::Value as Json;
use tf_provider::{Function, FunctionError, Number, Parameter, Signature, Type, Value};

use super::documents;

/// Hours in a month, as AWS' own calculator has it.
const HOURS_PER_MONTH: f64 = 730.0;

/// The function `cost_estimate`.
pub(super) struct CostEstimate;

impl Function for CostEstimate {
    fn name(&self) -> &'static str {
        "cost_estimate"
    }

    fn signature(&self) -> Signature {
        let part = |name: &str| (name.to_owned(), Type::Number);
        Signature::new(Type::object([part("cpu"), part("memory"), part("hourly"), part("monthly")]))
            .summary("Estimates what an app's requests cost")
            .describe(
                "Requests × replicas × price ÷ utilization. `cpu` is in cores and `memory` in GiB, over all \
                 replicas (the autoscaler's minimum); `monthly` is 730 hours. Idle capacity of the cluster is only \
                 in it as far as `utilization` says so.",
            )
            .parameter(Parameter::new("values", Type::String).describe("Helm values, such as `ipsy_app.NAME.values_by_backend[\"blue\"]`."))
            .parameter(Parameter::new("core_hour", Type::Number).describe("Price of a core for an hour."))
            .parameter(Parameter::new("gibibyte_hour", Type::Number).describe("Price of a GiB of memory for an hour."))
            .parameter(
                Parameter::new("utilization", Type::Number)
                    .describe("Share of the nodes' capacity that is requested, above 0 and at most 1."),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let values = documents::read(&arguments, 0)?;
        let number = |position: usize| {
            let number = arguments.get(position).and_then(Value::as_f64).unwrap_or(-1.0);
            let valid = number.is_finite() && number >= 0.0;
            valid.then_some(number).ok_or_else(|| FunctionError::argument(position, "a price is 0 or more"))
        };
        let (core_hour, gibibyte_hour, utilization) = (number(1)?, number(2)?, number(3)?);
        if utilization <= 0.0 || utilization > 1.0 {
            return Err(FunctionError::argument(3, "the utilization is above 0 and at most 1"));
        }
        let replicas =
            values["autoscaling"]["min"].as_f64().or_else(|| values["replicas"].as_f64()).unwrap_or(1.0);
        let cpu = request(&values, "cpu")? * replicas;
        let memory = request(&values, "memory")? * replicas / (1024.0 * 1024.0 * 1024.0);
        let hourly = (cpu * core_hour + memory * gibibyte_hour) / utilization;
        let value = |number: f64| Number::from_f64(number).map_or(Value::Null, Value::Number);
        Ok(Value::object([
            ("cpu", value(cpu)),
            ("memory", value(memory)),
            ("hourly", value(hourly)),
            ("monthly", value(hourly * HOURS_PER_MONTH)),
        ]))
    }
}

/// A request in base units: cores or bytes.
fn request(values: &Json, name: &str) -> Result<f64, FunctionError> {
    let Some(text) = values["resources"]["requests"][name].as_str() else { return Ok(0.0) };
    let quantity = Quantity::parse(text).map_err(|error| FunctionError::argument(0, error.to_string()))?;
    #[expect(clippy::cast_precision_loss, reason = "an estimate in currency needs no more than 52 bits")]
    let nano = quantity.nano() as f64;
    Ok(nano / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_follows_its_formula() {
        let values = r#"{"resources":{"requests":{"cpu":"500m","memory":"1Gi"}},"autoscaling":{"min":10}}"#;
        let numbers = ["0.03", "0.005", "0.5"].map(|text| Value::Number(text.parse().unwrap()));
        let arguments = std::iter::once(Value::from(values)).chain(numbers).collect();
        let estimate = CostEstimate.call(arguments).unwrap();
        assert_eq!(estimate.attribute("cpu").as_f64(), Some(5.0));
        assert_eq!(estimate.attribute("memory").as_f64(), Some(10.0));
        let hourly = estimate.attribute("hourly").as_f64().unwrap();
        assert!((hourly - (5.0 * 0.03 + 10.0 * 0.005) / 0.5).abs() < 1e-9, "{hourly}");
        assert!((estimate.attribute("monthly").as_f64().unwrap() - hourly * 730.0).abs() < 1e-6);
    }

    #[test]
    fn a_utilization_of_nothing_is_refused() {
        let arguments = vec![Value::from("{}"), Value::from(1_i64), Value::from(1_i64), Value::from(0_i64)];
        assert_eq!(CostEstimate.call(arguments).unwrap_err().argument, Some(3));
    }
}
