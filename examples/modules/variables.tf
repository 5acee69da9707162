variable "region" {
  description = "AWS region of the app."
  type        = string
  default     = "us-east-1"
}

variable "name" {
  description = "Name of the app and of its image repository."
  type        = string
}

variable "environment" {
  description = "Environment of the app, such as `prod`."
  type        = string
}

variable "listener_arn" {
  description = "ARN of the load balancer's listener that gets the app's rule."
  type        = string
}

variable "hosts" {
  description = "Host names that lead to the app."
  type        = list(string)
}

variable "ports" {
  description = "Ports of the container, by name."
  type        = map(number)
}

variable "secrets" {
  description = "SSM parameters that hold secrets, by environment variable."
  type        = map(string)
}

variable "backends" {
  description = "Clusters that serve the app, by name."
  type = map(object({
    cluster = string
    weight  = number
  }))
}
