# A thin wrapper: what every web app of the company has in common, and what differs as variables.

resource "ipsy_app" "this" {
  name        = var.name
  environment = var.environment

  image {
    repository = var.repository
  }

  dynamic "port" {
    for_each = var.ports
    content {
      name = port.key
      port = port.value
    }
  }

  dynamic "secret" {
    for_each = var.secrets
    content {
      name          = secret.key
      ssm_parameter = secret.value
    }
  }

  load_balancer {
    listener_arn = var.listener_arn
    hosts        = var.hosts
    priority_range {
      from = 1000
      to   = 9999
    }
  }

  dynamic "backend" {
    for_each = var.backends
    content {
      name    = backend.key
      cluster = backend.value.cluster
      weight  = backend.value.weight
    }
  }
}
