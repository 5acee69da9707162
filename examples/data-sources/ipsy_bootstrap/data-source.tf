# What a team asks the platform for: an app in two environments. Neither AWS nor credentials are needed.
data "ipsy_bootstrap" "checkout" {
  name          = "checkout"
  team          = "payments"
  runtime       = "java"
  port          = 8080
  health_path   = "/healthz"
  labels        = { cost-center = "cc-42" }
  registry      = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
  chart         = "oci://123456789012.dkr.ecr.us-east-1.amazonaws.com/charts/ipsy-app"
  chart_version = "0.1.0"
  state_bucket  = "acme-terraform-states"

  environment {
    name         = "dev"
    cluster      = "eks-dev"
    listener_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/dev/1/2"
    hosts        = ["checkout.dev.example.com"]
    max_replicas = 4
  }
  environment {
    name         = "prod"
    cluster      = "eks-blue"
    listener_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/prod/1/2"
    hosts        = ["checkout.example.com"]
    min_replicas = 3
  }
}

# The files into a folder; or into a repository, with `github_repository_file` or `gitlab_repository_file`.
resource "local_file" "project" {
  for_each = data.ipsy_bootstrap.checkout.files

  filename = "${path.root}/checkout/${each.key}"
  content  = each.value
}
