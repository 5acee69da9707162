terraform {
  # For `removed` blocks.
  required_version = ">= 1.7, < 2.0"

  required_providers {
    ipsy = {
      source  = "ipsy/ipsy"
      version = "~> 0.1"
    }
  }
}
