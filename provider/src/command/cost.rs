//! `cost`: what Auto Scaling groups cost beside the share of Kubernetes nodes that does their work, as a table. Prices are
//! arguments; the groups are read from AWS.

pub(super) mod options;

use std::collections::BTreeMap;
use std::ffi::OsString;

use bigdecimal::{BigDecimal, RoundingMode};
use clap::ArgMatches;

use super::fleet::{self, Refusal};
use super::terminal::Terminal;
use super::{DONE, PROGRAM, REFUSED, USAGE};
use crate::cost::comparison::{Comparison, Fault, Instances, compare};
use crate::cost::monthly;
use options::Inputs;

/// Runs with the arguments after `cost`; gives the exit code.
pub(super) async fn run(arguments: impl Iterator<Item = OsString>, terminal: &mut Terminal<'_>) -> u8 {
    let name = OsString::from(format!("{PROGRAM} cost"));
    let matches = match options::command().try_get_matches_from(std::iter::once(name).chain(arguments)) {
        Ok(matches) => matches,
        Err(message) => {
            terminal.show(message.to_string().trim_end());
            return if message.use_stderr() { USAGE } else { DONE };
        }
    };
    let inputs = match Inputs::read(&matches) {
        Ok(inputs) => inputs,
        Err(reason) => {
            terminal.show(reason);
            return USAGE;
        }
    };
    match table(&matches, &inputs).await {
        Ok(lines) => {
            for line in lines {
                terminal.show(line);
            }
            DONE
        }
        Err(reason) => {
            terminal.show(reason);
            REFUSED
        }
    }
}

/// Instances of one type in one group.
struct Row {
    group: String,
    instance_type: String,
    instances: Instances,
}

async fn table(matches: &ArgMatches, inputs: &Inputs) -> Result<Vec<String>, Refusal> {
    let aws = fleet::connect(matches.get_one::<String>("region").map(String::as_str)).await?;
    let mut rows = Vec::new();
    let names = matches.get_many::<String>("auto-scaling-group").into_iter().flatten();
    for name in names {
        let group = fleet::auto_scaling_group(&aws, name).await?;
        let fleet =
            aws.instances.fleet(&group.instance_ids).await.map_err(|error| fleet::explained(&error))?;
        rows.extend(priced(name, &fleet.instance_types, &inputs.prices)?);
    }
    let instances: Vec<Instances> = rows.iter().map(|row| row.instances.clone()).collect();
    let compared = compare(&instances, &inputs.requests, &inputs.nodes, &inputs.terms).map_err(refusal)?;
    Ok(lines(&rows, &compared))
}

fn priced(
    group: &str,
    instance_types: &BTreeMap<String, u32>,
    prices: &BTreeMap<String, BigDecimal>,
) -> Result<Vec<Row>, Refusal> {
    let row = |(instance_type, count): (&String, &u32)| {
        let hourly = prices.get(instance_type).ok_or_else(|| {
            format!(
                "`{group}` has instances of the type {instance_type}: add `--price {instance_type}=PRICE`."
            )
        })?;
        Ok(Row {
            group: group.to_owned(),
            instance_type: instance_type.clone(),
            instances: Instances { count: BigDecimal::from(*count), hourly: hourly.clone() },
        })
    };
    instance_types.iter().map(row).collect()
}

fn refusal(fault: Fault) -> Refusal {
    let text = match fault {
        Fault::FreeFleet => {
            "The groups have no instances, or instances without a price, so the costs cannot be compared."
        }
        Fault::Shares => "The `share` of the `--node` options must be 100 in sum.",
        Fault::Capacity => "`cpu` and `memory` of a `--node` must be above 0.",
        Fault::SpotPrice => "`--spot` needs the price `spot` of each `--node`.",
        Fault::Percent => "`--spot` must be 0 to 100, `--utilization` above 0 and at most 100.",
        Fault::Negative => "Requests and prices must be 0 or more.",
    };
    text.to_owned()
}

/// An amount with this many decimals.
fn shown(amount: &BigDecimal, decimals: i64) -> String {
    amount.with_scale_round(decimals, RoundingMode::HalfEven).to_plain_string()
}

fn lines(rows: &[Row], compared: &Comparison) -> Vec<String> {
    let line = |what: &str, number: &str, of: &str, hourly: &BigDecimal, month: &BigDecimal| {
        format!("{what:<28} {number:>10} {of:<12} {:>12} {:>12}", shown(hourly, 4), shown(month, 2))
    };
    let mut lines =
        vec![format!("{:<28} {:>10} {:<12} {:>12} {:>12}", "", "number", "of", "an hour", "a month")];
    for Row { group, instance_type, instances } in rows {
        let hourly = &instances.count * &instances.hourly;
        let number = instances.count.to_plain_string();
        lines.push(line(group, &number, instance_type, &hourly, &monthly(&hourly)));
    }
    let [ec2, kubernetes, saved] = compared.monthly();
    let nodes: BigDecimal = compared.nodes.iter().sum();
    let saved_hourly = &compared.ec2_hourly - &compared.kubernetes_hourly;
    let percent = format!("{} %", shown(&compared.saving_percent, 1));
    lines.push(line("EC2", "", "", &compared.ec2_hourly, &ec2));
    let nodes = shown(&nodes, 2);
    lines.push(line("Kubernetes", &nodes, "nodes", &compared.kubernetes_hourly, &kubernetes));
    lines.push(line("saved", &percent, "", &saved_hourly, &saved));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> BigDecimal {
        text.parse().unwrap()
    }

    #[test]
    fn rows_need_the_price_of_each_type() {
        let types = [("t3.small".to_owned(), 36)].into();
        let rows = priced("web", &types, &[("t3.small".to_owned(), decimal("0.0208"))].into()).unwrap();
        assert_eq!(rows[0].instances.count, decimal("36"));
        let missing = priced("web", &types, &BTreeMap::new()).err().unwrap();
        assert!(missing.contains("--price t3.small=PRICE"), "{missing}");
    }

    #[test]
    fn the_table_shows_both_sides_and_the_saving() {
        let instances = Instances { count: decimal("36"), hourly: decimal("0.0208") };
        let rows = [Row { group: "web".to_owned(), instance_type: "t3.small".to_owned(), instances }];
        let compared = Comparison {
            ec2_hourly: decimal("0.7488"),
            kubernetes_hourly: decimal("0.2246"),
            nodes: vec![decimal("0.660588")],
            saving_percent: decimal("70.005342"),
        };
        let lines = lines(&rows, &compared);
        assert_eq!(
            lines[1],
            "web                                  36 t3.small           0.7488       546.62"
        );
        assert_eq!(
            lines[3],
            "Kubernetes                         0.66 nodes              0.2246       163.96"
        );
        assert_eq!(
            lines[4],
            "saved                            70.0 %                    0.5242       382.67"
        );
    }
}
