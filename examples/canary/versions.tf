terraform {
  required_version = ">= 1.0, < 2.0"

  required_providers {
    ipsy = {
      source  = "ipsy/ipsy"
      version = "~> 0.1"
    }
  }
}
