# The same apps, taken over: in place of aws.tf.

provider "ipsy" {
  default_tags = local.tags

  standards {
    required_labels = []
  }
}

import {
  for_each = local.apps
  to       = ipsy_app.app[each.key]
  id       = "prod/${each.key}"
}

resource "ipsy_app" "app" {
  for_each    = local.apps
  name        = each.key
  environment = "prod"

  image {
    repository = each.key
  }

  port {
    name = "http"
    port = 8080
  }

  health_check {
    path = "/healthz"
  }

  iam {
    policy_json = local.policy
  }

  load_balancer {
    listener_arn = var.listener_arn
    hosts        = ["${each.key}.example.com"]
    priority     = each.value
  }

  backend {
    name             = "checkout-legacy"
    target_group_arn = var.legacy_target_group_arn
    weight           = 100
  }

  backend {
    name              = "eks-blue"
    cluster           = "eks-blue"
    target_group_name = "${each.key}-prod"
    weight            = 0
  }
}
