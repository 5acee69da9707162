# What hashicorp/aws managed is forgotten, not destroyed.

removed {
  from = aws_ecr_repository.app
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_ecr_lifecycle_policy.app
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_iam_role.app
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_iam_role_policy.app
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_cloudwatch_log_group.app
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_ssm_parameter.app
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_eks_pod_identity_association.app
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_lb_target_group.app
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_lb_listener_rule.app
  lifecycle {
    destroy = false
  }
}
