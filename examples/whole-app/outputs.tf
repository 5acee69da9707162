output "values" {
  description = "Helm values of the app in its cluster, as JSON."
  value       = ipsy_app.checkout.values_by_backend["blue"]
  sensitive   = true
}

output "values_behind_the_controller" {
  description = "Helm values of the app whose load balancer the controller makes, as JSON."
  value       = data.ipsy_values.storefront.values
  sensitive   = true
}
