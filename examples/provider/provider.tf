terraform {
  required_providers {
    ipsy = {
      source  = "ipsy/ipsy"
      version = "~> 0.1"
    }
  }
}

# Credentials are found as the AWS CLI finds them; without any, everything that needs no AWS still works.
provider "ipsy" {
  region       = "us-east-1"
  default_tags = { managed-by = "terraform" }

  # Standards of every app. A file that several configurations share goes into standards_file.
  standards {
    version         = "2026.11"
    required_labels = ["team", "cost-center"]
  }
}
