# Ten lines are enough: everything else comes from defaults and standards.
resource "ipsy_app" "greeter" {
  name        = "greeter"
  environment = "dev"
  team        = "payments"
  labels      = { cost-center = "cc-42" }
  image { repository = "greeter" }
  port {
    name = "http"
    port = 8080
  }
  backend {
    name    = "blue"
    cluster = "eks-blue"
  }
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

  port {
    name = "http"
    port = 8080
  }

  env = {
    LOG_LEVEL = "info"
  }

  secret {
    name          = "DB_PASSWORD"
    ssm_parameter = "/checkout/db/password"
  }

  resources {
    cpu_request = "250m"
    memory      = "1Gi"
  }

  autoscaling {
    min = 3
    max = 30
    metric {
      name               = "cpu"
      target_utilization = 65
    }
  }

  health_check {
    path = "/healthz"
  }

  migration {
    args = ["migrate"]
  }

  iam {
    managed_policy_arns = ["arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"]
  }

  load_balancer {
    listener_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/main/0123456789abcdef/0123456789abcdef"
    hosts        = ["checkout.example.com"]
    priority     = 120
  }

  backend {
    name             = "ec2"
    target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/checkout-ec2/0123456789abcdef"
    weight           = 90
  }

  backend {
    name    = "blue"
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

# Everything that a listener rule can ask of a request, a priority that is chosen, names and alarms.
resource "ipsy_app" "search" {
  name        = "search"
  environment = "prod"
  team        = "discovery"
  labels      = { cost-center = "cc-7" }
  image { repository = "search" }
  port {
    name = "grpc"
    port = 9000
  }
  port {
    name = "admin"
    port = 9901
  }

  health_check {
    port    = "grpc"
    matcher = "0"
  }

  load_balancer {
    listener_arn     = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/main/0123456789abcdef/0123456789abcdef"
    protocol_version = "GRPC"
    hosts            = ["search.example.com"]
    methods          = ["POST"]
    source_ips       = ["10.0.0.0/8"]
    header {
      name   = "X-Api-Version"
      values = ["2*"]
    }

    # The first free priority, kept once it is chosen.
    priority_range {
      from = 1000
      to   = 1999
    }

    # A deployment tool moves the weights; Terraform shows them in `weights` and leaves them alone.
    weights   = "external"
    algorithm = "least_outstanding_requests"
    session { seconds = 3600 }
  }

  backend {
    name    = "blue"
    cluster = "eks-blue"
    weight  = 100
  }
  backend {
    name    = "green"
    cluster = "eks-green"
  }

  dns {
    name    = "search.example.com"
    zone_id = "Z0123456789ABCDEFGHIJ"
    weight  = 100
  }

  alarm {
    name      = "server_errors"
    threshold = 20
    actions   = ["arn:aws:sns:us-east-1:123456789012:on-call"]
  }
  alarm { name = "unhealthy_targets" }
}

variable "oidc_client_secret" {
  type      = string
  ephemeral = true
}

# Users log in before their requests reach the app. The secret is in no plan and no state (Terraform 1.11).
resource "ipsy_app" "backoffice" {
  name        = "backoffice"
  environment = "prod"
  team        = "payments"
  labels      = { cost-center = "cc-42" }
  image { repository = "backoffice" }
  port {
    name = "http"
    port = 8080
  }

  load_balancer {
    listener_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/main/0123456789abcdef/0123456789abcdef"
    hosts        = ["backoffice.example.com"]
    priority     = 200

    authenticate_oidc {
      issuer                 = "https://login.example.com"
      authorization_endpoint = "https://login.example.com/authorize"
      token_endpoint         = "https://login.example.com/token"
      user_info_endpoint     = "https://login.example.com/user"
      client_id              = "backoffice"
      client_secret          = var.oidc_client_secret
      client_secret_version  = "2026-11"
    }
  }

  backend {
    name    = "blue"
    cluster = "eks-blue"
    weight  = 100
  }
}
