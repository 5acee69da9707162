output "values" {
  description = "Helm values for the cluster `blue`, as JSON."
  value       = ipsy_app.checkout.values_by_backend["blue"]
  sensitive   = true
}

output "target_groups" {
  description = "The target groups by backend."
  value       = ipsy_app.checkout.target_groups
}

output "rollback_command" {
  description = "One AWS command that sends all requests back to the EC2 instances."
  value       = ipsy_app.checkout.rollback_command
}
