# Stays until the resources of the AWS provider are forgotten: Terraform reads them a last time.

provider "aws" {
  region = var.region
  default_tags {
    tags = { team = "payments", cost-center = "cc-42" }
  }
}
