# Another environment is another app: Terraform destroys the one that is there, and makes the new one.

resource "ipsy_app" "checkout" {
  environment = "stage"
}
