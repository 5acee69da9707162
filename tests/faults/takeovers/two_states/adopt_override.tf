# Another state holds the app, and this one takes it over.

resource "ipsy_app" "checkout" {
  adopt = true
}
