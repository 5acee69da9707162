# The app is taken over by its successor before Terraform destroys it.

resource "ipsy_app" "checkout" {
  lifecycle {
    create_before_destroy = true
  }
}
