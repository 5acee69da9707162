# What the platform team has: a listener, the target group of today's EC2 instances and a cluster.

variable "region" {
  description = "AWS region of everything below."
  type        = string
  default     = "us-east-1"
}

variable "listener_arn" {
  description = "ARN of the load balancer's listener that gets the app's rule."
  type        = string
}

variable "legacy_target_group_arn" {
  description = "ARN of the target group of the EC2 instances that serve the app today."
  type        = string
}

variable "cluster" {
  description = "Name of the EKS cluster that the app moves to."
  type        = string
  default     = "eks-blue"
}

# What you turn while moving: 100 to 0 until the app is installed, then 90 to 10, 50 to 50, 0 to 100.

variable "legacy_weight" {
  description = "Share of the requests that the EC2 instances get, 0 to 999."
  type        = number
  default     = 100
}

variable "blue_weight" {
  description = "Share of the requests that the cluster gets, 0 to 999."
  type        = number
  default     = 0
}
