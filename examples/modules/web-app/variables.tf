variable "name" {
  description = "Name of the app."
  type        = string
}

variable "environment" {
  description = "Environment of the app, such as `prod`."
  type        = string
}

variable "repository" {
  description = "Name of the ECR repository that is made for the app's images."
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
  default     = { http = 8080 }
}

variable "secrets" {
  description = "SSM parameters that hold secrets, by environment variable."
  type        = map(string)
  default     = {}
}

variable "backends" {
  description = "Clusters that serve the app, by name."
  type = map(object({
    cluster = string
    weight  = number
  }))
}
