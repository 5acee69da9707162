//! `cost_estimate`: what an app's requests cost, from prices that the caller gives.

use bigdecimal::{BigDecimal, Zero};
use provider_framework::{Function, FunctionError, Parameter, Signature, Type, Value};

use super::amounts;
use crate::cost::requests::total;
use crate::cost::{HOURS_PER_MONTH, monthly, rounded};

/// Bytes of a GiB.
const GIBIBYTE: u32 = 1 << 30;

/// The function `cost_estimate`.
pub(super) struct CostEstimate;

impl Function for CostEstimate {
    fn name(&self) -> &'static str {
        "cost_estimate"
    }

    fn signature(&self) -> Signature {
        let result = ["cpu", "memory", "hourly", "monthly"].map(|name| (name, Type::Number));
        Signature::new(Type::object(result))
            .summary("Estimates what an app's requests cost")
            .describe(format!(
                "Requests × price ÷ utilization. `cpu` is in cores and `memory` in GiB, over the minimum number of \
                 pods of the app and its workers (see `requests_total`); `monthly` is {HOURS_PER_MONTH} hours. Idle \
                 capacity of the cluster is included by `utilization` only.",
            ))
            .parameter(
                Parameter::new("values", Type::String)
                    .describe("Helm values, such as `ipsy_app.NAME.values_by_backend[\"blue\"]`."),
            )
            .parameter(
                Parameter::new("core_hour", Type::Number).describe("Price of a core for an hour, 0 or more."),
            )
            .parameter(
                Parameter::new("gibibyte_hour", Type::Number)
                    .describe("Price of a GiB of memory for an hour, 0 or more."),
            )
            .parameter(
                Parameter::new("utilization", Type::Number)
                    .describe("Share of the nodes' capacity that is requested, above 0 and at most 1."),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let parts = amounts::parts_of_app(&arguments, 0)?;
        let number = |position: usize, name: &str| {
            let amount = amounts::read(arguments.get(position).unwrap_or(&Value::Null), position, name)?;
            if amount < BigDecimal::zero() {
                return Err(FunctionError::argument(position, format!("`{name}` must be 0 or more")));
            }
            Ok(amount)
        };
        let (core_hour, gibibyte_hour) = (number(1, "core_hour")?, number(2, "gibibyte_hour")?);
        let utilization = number(3, "utilization")?;
        if utilization.is_zero() || utilization > 1 {
            return Err(FunctionError::argument(3, "`utilization` must be above 0 and at most 1"));
        }
        let (_, requests) = total(&parts, |part| part.minimum);
        let memory = requests.memory / BigDecimal::from(GIBIBYTE);
        let hourly = (&requests.cpu * core_hour + &memory * gibibyte_hour) / utilization;
        let amounts = [
            ("cpu", &requests.cpu),
            ("memory", &memory),
            ("hourly", &hourly),
            ("monthly", &monthly(&hourly)),
        ];
        Ok(Value::object(amounts.map(|(name, amount)| (name, amounts::write(&rounded(amount))))))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const VALUES: &str = r#"{
        "app": {"name": "checkout"},
        "image": {"repository": "checkout", "tag": "1"},
        "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}},
        "autoscaling": {"min": 10}
    }"#;

    fn call(numbers: [&str; 3]) -> Result<Value, FunctionError> {
        let numbers = numbers.map(|text| Value::Number(text.parse().unwrap()));
        CostEstimate.call(std::iter::once(Value::from(VALUES)).chain(numbers).collect())
    }

    #[test]
    fn an_estimate_follows_its_formula() {
        let estimate = call(["0.03", "0.005", "0.5"]).unwrap().to_json();
        assert_eq!(estimate, json!({ "cpu": 5, "memory": 10, "hourly": 0.4, "monthly": 292 }));
    }

    #[test]
    fn prices_and_utilizations_out_of_range_are_refused() {
        assert_eq!(call(["0.03", "-1", "0.5"]).unwrap_err().argument, Some(2));
        assert_eq!(call(["0.03", "1", "0"]).unwrap_err().argument, Some(3));
        assert_eq!(call(["0.03", "1", "1.1"]).unwrap_err().argument, Some(3));
    }
}
