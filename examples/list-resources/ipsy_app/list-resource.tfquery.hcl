# Apps that ipsy made in the environment, and candidates behind the load balancers of the account.
list "ipsy_app" "fleet" {
  provider = ipsy

  config {
    environment = "prod"
    candidates  = true
  }
}
