# Removes all that can be removed: a log group, a role without policies and one association remain.

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

  standards {
    required_labels = []
  }
}

resource "ipsy_app" "checkout" {
  name        = "checkout"
  environment = "prod"
  namespace   = var.namespace

  image {
    repository = "registry.example.com/checkout"
    source     = "literal"
    tag        = "1.0.0"
  }

  port {
    name = "http"
    port = var.port
  }

  backend {
    name    = "blue"
    cluster = "eks-blue"
  }
}
