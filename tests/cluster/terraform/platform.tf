# In place of platform.tf in examples/terraform-only: what hashicorp/aws would have made, just as unknown
# when everything is planned for the first time.

variable "listener_arn" {
  type = string
}

variable "cluster" {
  type = string
}

variable "endpoint" {
  type = string
}

variable "certificate_authority" {
  type = string
}

resource "terraform_data" "platform" {}

resource "terraform_data" "listener" {
  input = var.listener_arn
}

resource "terraform_data" "cluster" {
  input = {
    endpoint              = var.endpoint
    certificate_authority = base64encode(var.certificate_authority)
  }
}

locals {
  listener_arn          = terraform_data.listener.output
  cluster               = var.cluster
  endpoint              = terraform_data.cluster.output.endpoint
  certificate_authority = terraform_data.cluster.output.certificate_authority
}
