# An app by the module of the platform team: all that it needs comes from variables.

provider "ipsy" {
  region = var.region
}

module "checkout" {
  source = "./web-app"

  name         = var.name
  environment  = var.environment
  repository   = var.name
  listener_arn = var.listener_arn
  hosts        = var.hosts
  ports        = var.ports
  secrets      = var.secrets
  backends     = var.backends
}

output "values_by_backend" {
  description = "Helm values for each cluster, as JSON."
  value       = module.checkout.values_by_backend
  sensitive   = true
}
