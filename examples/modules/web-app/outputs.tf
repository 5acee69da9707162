output "values_by_backend" {
  description = "Helm values for each cluster, as JSON."
  value       = ipsy_app.this.values_by_backend
  sensitive   = true
}

output "post_renderer_args" {
  description = "The arguments with which Helm starts the post-renderer."
  value       = ipsy_app.this.post_renderer_args
  sensitive   = true
}
