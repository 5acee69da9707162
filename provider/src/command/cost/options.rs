//! The options of `cost`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bigdecimal::BigDecimal;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde_json::Value;

use crate::app::contract;
use crate::cost::comparison::{NodeType, Terms};
use crate::cost::requests::{Requests, parts, quantity, total};

/// What the command does, in a line.
pub(in crate::command) const ABOUT: &str = "Compares the costs of Auto Scaling groups with those of pods";

const EXAMPLES: &str = "\
Example:
  terraform-provider-ipsy cost --auto-scaling-group checkout --price t3.small=0.0208 \\
    --cpu 5.3 --memory 10.6Gi --node cpu=8,memory=16Gi,hourly=0.34 --utilization 65

Prices are for an hour; a month has 730 hours. The command reads the groups and their instances, and changes nothing. \
The arithmetic is that of the function `cost_compare`.

Exit codes: 0 done, 1 refused, 2 usage.";

pub(super) fn command() -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("terraform-provider-ipsy cost")
        .about(ABOUT)
        .after_help(EXAMPLES)
        .arg(
            text("auto-scaling-group", "NAME", "Auto Scaling group of the fleet; can be repeated")
                .action(ArgAction::Append)
                .required(true),
        )
        .arg(
            text("price", "TYPE=PRICE", "Price of an instance type, such as t3.small=0.0208; can be repeated")
                .action(ArgAction::Append)
                .required(true),
        )
        .arg(text("cpu", "QUANTITY", "Processor time that the pods request, such as 5.3").requires("memory"))
        .arg(text("memory", "QUANTITY", "Memory that the pods request, such as 10.6Gi").requires("cpu"))
        .arg(
            text("values", "FILE", "Helm values that the requests are taken from, at the minimum number of pods")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with("cpu")
                .required_unless_present("cpu"),
        )
        .arg(
            text(
                "node",
                "NAME=VALUE,…",
                "Node type: `cpu` and `memory` that pods can request of one, prices `hourly` and `spot`, and `share` of \
                 the requests in percent (default 100); can be repeated",
            )
            .action(ArgAction::Append)
            .required(true),
        )
        .arg(text("spot", "PERCENT", "Part of the nodes that is Spot capacity").default_value("0"))
        .arg(
            text("over-provisioning", "PERCENT", "Requests of placeholder pods, of the app's requests")
                .default_value("0"),
        )
        .arg(
            text("utilization", "PERCENT", "Part of the nodes that is requested; the rest is paid for as well")
                .default_value("100"),
        )
        .arg(text("fixed", "PRICE", "Price of what is fixed, such as a share of the control plane").default_value("0"))
        .arg(text("region", "REGION", "AWS region; default: that of the environment or profile"))
}

/// What the options hold.
pub(super) struct Inputs {
    pub(super) prices: BTreeMap<String, BigDecimal>,
    pub(super) requests: Requests,
    pub(super) nodes: Vec<NodeType>,
    pub(super) terms: Terms,
}

impl Inputs {
    pub(super) fn read(matches: &ArgMatches) -> Result<Self, String> {
        let number = |name: &str| {
            let text = matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
            decimal(name, text)
        };
        let prices = matches.get_many::<String>("price").into_iter().flatten().map(|pair| {
            let (name, price) =
                pair.split_once('=').ok_or_else(|| format!("--price: expected TYPE=PRICE, got `{pair}`"))?;
            Ok((name.to_owned(), decimal("price", price)?))
        });
        let nodes = matches.get_many::<String>("node").into_iter().flatten().map(|text| node(text));
        Ok(Self {
            prices: prices.collect::<Result<_, String>>()?,
            requests: requests(matches)?,
            nodes: nodes.collect::<Result<_, _>>()?,
            terms: Terms {
                spot_percent: number("spot")?,
                over_provisioning_percent: number("over-provisioning")?,
                utilization_percent: number("utilization")?,
                fixed_hourly: number("fixed")?,
            },
        })
    }
}

fn decimal(option: &str, text: &str) -> Result<BigDecimal, String> {
    text.parse().map_err(|_| format!("--{option}: `{text}` is not a number"))
}

