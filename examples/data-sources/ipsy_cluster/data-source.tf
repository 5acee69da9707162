# A cluster by its name.
data "ipsy_cluster" "blue" {
  name = "eks-blue"
}

# The newest one that carries these tags.
data "ipsy_cluster" "newest" {
  with_tags = { environment = "prod" }
}

output "endpoint" {
  value = data.ipsy_cluster.blue.endpoint
}
