# What the platform team has, the weights, and how the provider watches a change of them.

variable "region" {
  description = "AWS region of everything below."
  type        = string
  default     = "us-east-1"
}

variable "listener_arn" {
  description = "ARN of the load balancer's listener that gets the app's rule."
  type        = string
}

variable "ec2_target_group_arn" {
  description = "ARN of the target group of the EC2 instances that serve the app today."
  type        = string
}

variable "cluster" {
  description = "Name of the EKS cluster that the app moves to."
  type        = string
  default     = "eks-blue"
}

variable "ec2_weight" {
  description = "Share of the requests that the EC2 instances get, 0 to 999."
  type        = number
  default     = 100
}

variable "blue_weight" {
  description = "Share of the requests that the cluster gets, 0 to 999."
  type        = number
  default     = 0
}

variable "steps" {
  description = "Percentages of the way to new weights. Each is one change of the listener rule within an apply."
  type        = list(number)
  default     = [100]
}

variable "bake" {
  description = "How long the provider watches each step."
  type        = string
  default     = "5m"
}

variable "interval" {
  description = "How often the provider reads target health, alarms and metrics."
  type        = string
  default     = "15s"
}

variable "timeout" {
  description = "How long targets may take to become healthy, and the backends to answer enough requests."
  type        = string
  default     = "10m"
}

variable "minimum_requests" {
  description = "Number of requests that each backend must have answered before their error rates are compared."
  type        = number
  default     = 100
}
