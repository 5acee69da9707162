# The apps of `make compare` in resources of hashicorp/aws: for each what an `ipsy_app` makes, property by property.

provider "aws" {
  default_tags {
    tags = local.tags
  }
}

resource "aws_ecr_repository" "app" {
  for_each             = local.apps
  name                 = each.key
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "app" {
  for_each   = local.apps
  repository = aws_ecr_repository.app[each.key].name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "untagged images are kept for 7 days"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "the newest 30 images are kept"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 30 }
        action       = { type = "expire" }
      },
    ]
  })
}

resource "aws_iam_role" "app" {
  for_each    = local.apps
  name        = "${each.key}-prod"
  description = "Pods of ${each.key} in prod"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
    }]
  })
}

resource "aws_iam_role_policy" "app" {
  for_each = local.apps
  name     = "app"
  role     = aws_iam_role.app[each.key].id
  policy   = local.policy
}

resource "aws_cloudwatch_log_group" "app" {
  for_each          = local.apps
  name              = "/ipsy/prod/${each.key}"
  retention_in_days = 30
}

resource "aws_ssm_parameter" "app" {
  for_each    = local.apps
  name        = "/ipsy/prod/${each.key}/image"
  description = "Image of ${each.key} in prod; written by CI"
  type        = "String"
  value       = "${aws_ecr_repository.app[each.key].repository_url}:1.0.0"

  lifecycle {
    ignore_changes = [value]
  }
}

resource "aws_eks_pod_identity_association" "app" {
  for_each        = local.apps
  cluster_name    = "eks-blue"
  namespace       = each.key
  service_account = each.key
  role_arn        = aws_iam_role.app[each.key].arn
}

resource "aws_lb_target_group" "app" {
  for_each             = local.apps
  name                 = "${each.key}-prod"
  port                 = 8080
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = var.vpc_id
  deregistration_delay = 30

  health_check {
    path                = "/healthz"
    matcher             = "200-399"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener_rule" "app" {
  for_each     = local.apps
  listener_arn = var.listener_arn
  priority     = each.value

  condition {
    host_header {
      values = ["${each.key}.example.com"]
    }
  }

  action {
    type = "forward"
    forward {
      target_group {
        arn    = var.legacy_target_group_arn
        weight = 00
      }
      target_group {
        arn    = aws_lb_target_group.app[each.key].arn
        weight = 0
      }
    }
  }
}
