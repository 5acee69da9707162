# What the updates change.

variable "listener_arn" {
  type = string
}

variable "legacy_target_group_arn" {
  type = string
}

variable "weights" {
  type    = map(number)
  default = { ec2 = 80, blue = 10, green = 10 }
}

variable "namespace" {
  type    = string
  default = "shop"
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
  type = object({ host = string, priority = number, drain = number, matcher = string })
  default = {
    host     = "checkout.example.com"
    priority = 120
    drain    = 30
    matcher  = "200-399"
  }
}

variable "image" {
  type    = object({ scan = bool, immutable = bool, keep = number })
  default = { scan = true, immutable = true, keep = 30 }
}

variable "role" {
  type = object({ action = string, managed = list(string), boundary = string, path = string, seconds = number })
  default = {
    action   = "sqs:ReceiveMessage"
    managed  = ["arn:aws:iam::123456789012:policy/queue-reader"]
    boundary = null
    path     = "/"
    seconds  = 3600
  }
}

variable "retention_days" {
  type    = number
  default = 30
}

variable "tags" {
  type    = map(string)
  default = { cost-center = "cc-42" }
}
