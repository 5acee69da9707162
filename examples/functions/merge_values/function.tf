# The values of the app, with what one environment has of its own; null takes a field away.
output "values" {
  value = provider::ipsy::merge_values(
    ipsy_app.checkout.values_by_backend["blue"],
    yamlencode({ topologySpread = { zone = { whenUnsatisfiable = "DoNotSchedule" } } }),
  )
  sensitive = true
}
