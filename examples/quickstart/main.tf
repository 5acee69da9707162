# One app, on its way from EC2 instances to Kubernetes: everything it needs in AWS, and the Helm values
# with which it is installed.

provider "ipsy" {
  region         = var.region
  standards_file = "${path.module}/standards.yaml"
  default_tags   = { managed-by = "terraform" }
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

  secret {
    name          = "DB_PASSWORD"
    ssm_parameter = "/checkout/db/password"
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

  health_check {
    path = "/healthz"
  }

  iam {
    policy_json = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
        Resource = "arn:aws:sqs:${var.region}:123456789012:orders"
      }]
    })
  }

  load_balancer {
    listener_arn = var.listener_arn
    hosts        = ["checkout.example.com"]
    priority     = 120
  }

  backend {
    name             = "ec2"
    target_group_arn = var.legacy_target_group_arn
    weight           = var.legacy_weight
  }

  backend {
    name    = "blue"
    cluster = var.cluster
    weight  = var.blue_weight
  }

  # Anything that the chart has no value for: a patch, checked at plan and applied after Helm has rendered.
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
