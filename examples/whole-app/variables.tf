variable "region" {
  description = "AWS region of the app."
  type        = string
  default     = "us-east-1"
}

variable "listener_arn" {
  description = "ARN of the load balancer's listener that gets the app's rule."
  type        = string
}

variable "cluster" {
  description = "Name of the EKS cluster in which the app runs."
  type        = string
}
