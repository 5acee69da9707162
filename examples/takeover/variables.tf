variable "region" {
  description = "AWS region of everything below."
  type        = string
  default     = "us-east-1"
}

variable "account_id" {
  description = "AWS account that the app is in."
  type        = string
}

variable "listener_arn" {
  description = "ARN of the load balancer's listener that has the app's rule."
  type        = string
}

variable "legacy_target_group_arn" {
  description = "ARN of the target group of the EC2 instances that serve the app today."
  type        = string
}

variable "object_arns" {
  description = "ARNs of what has another name than ipsy would give it: listener rule, role, repository, log group, SSM parameter."
  type        = list(string)
}
