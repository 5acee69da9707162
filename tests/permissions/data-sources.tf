# The data sources that read AWS, for the test of their permissions.

terraform {
  required_providers {
    ipsy = {
      source  = "ipsy/ipsy"
      version = "~> 0.1"
    }
  }
}

provider "ipsy" {
  region = "us-east-1"
}

data "ipsy_cluster" "blue" {
  name = "eks-blue"
}

data "ipsy_image" "by_tag" {
  repository       = "checkout"
  tag              = "1.0.0"
  fail_on_severity = "CRITICAL"
}

data "ipsy_image" "by_parameter" {
  parameter = "/checkout/image"
}

data "ipsy_cluster" "newest" {
  with_tags = { environment = "none" }
}

ephemeral "ipsy_registry_token" "here" {}

ephemeral "ipsy_cluster_token" "blue" {
  cluster = "eks-blue"
}
