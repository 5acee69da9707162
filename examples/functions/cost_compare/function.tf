# A claim, calculated again: "36 t3.small instances became 10 pods, which use 1.26 % of a cluster of c5.2xlarge nodes: 70 %
# cheaper". It does not state the size of the cluster, but the prices imply one. They are list prices: replace them by
# yours.

locals {
  fleet = [{ count = 36, hourly = 0.0208 }]
  node  = { cpu = "8", memory = "16Gi", hourly = 0.34, spot_hourly = null, share_percent = 100 }
  terms = { spot_percent = 0, over_provisioning_percent = 0, utilization_percent = 100, fixed_hourly = 0 }
  share = 1.26 / 100

  # The requests of the pods, if they are this share of a cluster of so many nodes.
  requests = { for nodes in [30, 52.4, 100, 175] : nodes => {
    cpu    = local.share * nodes * 8
    memory = local.share * nodes * provider::ipsy::quantity("16Gi")
  } }
}

# About 52.4 nodes: 30 % of the fleet's price is what 1.26 % of the cluster costs.
output "implied_nodes" {
  value = 0.30 * 36 * 0.0208 / local.share / 0.34
}

# With 30 nodes 83 %, with 52.4 nodes 70 %, with 100 nodes 43 %. With 175 nodes nothing is saved.
output "saving_percent" {
  value = {
    for nodes, requests in local.requests :
    nodes => provider::ipsy::cost_compare(local.fleet, requests, [local.node], local.terms).saving.percent
  }
}

# 10 pods in a cluster of 52.4 nodes request 0.53 cores and 1.06 GiB each.
output "requests_of_a_pod" {
  value = { for name, amount in local.requests["52.4"] : name => amount / 10 }
}

# The claim leaves out idle capacity. If pods request 65 % of the nodes, and placeholder pods another 10 % of the app's
# requests, 49 % are saved.
output "saving_percent_with_idle_capacity" {
  value = provider::ipsy::cost_compare(local.fleet, local.requests["52.4"], [local.node], merge(local.terms, {
    utilization_percent       = 65
    over_provisioning_percent = 10
  })).saving.percent
}
