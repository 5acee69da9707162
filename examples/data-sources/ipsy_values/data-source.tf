# The Helm values of an app, without AWS and without credentials.
data "ipsy_values" "checkout" {
  name        = "checkout"
  environment = "dev"
  team        = "payments"
  labels      = { cost-center = "cc-42" }
  image {
    repository = "registry.example.com/checkout"
    source     = "literal"
    tag        = "1.0.0"
  }
  port {
    name = "http"
    port = 8080
  }
}

output "values" {
  value     = data.ipsy_values.checkout.values
  sensitive = true
}
