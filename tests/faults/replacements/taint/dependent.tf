# A resource that uses the app, and leaves Terraform its usual order: it destroys the app, and makes it again.

resource "terraform_data" "dependent" {
  input = nonsensitive(ipsy_app.checkout.values_by_backend["blue"])
}
