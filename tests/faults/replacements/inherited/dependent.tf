# A resource that needs the app before it is destroyed itself has Terraform create the app's successor first as well.

resource "terraform_data" "dependent" {
  input = nonsensitive(ipsy_app.checkout.values_by_backend["blue"])

  lifecycle {
    create_before_destroy = true
  }
}
