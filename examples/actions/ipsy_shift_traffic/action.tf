# terraform apply -invoke=action.ipsy_shift_traffic.to_pods
action "ipsy_shift_traffic" "to_pods" {
  config {
    environment = "prod"
    name        = "checkout"
    weights     = { ec2 = 0, blue = 100 }

    rollout {
      steps  = [10, 50, 100]
      bake   = "5m"
      alarms = ["checkout-5xx"]
    }
  }
}
