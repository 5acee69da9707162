output "values" {
  description = "Helm values for the cluster `blue`, as JSON: `helm upgrade … --values <(terraform output -raw values)`."
  value       = ipsy_app.checkout.values_by_backend["blue"]
  sensitive   = true
}

output "values_by_backend" {
  description = "Helm values for each backend that is a cluster: each binds the target groups of its own cluster."
  value       = ipsy_app.checkout.values_by_backend
  sensitive   = true
}

output "post_renderer_config" {
  description = "What the post-renderer changes after Helm has rendered: the standards and the advanced settings."
  value       = ipsy_app.checkout.post_renderer_config
  sensitive   = true
}

output "post_renderer_args" {
  description = "The arguments with which Helm starts the post-renderer."
  value       = ipsy_app.checkout.post_renderer_args
  sensitive   = true
}

output "target_groups" {
  description = "The target groups by backend."
  value       = ipsy_app.checkout.target_groups
}

output "repository_url" {
  description = "Where images are pushed to."
  value       = ipsy_app.checkout.repository_url
}

output "kapp_config" {
  description = "Configuration of kapp, which leaves to the cluster what the cluster owns."
  value       = ipsy_app.checkout.kapp_config
}

output "image_parameter" {
  description = "The SSM parameter that CI writes after a push, so that the next apply deploys the new image."
  value       = ipsy_app.checkout.image_parameter
}

output "role_arn" {
  description = "The role that the pods have, through EKS Pod Identity."
  value       = ipsy_app.checkout.role_arn
}

output "rollback_command" {
  description = "One AWS command that sends all requests back to the EC2 instances."
  value       = ipsy_app.checkout.rollback_command
}
