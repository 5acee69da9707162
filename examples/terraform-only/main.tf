# One app and its release, on the platform of platform.tf, in one root module and one apply.

variable "region" {
  description = "AWS region of everything here."
  type        = string
  default     = "us-east-1"
}

variable "chart" {
  description = "The standard chart: a folder, or oci:// where you keep it."
  type        = string
  default     = "../charts/ipsy-app"
}

variable "namespace" {
  description = "Namespace of the app."
  type        = string
  default     = "default"
}

provider "ipsy" {
  region         = var.region
  standards_file = "${path.module}/standards.yaml"
}

provider "helm" {
  kubernetes = {
    host                   = local.endpoint
    cluster_ca_certificate = base64decode(local.certificate_authority)
    exec = {
      api_version = "client.authentication.k8s.io/v1"
      command     = "aws"
      args        = ["eks", "get-token", "--region", var.region, "--cluster-name", local.cluster]
    }
  }
}

resource "ipsy_app" "checkout" {
  name        = "checkout"
  environment = "prod"
  team        = "payments"
  runtime     = "java"
  labels      = { cost-center = "cc-42" }

  image {
    repository = "checkout"
    source     = "pointer"
    initial    = "1.0.0"
  }

  port {
    name = "http"
    port = 8080
  }

  env = {
    LOG_LEVEL = "info"
  }

  resources {
    cpu_request = "250m"
    memory      = "1Gi"
  }

  autoscaling {
    min = 3
    max = 30
    metric {
      name               = "cpu"
      target_utilization = 65
    }
  }

  load_balancer {
    listener_arn = local.listener_arn
    hosts        = ["checkout.example.com"]
    priority     = 120
  }

  backend {
    name    = "blue"
    cluster = local.cluster
    weight  = 100
  }

  advanced_setting {
    name = "ndots"
    target {
      kind = "Deployment"
    }
    patch = yamlencode({
      spec = { template = { spec = { dnsConfig = { options = [{ name = "ndots", value = "2" }] } } } }
    })
  }
}

# Terraform reads a data source that refers to a resource only after that resource is made. This one refers to
# none, so path and arguments are known in the first plan as well.
data "ipsy_post_renderer" "here" {}

resource "helm_release" "checkout" {
  name      = "checkout"
  namespace = var.namespace
  chart     = var.chart
  values    = [ipsy_app.checkout.values_by_backend["blue"]]

  postrender = {
    binary_path = data.ipsy_post_renderer.here.binary_path
    args        = concat(data.ipsy_post_renderer.here.args, ipsy_app.checkout.post_renderer_args)
  }

  depends_on = [terraform_data.platform]
}

output "image_parameter" {
  description = "The SSM parameter that CI writes after a push, so that the next apply deploys the new image."
  value       = ipsy_app.checkout.image_parameter
}

output "rollback_command" {
  description = "One AWS command that sends all requests back to where they came from."
  value       = ipsy_app.checkout.rollback_command
}
