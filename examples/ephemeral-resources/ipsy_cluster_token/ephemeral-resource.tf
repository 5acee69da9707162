data "ipsy_cluster" "blue" {
  name = "eks-blue"
}

ephemeral "ipsy_cluster_token" "blue" {
  cluster = data.ipsy_cluster.blue.name
}

provider "helm" {
  kubernetes = {
    host                   = data.ipsy_cluster.blue.endpoint
    cluster_ca_certificate = base64decode(data.ipsy_cluster.blue.certificate_authority)
    token                  = ephemeral.ipsy_cluster_token.blue.token
  }
}
