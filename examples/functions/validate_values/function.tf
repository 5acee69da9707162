# Values that others add are checked against the standard chart before Helm is asked.
locals {
  merged_values = provider::ipsy::merge_values(ipsy_app.checkout.values_by_backend["blue"], file("${path.module}/extra.yaml"))
}

check "values" {
  assert {
    condition     = length(provider::ipsy::validate_values(local.merged_values)) == 0
    error_message = join("\n", nonsensitive(provider::ipsy::validate_values(local.merged_values)))
  }
}
