# Ten lines are enough: everything else comes from defaults and standards.
resource "ipsy_app" "greeter" {
  name        = "greeter"
  environment = "dev"
  team        = "payments"
  labels      = { cost-center = "cc-42" }
  image { repository = "greeter" }
  port "http" { port = 8080 }
  backend "blue" { cluster = "eks-blue" }
}

# An app behind a load balancer, on its way from EC2 instances to Kubernetes.
resource "ipsy_app" "checkout" {
  name        = "checkout"
  environment = "prod"
  team        = "payments"
  runtime     = "java"
  labels      = { cost-center = "cc-42" }

  image {
    repository = "checkout"
    source     = "pointer"
    initial    = "1.0.0"
  }

  port "http" {
    port = 8080
  }

  env = {
    LOG_LEVEL = "info"
  }

  secret "DB_PASSWORD" {
    ssm_parameter = "/checkout/db/password"
  }

  resources {
    cpu_request = "250m"
    memory      = "1Gi"
  }

  autoscaling {
    min = 3
    max = 30
    metric "cpu" {
      target_utilization = 65
    }
  }

  health_check {
    path = "/healthz"
  }

  iam {
    managed_policy_arns = ["arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"]
  }

  load_balancer {
    listener_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/main/0123456789abcdef/0123456789abcdef"
    hosts        = ["checkout.example.com"]
    priority     = 120
  }

  backend "ec2" {
    target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/checkout-ec2/0123456789abcdef"
    weight           = 90
  }

  backend "blue" {
    cluster = "eks-blue"
    weight  = 10
  }

  advanced_setting {
    name = "ndots"
    target {
      kind = "Deployment"
    }
    patch = yamlencode({
      spec = { template = { spec = { dnsConfig = { options = [{ name = "ndots", value = "2" }] } } } }
    })
  }
}
