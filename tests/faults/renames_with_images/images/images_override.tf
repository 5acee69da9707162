# Another environment, and an image in the repository, which may be deleted with it.

resource "ipsy_app" "checkout" {
  environment = "stage"

  image {
    repository       = "checkout"
    initial          = "1.0.0"
    immutable_tags   = true
    keep_images      = 30
    untagged_days    = 7
    pull_account_ids = ["210987654321"]
    force_delete     = true
  }
}
