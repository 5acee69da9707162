//! `cost_compare`: an EC2 fleet beside the share of Kubernetes nodes that does its work, from prices that the caller
//! gives.

use provider_framework::{Function, FunctionError, Parameter, Signature, Type, Value};

use super::amounts;
use crate::cost::HOURS_PER_MONTH;
use crate::cost::comparison::{Comparison, Fault, Instances, NodeType, Terms, compare};
use crate::cost::requests::{Requests, quantity};

const FLEET: usize = 0;
const REQUESTS: usize = 1;
const NODES: usize = 2;
const TERMS: usize = 3;

/// The function `cost_compare`.
pub(super) struct CostCompare;

impl Function for CostCompare {
    fn name(&self) -> &'static str {
        "cost_compare"
    }

    fn signature(&self) -> Signature {
        let numbers = |names: &[&str]| Type::object(names.iter().map(|name| (*name, Type::Number)));
        let costs = numbers(&["hourly", "monthly"]);
        let result = Type::object([
            ("ec2", costs.clone()),
            ("kubernetes", costs),
            ("nodes", Type::list(Type::Number)),
            ("saving", numbers(&["hourly", "monthly", "percent"])),
        ]);
        let node = [
            ("cpu", Type::String),
            ("memory", Type::String),
            ("hourly", Type::Number),
            ("spot_hourly", Type::Number),
            ("share_percent", Type::Number),
        ];
        Signature::new(result)
            .summary("Compares the costs of an EC2 fleet with those of pods")
            .describe(format!(
                "Every price is an input, so the result is as good as they are. Of each node type the app fills \
                 `max(requested CPU ÷ cpu, requested memory ÷ memory)` nodes, times its share, times 1 + \
                 over-provisioning, divided by the utilization; a node costs its price, or its Spot price for the \
                 Spot share. `nodes` are these numbers of nodes, which are rarely whole; `saving.percent` is below 0 \
                 if Kubernetes costs more. `monthly` is {HOURS_PER_MONTH} hours. Decimal arithmetic; results are \
                 rounded to the sixth decimal. Not included: disks, traffic, and discounts other than Spot."
            ))
            .parameter(Parameter::new("fleet", Type::list(numbers(&["count", "hourly"]))).describe(
                "The EC2 instances: `count` of each instance type, and the price `hourly` of one.",
            ))
            .parameter(Parameter::new("requests", numbers(&["cpu", "memory"])).describe(
                "What the pods request: cores, and bytes. `requests_total(…).minimum` or `.maximum` fits.",
            ))
            .parameter(Parameter::new("nodes", Type::list(Type::object(node))).describe(
                "The node types: `cpu` and `memory` that pods can request of one, as Kubernetes quantities; its prices \
                 `hourly` and `spot_hourly` (null without Spot); `share_percent` of the requests, 100 in sum.",
            ))
            .parameter(
                Parameter::new(
                    "terms",
                    numbers(&[
                        "spot_percent",
                        "over_provisioning_percent",
                        "utilization_percent",
                        "fixed_hourly",
                    ]),
                )
                .describe(
                    "`spot_percent` of the nodes that are Spot capacity; `over_provisioning_percent` of the requests \
                     that placeholder pods hold; `utilization_percent` of the nodes that is requested (100: idle \
                     capacity is not paid for); `fixed_hourly`, such as a share of the control plane.",
                ),
            )
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let argument = |position: usize| arguments.get(position).unwrap_or(&Value::Null);
        let number =
            |value: &Value, position: usize, name: &str| amounts::read(value.attribute(name), position, name);
        let list = |position: usize| argument(position).as_list().unwrap_or_default();
        let fleet = list(FLEET).iter().map(|instances| {
            let number = |name: &str| number(instances, FLEET, name);
            Ok(Instances { count: number("count")?, hourly: number("hourly")? })
        });
        let nodes = list(NODES).iter().map(|node| {
            let capacity = |name: &str| {
                let text = node.attribute(name).as_str().unwrap_or_default();
                quantity(text).map_err(|reason| FunctionError::argument(NODES, reason))
            };
            let spot_hourly = match node.attribute("spot_hourly") {
                Value::Null => None,
                price => Some(amounts::read(price, NODES, "spot_hourly")?),
            };
            Ok(NodeType {
                capacity: Requests { cpu: capacity("cpu")?, memory: capacity("memory")? },
                hourly: number(node, NODES, "hourly")?,
                spot_hourly,
                share_percent: number(node, NODES, "share_percent")?,
            })
        });
        let requests = |name: &str| number(argument(REQUESTS), REQUESTS, name);
        let requests = Requests { cpu: requests("cpu")?, memory: requests("memory")? };
        let term = |name: &str| number(argument(TERMS), TERMS, name);
        let terms = Terms {
            spot_percent: term("spot_percent")?,
            over_provisioning_percent: term("over_provisioning_percent")?,
            utilization_percent: term("utilization_percent")?,
            fixed_hourly: term("fixed_hourly")?,
        };
        let fleet: Vec<Instances> = fleet.collect::<Result<_, FunctionError>>()?;
        let nodes: Vec<NodeType> = nodes.collect::<Result<_, FunctionError>>()?;
        compare(&fleet, &requests, &nodes, &terms).map(|compared| result(&compared)).map_err(refusal)
    }
}

