# What the updates change.

variable "listener_arn" {
  type = string
}

variable "second_listener_arn" {
  type = string
}

variable "listener" {
  type    = string
  default = "first"
}

variable "legacy_target_group_arn" {
  type = string
}

variable "zone_id" {
  type = string
}

variable "blue_cluster" {
  type    = string
  default = "eks-blue"
}

variable "weights" {
  type    = map(number)
  default = { ec2 = 100, blue = 0, green = 0 }
}

variable "rollout" {
  type    = list(number)
  default = null
}

variable "namespace" {
  type    = string
  default = "shop"
}

variable "green_oidc_provider_arn" {
  type    = string
  default = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/GREEN"
}

variable "port" {
  type    = number
  default = 8080
}

variable "protocol_version" {
  type    = string
  default = "HTTP1"
}

variable "traffic" {
  type = object({
    host   = string, priority = number, drain = number, matcher = string, login = string, dns_weight = number,
    errors = number,
  })
  default = {
    host       = "checkout.example.com"
    priority   = 120
    drain      = 30
    matcher    = "200-399"
    login      = "1"
    dns_weight = 10
    errors     = 10
  }
}

variable "image" {
  type    = object({ scan = bool, immutable = bool, keep = number, untagged_days = number, pull = list(string) })
  default = { scan = true, immutable = true, keep = 30, untagged_days = 7, pull = ["210987654321"] }
}

variable "role" {
  type = object({
    action = string, topic = string, managed = list(string), boundary = string, path = string, seconds = number,
  })
  default = {
    action   = "sqs:ReceiveMessage"
    topic    = "sns:Subscribe"
    managed  = ["arn:aws:iam::123456789012:policy/queue-reader"]
    boundary = "arn:aws:iam::123456789012:policy/app-boundary"
    path     = "/"
    seconds  = 3600
  }
}

variable "logs" {
  type    = object({ retention_days = number, key = string })
  default = { retention_days = 30, key = "arn:aws:kms:us-east-1:123456789012:key/first" }
}

variable "tags" {
  type    = map(string)
  default = { cost-center = "cc-42" }
}
