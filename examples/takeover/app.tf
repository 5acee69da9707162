# The app as it is today: what was chosen by hand, or by resources of the AWS provider, has its name here.

provider "ipsy" {
  region = var.region
}

resource "ipsy_app" "checkout" {
  name        = "checkout"
  environment = "prod"
  namespace   = "shop"
  tags        = { team = "payments", cost-center = "cc-42" }

  image {
    repository       = "shop/checkout"
    parameter        = "/shop/checkout/image"
    scan_on_push     = false
    immutable_tags   = false
    pull_account_ids = ["210987654321"]
    lifecycle_policy_json = jsonencode({
      rules = [{
        rulePriority = 10
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 50 }
        action       = { type = "expire" }
      }]
    })
  }

  port {
    name = "http"
    port = 8080
  }

  health_check {
    path                = "/healthz"
    matcher             = "200"
    interval_seconds    = 30
    healthy_threshold   = 5
    unhealthy_threshold = 2
  }

  iam {
    role_name            = "checkout-pods"
    path                 = "/shop/"
    description          = "made by hand"
    max_session_seconds  = 7200
    permissions_boundary = "arn:aws:iam::${var.account_id}:policy/boundary"
    managed_policy_arns  = ["arn:aws:iam::${var.account_id}:policy/metrics"]

    policy {
      name = "orders-queue"
      json = jsonencode({
        Version   = "2012-10-17"
        Statement = { Effect = "Allow", Action = "sqs:ReceiveMessage", Resource = "*" }
      })
    }
  }

  logs {
    group_name     = "/shop/checkout"
    retention_days = 90
  }

  load_balancer {
    listener_arn                 = var.listener_arn
    hosts                        = ["checkout.example.com"]
    priority                     = 120
    deregistration_delay_seconds = 300
  }

  backend {
    name             = "checkout-legacy"
    target_group_arn = var.legacy_target_group_arn
    weight           = 90
  }

  backend {
    name              = "eks-blue"
    cluster           = "eks-blue"
    target_group_name = "checkout-pods"
    weight            = 10
  }
}
