//! `requests_total`: what all pods of an app request together.

use provider_framework::{Function, FunctionError, Parameter, Signature, Type, Value};

use super::amounts;
use crate::cost::requests::{Part, total};

/// The function `requests_total`.
pub(super) struct RequestsTotal;

impl Function for RequestsTotal {
    fn name(&self) -> &'static str {
        "requests_total"
    }

    fn signature(&self) -> Signature {
        let part = Type::object(["minimum", "maximum"].map(|name| (name, amounts::sum_type())));
        let result =
            [("minimum", amounts::sum_type()), ("maximum", amounts::sum_type()), ("parts", Type::map(part))];
        Signature::new(Type::object(result))
            .summary("Sums up what an app's pods request")
            .describe(
                "The processor time in cores and the memory in bytes that all pods of an app request on one backend, \
                 as the scheduler counts them: sidecars and init containers included, defaults of the standard chart \
                 as well. `minimum` has the minimum number of pods of the autoscalers; `maximum` has their maximum, a pod of each \
                 cron that is not suspended, and the migration. `parts` has both for each of `web`, `worker/NAME`, \
                 `cron/NAME` and `migration`. Not included: the surge of a rolling update, and runs of a cron that \
                 overlap.",
            )
            .parameter(
                Parameter::new("values", Type::String)
                    .describe("Helm values, such as `ipsy_app.NAME.values_by_backend[\"blue\"]`."),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let parts = amounts::parts_of_app(&arguments, 0)?;
        let both = |minimum, maximum| [("minimum", minimum), ("maximum", maximum)];
        let of_count = |count: fn(&Part) -> u64| {
            let (pods, requests) = total(&parts, count);
            amounts::sum(pods, &requests)
        };
        let all = both(of_count(|part| part.minimum), of_count(|part| part.maximum));
        let of_part = |part: &Part| {
            let sum = |pods| amounts::sum(pods, &(&part.pod * pods));
            Value::object(both(sum(part.minimum), sum(part.maximum)))
        };
        let parts = Value::map(parts.iter().map(|(name, part)| (name.as_str(), of_part(part))));
        Ok(Value::object(all.into_iter().chain([("parts", parts)])))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(values: &serde_json::Value) -> Result<Value, FunctionError> {
        RequestsTotal.call(vec![Value::from(values.to_string())])
    }

    #[test]
    fn totals_and_parts_are_exact() {
        let values = json!({
            "app": { "name": "checkout" },
            "image": { "repository": "checkout", "tag": "1" },
            "autoscaling": { "min": 3, "max": 30 },
            "resources": { "requests": { "cpu": "100m", "memory": "1Gi" } },
            "workers": { "events": { "replicas": 1 } },
        });
        let total = call(&values).unwrap().to_json();
        assert_eq!(total["minimum"], json!({ "pods": 4, "cpu": 0.4, "memory": 4_294_967_296_u64 }));
        assert_eq!(total["maximum"]["cpu"], json!(3.1));
        assert_eq!(total["parts"]["worker/events"]["maximum"]["pods"], json!(1));
        assert_eq!(total["parts"]["web"]["maximum"]["memory"], json!(32_212_254_720_u64));
    }

    #[test]
    fn values_that_the_chart_refuses_have_no_total() {
        let error = call(&json!({ "autoscalling": { "min": 3 } })).unwrap_err();
        assert!(error.text.contains("autoscalling"), "{error:?}");
        assert_eq!(error.argument, Some(0));
    }
}
