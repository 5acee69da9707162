# One app that moves from EC2 instances to a cluster, step by step, guarded by health checks, an alarm and a limit.

provider "ipsy" {
  region       = var.region
  default_tags = { managed-by = "terraform" }
}

resource "ipsy_app" "checkout" {
  name        = "checkout"
  environment = "prod"

  image {
    repository = "checkout"
    source     = "pointer"
    initial    = "1.0.0"
  }

  port {
    name = "http"
    port = 8080
  }

  health_check {
    path = "/healthz"
  }

  load_balancer {
    listener_arn = var.listener_arn
    hosts        = ["checkout.example.com"]
    priority     = 120
  }

  backend {
    name             = "ec2"
    target_group_arn = var.ec2_target_group_arn
    weight           = var.ec2_weight
  }

  backend {
    name    = "blue"
    cluster = var.cluster
    weight  = var.blue_weight
  }

  # An alarm on the answers of the cluster's pods. It stops the rollout.
  alarm {
    name      = "server_errors"
    threshold = 5
  }

  rollout {
    steps       = var.steps
    bake        = var.bake
    interval    = var.interval
    timeout     = var.timeout
    min_healthy = 1
    on_failure  = "rollback"

    # At most one percentage point more server errors from the cluster's pods than from the EC2 instances.
    limit {
      name             = "server_error_percent"
      maximum          = 1
      compared_with    = "ec2"
      minimum_requests = var.minimum_requests
    }
  }
}
