# The app, in whichever environment: what it needs in AWS, and its release in the cluster.

provider "ipsy" {
@if standards
  region         = @{region}
  standards_file = "${path.module}/standards.yaml"
@else
  region = @{region}
@end
}

resource "ipsy_app" "app" {
  name        = @{name}
  environment = var.environment
@if team
  team        = @{team}
@end
  runtime     = @{runtime}
@if labels
  labels      = @{labels}
@end

  # CI writes the tag into an SSM parameter, and the values follow: see ci/deploy.sh.
  image {
    repository = var.repository
  }

  port {
    name = "http"
    port = @{port}
  }

  env = {
    PORT = "@{port}"
  }

  autoscaling {
    min = var.min_replicas
    max = var.max_replicas
  }
@if health_path

  health_check {
    path = @{health_path}
  }
@end
@if iam

  iam {
@{iam}
  }
@end
@if load_balancer

  load_balancer {
    listener_arn = var.listener_arn
    hosts        = var.hosts
@if ec2
    priority     = var.priority
@end
@if priority_range
@if ec2
    dynamic "priority_range" {
      for_each = var.priority == null ? [1] : []
      content {
        from = 1000
        to   = 9999
      }
    }
@else
    priority_range {
      from = 1000
      to   = 9999
    }
@end
@end
  }
@end
@if ec2

  # The instances that serve the app today. They get what `weight` leaves of 100 percent.
  dynamic "backend" {
    for_each = var.ec2_target_group_arn == null ? [] : [var.ec2_target_group_arn]
    content {
      name             = "ec2"
      target_group_arn = backend.value
      weight           = 100 - var.weight
    }
  }
@end

  backend {
    name              = var.backend
    cluster           = var.cluster
    oidc_provider_arn = var.oidc_provider_arn
    weight            = var.weight
  }
@if ec2

  # A change of weights happens in steps, and is rolled back if pods fail or answer with errors.
  rollout {
    preset      = "canary"
    steps       = [5, 25, 50, 100]
    bake        = "10m"
    min_healthy = 2
  }
@end
}

data "ipsy_cluster" "main" {
  name = var.cluster
}

provider "helm" {
  kubernetes = {
    host                   = data.ipsy_cluster.main.endpoint
    cluster_ca_certificate = base64decode(data.ipsy_cluster.main.certificate_authority)
    exec = {
      api_version = "client.authentication.k8s.io/v1"
      command     = "aws"
      args        = ["eks", "get-token", "--region", @{region}, "--cluster-name", var.cluster]
    }
  }
}

# It refers to no resource, so path and arguments are known in the first plan.
data "ipsy_post_renderer" "here" {}

resource "helm_release" "app" {
  name             = @{name}
  namespace        = @{name}
  create_namespace = true
  repository       = var.chart_repository
  chart            = var.chart
  version          = var.chart_version
  values           = [ipsy_app.app.values_by_backend[var.backend]]

  postrender = {
    binary_path = data.ipsy_post_renderer.here.binary_path
    args        = concat(data.ipsy_post_renderer.here.args, ipsy_app.app.post_renderer_args)
  }
}

output "image_parameter" {
  description = "The SSM parameter that CI writes after a push, so that the next apply deploys the new image."
  value       = ipsy_app.app.image_parameter
}

output "rollback_command" {
  description = "One AWS command that sends all requests back to where they came from."
  value       = ipsy_app.app.rollback_command
}
