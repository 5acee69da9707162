terraform {
  required_version = ">= 1.4, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.1"
    }
    ipsy = {
      source  = "ipsy/ipsy"
      version = "~> 0.1"
    }
  }
}
