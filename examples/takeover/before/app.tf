# The app before it is taken over: what app.tf describes, in resources of the AWS provider.

variable "vpc_id" {
  description = "The network of the target group."
  type        = string
}

resource "aws_ecr_repository" "checkout" {
  name = "shop/checkout"
}

resource "aws_ecr_lifecycle_policy" "checkout" {
  repository = aws_ecr_repository.checkout.name
  policy = jsonencode({
    rules = [{
      rulePriority = 10
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 50 }
      action       = { type = "expire" }
    }]
  })
}

resource "aws_ecr_repository_policy" "checkout" {
  repository = aws_ecr_repository.checkout.name
  policy     = data.aws_iam_policy_document.pull.json
}

data "aws_iam_policy_document" "pull" {
  statement {
    sid     = "PullFromOtherAccounts"
    actions = ["ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability"]
    principals {
      type        = "AWS"
      identifiers = ["210987654321"]
    }
  }
}

resource "aws_iam_role" "checkout" {
  name                 = "checkout-pods"
  path                 = "/shop/"
  description          = "made by hand"
  max_session_duration = 7200
  permissions_boundary = "arn:aws:iam::${var.account_id}:policy/boundary"
  assume_role_policy   = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "checkout" {
  name   = "orders-queue"
  role   = aws_iam_role.checkout.id
  policy = data.aws_iam_policy_document.orders_queue.json
}

data "aws_iam_policy_document" "orders_queue" {
  statement {
    actions   = ["sqs:ReceiveMessage"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy_attachment" "checkout" {
  role       = aws_iam_role.checkout.name
  policy_arn = "arn:aws:iam::${var.account_id}:policy/metrics"
}

resource "aws_cloudwatch_log_group" "checkout" {
  name              = "/shop/checkout"
  retention_in_days = 90
}

resource "aws_ssm_parameter" "checkout" {
  name  = "/shop/checkout/image"
  type  = "String"
  value = "${aws_ecr_repository.checkout.repository_url}:7.1.0"

  lifecycle {
    # CI writes it.
    ignore_changes = [value]
  }
}

resource "aws_eks_pod_identity_association" "checkout" {
  cluster_name    = "eks-blue"
  namespace       = "shop"
  service_account = "checkout"
  role_arn        = aws_iam_role.checkout.arn
}

resource "aws_lb_target_group" "checkout" {
  name        = "checkout-pods"
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = var.vpc_id

  health_check {
    path                = "/healthz"
    healthy_threshold   = 5
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener_rule" "checkout" {
  listener_arn = var.listener_arn
  priority     = 120

  condition {
    host_header {
      values = ["checkout.example.com"]
    }
  }

  action {
    type = "forward"
    forward {
      target_group {
        arn    = var.legacy_target_group_arn
        weight = 90
      }
      target_group {
        arn    = aws_lb_target_group.checkout.arn
        weight = 10
      }
    }
  }
}

# What is called otherwise than ipsy would call it, for `object_arns` in the import.
output "object_arns" {
  description = "ARNs of the listener rule, role, repository, log group and SSM parameter."
  value = [
    aws_lb_listener_rule.checkout.arn,
    aws_iam_role.checkout.arn,
    aws_ecr_repository.checkout.arn,
    aws_cloudwatch_log_group.checkout.arn,
    aws_ssm_parameter.checkout.arn,
  ]
}
