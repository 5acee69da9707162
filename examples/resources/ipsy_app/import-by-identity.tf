import {
  to = ipsy_app.checkout
  identity = {
    environment = "prod"
    name        = "checkout"
  }
}