fn result(compared: &Comparison) -> Value {
    let [ec2_monthly, kubernetes_monthly, saved_monthly] = compared.monthly();
    let costs = |hourly, monthly| {
        Value::object([("hourly", amounts::write(hourly)), ("monthly", amounts::write(monthly))])
    };
    let saving = Value::object([
        ("hourly", amounts::write(&(&compared.ec2_hourly - &compared.kubernetes_hourly))),
        ("monthly", amounts::write(&saved_monthly)),
        ("percent", amounts::write(&compared.saving_percent)),
    ]);
    Value::object([
        ("ec2", costs(&compared.ec2_hourly, &ec2_monthly)),
        ("kubernetes", costs(&compared.kubernetes_hourly, &kubernetes_monthly)),
        ("nodes", Value::List(compared.nodes.iter().map(amounts::write).collect())),
        ("saving", saving),
    ])
}

fn refusal(fault: Fault) -> FunctionError {
    let at = FunctionError::argument;
    match fault {
        Fault::FreeFleet => at(FLEET, "the fleet costs nothing: `count` and `hourly` must be above 0"),
        Fault::Shares => at(NODES, "each `share_percent` must be 0 to 100, and their sum 100"),
        Fault::Capacity => at(NODES, "`cpu` and `memory` of a node must be above 0"),
        Fault::SpotPrice => at(NODES, "`spot_hourly` must be a price: `spot_percent` is above 0"),
        Fault::Percent => at(
            TERMS,
            "`spot_percent` must be 0 to 100, `over_provisioning_percent` 0 or more, and `utilization_percent` \
             above 0 and at most 100",
        ),
        Fault::Negative => FunctionError::new("counts, requests and prices must be 0 or more"),
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use provider_framework::Number;
    use serde_json::json;

    use super::*;

    fn decimal(text: &str) -> Value {
        Value::Number(Number::from_str(text).unwrap())
    }

    fn call(spot_hourly: Value, spot_percent: &str) -> Result<Value, FunctionError> {
        let fleet = Value::object([("count", decimal("36")), ("hourly", decimal("0.0208"))]);
        let requests = Value::object([("cpu", decimal("4")), ("memory", decimal("0"))]);
        let node = Value::object([
            ("cpu", Value::from("8")),
            ("memory", Value::from("16Gi")),
            ("hourly", decimal("0.34")),
            ("spot_hourly", spot_hourly),
            ("share_percent", decimal("100")),
        ]);
        let terms = Value::object([
            ("spot_percent", decimal(spot_percent)),
            ("over_provisioning_percent", decimal("0")),
            ("utilization_percent", decimal("100")),
            ("fixed_hourly", decimal("0")),
        ]);
        CostCompare.call(vec![Value::List(vec![fleet]), requests, Value::List(vec![node]), terms])
    }

    #[test]
    fn both_costs_are_shown_with_their_difference() {
        let compared = call(Value::Null, "0").unwrap().to_json();
        assert_eq!(compared["ec2"], json!({ "hourly": 0.7488, "monthly": 546.624 }));
        assert_eq!(compared["kubernetes"], json!({ "hourly": 0.17, "monthly": 124.1 }));
        assert_eq!(compared["nodes"], json!([0.5]));
        let saving = json!({ "hourly": 0.5788, "monthly": 422.524, "percent": 77.297_009 });
        assert_eq!(compared["saving"], saving);
        assert_eq!(call(decimal("0.1"), "100").unwrap().to_json()["kubernetes"]["hourly"], json!(0.05));
    }

    #[test]
    fn a_spot_share_needs_a_spot_price() {
        let error = call(Value::Null, "10").unwrap_err();
        assert_eq!(error.argument, Some(2));
        assert!(error.text.contains("spot_hourly"), "{}", error.text);
    }
}