fn node(text: &str) -> Result<NodeType, String> {
    let mut members = BTreeMap::new();
    for member in text.split(',') {
        let known = ["cpu", "memory", "hourly", "spot", "share"];
        match member.split_once('=') {
            Some((name, value)) if known.contains(&name) => members.insert(name, value),
            _ => {
                return Err(format!("--node: `{member}` is not NAME=VALUE with one of {}", known.join(", ")));
            }
        };
    }
    let member = |name: &str| {
        members.get(name).copied().ok_or_else(|| format!("--node: `{name}` is missing in `{text}`"))
    };
    let amount = |name: &str| quantity(member(name)?).map_err(|reason| format!("--node: {reason}"));
    let price = |name: &str| member(name).and_then(|text| decimal("node", text));
    Ok(NodeType {
        capacity: Requests { cpu: amount("cpu")?, memory: amount("memory")? },
        hourly: price("hourly")?,
        spot_hourly: members.contains_key("spot").then(|| price("spot")).transpose()?,
        share_percent: if members.contains_key("share") { price("share")? } else { BigDecimal::from(100) },
    })
}

fn requests(matches: &ArgMatches) -> Result<Requests, String> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    if let (Some(cpu), Some(memory)) = (text("cpu"), text("memory")) {
        return Ok(Requests { cpu: quantity(cpu)?, memory: quantity(memory)? });
    }
    let path = matches.get_one::<PathBuf>("values").cloned().unwrap_or_default();
    let shown = path.display();
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("--values: `{shown}` cannot be read: {error}"))?;
    let values: Value = serde_yaml::from_str(&text)
        .map_err(|error| format!("--values: `{shown}` is not valid YAML: {error}"))?;
    let refused = contract::problems(&values);
    if !refused.is_empty() {
        return Err(format!("--values: the standard chart does not take `{shown}`:\n{}", refused.join("\n")));
    }
    let (_, requests) = total(&parts(&values)?, |part| part.minimum);
    Ok(requests)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(more: &[&str]) -> Result<Inputs, String> {
        let fixed = ["cost", "--auto-scaling-group", "web", "--price", "t3.small=0.0208"];
        let matches = command().try_get_matches_from(fixed.iter().chain(more));
        Inputs::read(&matches.map_err(|error| error.to_string())?)
    }

    #[test]
    fn options_are_read_as_decimals_and_quantities() {
        let node = "cpu=8,memory=16Gi,hourly=0.34,spot=0.14";
        let inputs = read(&["--cpu", "500m", "--memory", "1Gi", "--node", node, "--spot", "50"]).unwrap();
        assert_eq!(inputs.requests.cpu, decimal("cpu", "0.5").unwrap());
        assert_eq!(inputs.prices["t3.small"], decimal("price", "0.0208").unwrap());
        assert_eq!(inputs.nodes[0].spot_hourly, decimal("spot", "0.14").ok());
        assert_eq!(inputs.nodes[0].share_percent, BigDecimal::from(100));
        assert_eq!(inputs.terms.utilization_percent, BigDecimal::from(100));
    }

    #[test]
    fn wrong_options_are_refused() {
        let node = "cpu=8,memory=16Gi,hourly=0.34";
        for (more, expected) in [
            (vec!["--node", node], "--values"),
            (vec!["--cpu", "1", "--node", node], "--memory"),
            (vec!["--cpu", "1 core", "--memory", "1Gi", "--node", node], "`1 core` is not a valid quantity"),
            (vec!["--cpu", "1", "--memory", "1Gi", "--node", "cpu=8"], "`memory` is missing"),
            (vec!["--cpu", "1", "--memory", "1Gi", "--node", "gpu=1"], "`gpu=1` is not NAME=VALUE"),
            (vec!["--cpu", "1", "--memory", "1Gi", "--node", node, "--spot", "few"], "`few` is not a number"),
            (vec!["--values", "/nowhere", "--node", node], "`/nowhere` cannot be read"),
        ] {
            let reason = read(&more).err().unwrap();
            assert!(reason.contains(expected), "`{expected}` is not in {reason}");
        }
    }
}
