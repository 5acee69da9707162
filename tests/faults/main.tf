# The app that `make faults` makes, changes and destroys while AWS, the provider and Terraform fail. It has a
# part of every kind. Each folder in `updates/` is one update: its files are laid over the ones here.

terraform {
  required_providers {
    ipsy = {
      source = "ipsy/ipsy"
    }
  }
}

provider "ipsy" {
  region       = "us-east-1"
  default_tags = { managed-by = "terraform" }

  standards {
    required_labels = []
  }
}

resource "ipsy_app" "checkout" {
  name        = "checkout"
  environment = "prod"
  namespace   = var.namespace
  tags        = var.tags

  image {
    repository     = "checkout"
    initial        = "1.0.0"
    scan_on_push   = var.image.scan
    immutable_tags = var.image.immutable
    keep_images    = var.image.keep
  }

  port "http" {
    port = var.port
  }

  health_check {
    path    = "/healthz"
    matcher = var.traffic.matcher
  }

  iam {
    policy_json = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = var.role.action, Resource = "*" }]
    })
    managed_policy_arns  = var.role.managed
    permissions_boundary = var.role.boundary
    path                 = var.role.path
    max_session_seconds  = var.role.seconds
  }

  logs {
    retention_days = var.retention_days
  }

  load_balancer {
    listener_arn                 = var.listener_arn
    hosts                        = [var.traffic.host]
    priority                     = var.traffic.priority
    protocol_version             = var.protocol_version
    deregistration_delay_seconds = var.traffic.drain
  }

  backend "ec2" {
    target_group_arn = var.legacy_target_group_arn
    weight           = var.weights.ec2
  }

  backend "blue" {
    cluster = "eks-blue"
    weight  = var.weights.blue
  }

  backend "green" {
    cluster = "eks-green"
    weight  = var.weights.green
  }
}
