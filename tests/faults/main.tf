# The app that `make faults` makes, changes and destroys while AWS, the provider and Terraform fail. It has a
# part of every kind. Each folder in `updates/` is one update: its files are laid over the ones here. The other folders
# have what ends the app or makes another one, likewise.

terraform {
  required_providers {
    ipsy = {
      source  = "ipsy/ipsy"
      version = "~> 0.1"
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
    repository       = "checkout"
    initial          = "1.0.0"
    scan_on_push     = var.image.scan
    immutable_tags   = var.image.immutable
    keep_images      = var.image.keep
    untagged_days    = var.image.untagged_days
    pull_account_ids = var.image.pull
  }

  port {
    name = "http"
    port = var.port
  }

  health_check {
    path    = "/healthz"
    matcher = var.traffic.matcher
  }

  iam {
    policy_json          = var.role.action == null ? null : local.policies.app
    managed_policy_arns  = var.role.managed
    permissions_boundary = var.role.boundary
    path                 = var.role.path
    max_session_seconds  = var.role.seconds

    policy {
      name = "topic"
      json = local.policies.topic
    }
  }

  logs {
    retention_days = var.logs.retention_days
    kms_key_arn    = var.logs.key
  }

  load_balancer {
    listener_arn                 = var.listener == "second" ? var.second_listener_arn : var.listener_arn
    hosts                        = [var.traffic.host]
    priority                     = var.traffic.priority
    protocol_version             = var.protocol_version
    deregistration_delay_seconds = var.traffic.drain

    dynamic "authenticate_oidc" {
      for_each = var.traffic.login[*]
      content {
        issuer                 = "https://login.example.com"
        authorization_endpoint = "https://login.example.com/authorize"
        token_endpoint         = "https://login.example.com/token"
        user_info_endpoint     = "https://login.example.com/user"
        client_id              = "shop"
        client_secret          = "never-in-a-state-${authenticate_oidc.value}"
        client_secret_version  = authenticate_oidc.value
      }
    }
  }

  dns {
    name    = "checkout.example.com"
    zone_id = var.zone_id
    weight  = var.traffic.dns_weight
  }

  alarm {
    name      = "server_errors"
    threshold = var.traffic.errors
  }

  dynamic "rollout" {
    for_each = var.rollout == null ? [] : [var.rollout]
    content {
      steps    = rollout.value
      bake     = "1s"
      interval = "1s"
      timeout  = "30s"
    }
  }

  backend {
    name             = "ec2"
    target_group_arn = var.legacy_target_group_arn
    weight           = var.weights.ec2
  }

  # One cluster gives pods their role by EKS Pod Identity, the other one by tokens of its own.
  backend {
    name    = "blue"
    cluster = var.blue_cluster
    weight  = var.weights.blue
  }

  backend {
    name              = "green"
    cluster           = "eks-green"
    weight            = var.weights.green
    oidc_provider_arn = var.green_oidc_provider_arn
  }
}

locals {
  allow = { Effect = "Allow", Resource = "*" }
  policies = {
    app = jsonencode({
      Version   = "2012-10-17"
      Statement = [merge(local.allow, { Action = var.role.action })]
    })
    topic = jsonencode({
      Version   = "2012-10-17"
      Statement = [merge(local.allow, { Action = var.role.topic })]
    })
  }
}
