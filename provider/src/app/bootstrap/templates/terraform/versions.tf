terraform {
  required_version = ">= 1.10, < 2.0"

  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.1"
    }
    ipsy = {
      source  = "ipsy/ipsy"
      version = "~> 0.1"
    }
  }
@if state_bucket

  # One state for each environment: environments/NAME.s3.tfbackend has its place.
  backend "s3" {}
@end
}
