# What the app's requests cost in a month, from your own prices, on nodes that are requested to 65 percent.
output "monthly_cost" {
  value = nonsensitive(
    provider::ipsy::cost_estimate(ipsy_app.checkout.values_by_backend["blue"], 0.034, 0.0042, 0.65).monthly
  )
}
