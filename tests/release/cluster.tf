# Where the cluster of the tests is, and who works in it. On AWS, data.ipsy_cluster and ephemeral.ipsy_cluster_token know.

variable "cluster_access" {
  description = "Address of the API server, and certificates as PEM."
  type = object({
    host                   = string
    cluster_ca_certificate = string
    client_certificate     = string
    client_key             = string
  })
}

terraform {
  backend "local" {
    path = "/carried/terraform.tfstate"
  }
}
