//! An EC2 fleet beside the share of Kubernetes nodes that does its work.

use bigdecimal::{BigDecimal, Zero};

use super::requests::Requests;
use super::{monthly, rounded};

/// Instances of one type.
#[derive(Debug, Clone)]
pub(crate) struct Instances {
    /// How many.
    pub(crate) count: BigDecimal,
    /// The price of one for an hour.
    pub(crate) hourly: BigDecimal,
}

/// A type of node, and how much of the app runs on it.
#[derive(Debug, Clone)]
pub(crate) struct NodeType {
    /// What pods can request of one node.
    pub(crate) capacity: Requests,
    /// The price of one for an hour.
    pub(crate) hourly: BigDecimal,
    /// The price of one as Spot capacity.
    pub(crate) spot_hourly: Option<BigDecimal>,
    /// The part of the requests that it serves, in percent.
    pub(crate) share_percent: BigDecimal,
}

/// What is paid for beside the requests themselves.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// The part of the nodes that is Spot capacity, in percent.
    pub(crate) spot_percent: BigDecimal,
    /// Requests of placeholder pods, in percent of the app's requests.
    pub(crate) over_provisioning_percent: BigDecimal,
    /// The part of the nodes that is requested, in percent: the rest is idle and paid for.
    pub(crate) utilization_percent: BigDecimal,
    /// What is paid for an hour whatever the app requests, such as a share of the control plane.
    pub(crate) fixed_hourly: BigDecimal,
}

/// Both costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// The fleet for an hour.
    pub(crate) ec2_hourly: BigDecimal,
    /// The nodes and what is fixed for an hour.
    pub(crate) kubernetes_hourly: BigDecimal,
    /// How many nodes of each type the app fills; 0.66 is two thirds of one.
    pub(crate) nodes: Vec<BigDecimal>,
    /// Saved of the fleet's costs, in percent; below 0 if Kubernetes costs more.
    pub(crate) saving_percent: BigDecimal,
}

impl Comparison {
    /// Both costs for a month, and what is saved.
    pub(crate) fn monthly(&self) -> [BigDecimal; 3] {
        let saved = &self.ec2_hourly - &self.kubernetes_hourly;
        [&self.ec2_hourly, &self.kubernetes_hourly, &saved].map(|hourly| rounded(&monthly(hourly)))
    }
}

/// An input that cannot be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The fleet costs nothing, so no percentage of it exists.
    FreeFleet,
    /// The shares of the node types are not 100 together.
    Shares,
    /// A node type has no processor or no memory.
    Capacity,
    /// Spot capacity without its price.
    SpotPrice,
    /// A percentage outside of its range.
    Percent,
    /// A count or a price below 0.
    Negative,
}

/// Compares. Of the two resources, the one that fills more of a node decides.
pub(crate) fn compare(
    fleet: &[Instances],
    requests: &Requests,
    node_types: &[NodeType],
    terms: &Terms,
) -> Result<Comparison, Fault> {
    let hundred = BigDecimal::from(100);
    let zero = BigDecimal::zero();
    let is_percent = |percent: &BigDecimal| *percent >= zero && *percent <= hundred;
    let amounts = fleet.iter().flat_map(|instances| [&instances.count, &instances.hourly]);
    let amounts = amounts.chain([&requests.cpu, &requests.memory, &terms.fixed_hourly]);
    if amounts.chain(node_types.iter().map(|node| &node.hourly)).any(|amount| *amount < zero) {
        return Err(Fault::Negative);
    }
    if !is_percent(&terms.spot_percent)
        || !is_percent(&terms.utilization_percent)
        || terms.utilization_percent.is_zero()
        || terms.over_provisioning_percent < zero
    {
        return Err(Fault::Percent);
    }
    let shares: BigDecimal = node_types.iter().map(|node| &node.share_percent).sum();
    if shares != hundred || node_types.iter().any(|node| !is_percent(&node.share_percent)) {
        return Err(Fault::Shares);
    }
    let ec2_hourly: BigDecimal = fleet.iter().map(|instances| &instances.count * &instances.hourly).sum();
    if ec2_hourly.is_zero() {
        return Err(Fault::FreeFleet);
    }
    let mut kubernetes_hourly = terms.fixed_hourly.clone();
    let mut nodes = Vec::new();
    for node in node_types {
        let Requests { cpu, memory } = &node.capacity;
        if *cpu <= zero || *memory <= zero {
            return Err(Fault::Capacity);
        }
        let filled = (&requests.cpu / cpu).max(&requests.memory / memory);
        let padded = filled * &node.share_percent * (&hundred + &terms.over_provisioning_percent);
        let count = padded / (&hundred * &terms.utilization_percent);
        kubernetes_hourly += &count * price(node, &terms.spot_percent)?;
        nodes.push(rounded(&count));
    }
    let saving_percent = rounded(&((&ec2_hourly - &kubernetes_hourly) * &hundred / &ec2_hourly));
    let (ec2_hourly, kubernetes_hourly) = (rounded(&ec2_hourly), rounded(&kubernetes_hourly));
    Ok(Comparison { ec2_hourly, kubernetes_hourly, nodes, saving_percent })
}

