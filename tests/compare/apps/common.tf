# What both sides of `make compare` are told.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.47"
    }
    ipsy = {
      source  = "ipsy/ipsy"
      version = "~> 0.1"
    }
  }
}

variable "apps" {
  description = "How many apps."
  type        = number
}

variable "listener_arn" {
  description = "ARN of the load balancer's listener, which has a rule for each app."
  type        = string
}

variable "legacy_target_group_arn" {
  description = "ARN of the target group of the EC2 instances that serve the apps beside the cluster."
  type        = string
}

variable "vpc_id" {
  description = "The network of the target groups."
  type        = string
}

locals {
  # Names, and the priorities of their rules.
  apps = { for number in range(1, var.apps + 1) : "app-${number}" => number }
  tags = { managed-by = "terraform" }
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sqs:ReceiveMessage", Resource = "*" }]
  })
}
