# terraform apply -invoke=action.ipsy_restart_scan.checkout
action "ipsy_restart_scan" "checkout" {
  config {
    repository = "checkout"
    tag        = "1.0.0"
  }
}