/// The mean price of a node for an hour.
fn price(node: &NodeType, spot_percent: &BigDecimal) -> Result<BigDecimal, Fault> {
    if spot_percent.is_zero() {
        return Ok(node.hourly.clone());
    }
    let spot_hourly = node.spot_hourly.as_ref().ok_or(Fault::SpotPrice)?;
    if *spot_hourly < BigDecimal::zero() {
        return Err(Fault::Negative);
    }
    let hundred = BigDecimal::from(100);
    Ok((&node.hourly * (&hundred - spot_percent) + spot_hourly * spot_percent) / hundred)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::requests::quantity;

    fn decimal(text: &str) -> BigDecimal {
        text.parse().unwrap()
    }

    fn requests(cpu: &str, memory: &str) -> Requests {
        Requests { cpu: quantity(cpu).unwrap(), memory: quantity(memory).unwrap() }
    }

    fn fleet() -> Vec<Instances> {
        vec![Instances { count: decimal("36"), hourly: decimal("0.0208") }]
    }

    fn node() -> NodeType {
        NodeType {
            capacity: requests("8", "16Gi"),
            hourly: decimal("0.34"),
            spot_hourly: None,
            share_percent: decimal("100"),
        }
    }

    fn terms() -> Terms {
        Terms {
            spot_percent: decimal("0"),
            over_provisioning_percent: decimal("0"),
            utilization_percent: decimal("100"),
            fixed_hourly: decimal("0"),
        }
    }

    #[test]
    fn a_fleet_and_half_a_node_are_compared_exactly() {
        let compared = compare(&fleet(), &requests("1", "8Gi"), &[node()], &terms()).unwrap();
        assert_eq!(compared.ec2_hourly, decimal("0.7488"));
        assert_eq!(compared.nodes, [decimal("0.5")], "memory fills more of the node than the processor");
        assert_eq!(compared.kubernetes_hourly, decimal("0.17"));
        assert_eq!(compared.saving_percent, decimal("77.297009"));
        assert_eq!(compared.monthly(), ["546.624", "124.1", "422.524"].map(decimal));
    }

    #[test]
    fn idle_nodes_placeholders_spot_and_fixed_costs_count() {
        let node = NodeType { spot_hourly: Some(decimal("0.14")), ..node() };
        let terms = Terms {
            spot_percent: decimal("50"),
            over_provisioning_percent: decimal("20"),
            utilization_percent: decimal("60"),
            fixed_hourly: decimal("0.1"),
        };
        let compared = compare(&fleet(), &requests("4", "1Gi"), &[node], &terms).unwrap();
        // Half a node, a fifth more, of which three fifths are in use: one node for 0.24.
        assert_eq!(compared.nodes, [decimal("1")]);
        assert_eq!(compared.kubernetes_hourly, decimal("0.34"));
    }

    #[test]
    fn two_node_types_share_the_requests() {
        let half =
            |hourly: &str| NodeType { hourly: decimal(hourly), share_percent: decimal("50"), ..node() };
        let compared =
            compare(&fleet(), &requests("8", "16Gi"), &[half("0.3"), half("0.1")], &terms()).unwrap();
        assert_eq!(compared.nodes, [decimal("0.5"), decimal("0.5")]);
        assert_eq!(compared.kubernetes_hourly, decimal("0.2"));
    }

    #[test]
    fn inputs_that_mean_nothing_are_refused() {
        let refused = |fleet: &[Instances], nodes: &[NodeType], terms: &Terms| {
            compare(fleet, &requests("1", "1Gi"), nodes, terms).unwrap_err()
        };
        let free = [Instances { count: decimal("0"), hourly: decimal("1") }];
        assert_eq!(refused(&free, &[node()], &terms()), Fault::FreeFleet);
        assert_eq!(refused(&fleet(), &[], &terms()), Fault::Shares);
        assert_eq!(refused(&fleet(), &[node(), node()], &terms()), Fault::Shares);
        let empty = NodeType { capacity: requests("0", "1Gi"), ..node() };
        assert_eq!(refused(&fleet(), &[empty], &terms()), Fault::Capacity);
        let spot = Terms { spot_percent: decimal("1"), ..terms() };
        assert_eq!(refused(&fleet(), &[node()], &spot), Fault::SpotPrice);
        let idle = Terms { utilization_percent: decimal("0"), ..terms() };
        assert_eq!(refused(&fleet(), &[node()], &idle), Fault::Percent);
        let cheap = NodeType { hourly: decimal("-1"), ..node() };
        assert_eq!(refused(&fleet(), &[cheap], &terms()), Fault::Negative);
    }
}
