# terraform apply -invoke=action.ipsy_rollback.back
action "ipsy_rollback" "back" {
  config {
    environment = "prod"
    name        = "checkout"
  }
}
