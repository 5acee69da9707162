# What managed the app until now is forgotten, not destroyed. Policies and attachments are resources of their own:
# what is not named here is destroyed, even where it is part of the app. Delete this file after the apply.

removed {
  from = aws_iam_role.checkout
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_iam_role_policy.checkout
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_iam_role_policy_attachment.checkout
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_ecr_repository.checkout
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_ecr_lifecycle_policy.checkout
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_ecr_repository_policy.checkout
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_cloudwatch_log_group.checkout
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_ssm_parameter.checkout
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_eks_pod_identity_association.checkout
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_lb_target_group.checkout
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_lb_listener_rule.checkout
  lifecycle {
    destroy = false
  }
}
