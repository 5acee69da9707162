# Bytes of memory that the app takes at most: a gibibyte for each of thirty pods.
output "most_memory" {
  value = provider::ipsy::quantity("1Gi") * 30
}
