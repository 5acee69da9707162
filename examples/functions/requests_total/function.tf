# What the cluster must have room for when everything is scaled to its maximum: workers, crons and sidecars included.
output "peak" {
  value = nonsensitive(
    provider::ipsy::requests_total(ipsy_app.checkout.values_by_backend["blue"]).maximum
  )
}
