# The whole way in one root module: the app in AWS, and its Helm release in the cluster. Nothing has to be
# installed where Terraform runs, so this works on HCP Terraform as it is: the post-renderer is inside the
# provider, which .terraform.lock.hcl pins by its hash, and the provider makes the token for the cluster.

terraform {
  required_version = ">= 1.10, < 2.0" # the first with ephemeral resources

  required_providers {
    ipsy = {
      source  = "ipsy/ipsy"
      version = "~> 0.1"
    }
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.1"
    }
  }
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"
}

variable "listener_arn" {
  description = "ARN of the load balancer's listener that gets the app's rule."
  type        = string
}

variable "cluster" {
  description = "Name of the EKS cluster."
  type        = string
  default     = "eks-blue"
}

provider "ipsy" {
  region         = var.region
  standards_file = "${path.module}/../quickstart/standards.yaml"
}

data "ipsy_cluster" "blue" {
  name = var.cluster
}

# Neither plan nor state holds these two. The token is good for 14 minutes, and the login for 12 hours.
ephemeral "ipsy_cluster_token" "blue" {
  cluster = var.cluster
}

ephemeral "ipsy_registry_token" "here" {}

provider "helm" {
  kubernetes = {
    host                   = data.ipsy_cluster.blue.endpoint
    cluster_ca_certificate = base64decode(data.ipsy_cluster.blue.certificate_authority)
    token                  = ephemeral.ipsy_cluster_token.blue.token
  }

  # For charts in ECR, such as `chart = "oci://ACCOUNT.dkr.ecr.us-east-1.amazonaws.com/charts/ipsy-app"`.
  registries = [{
    url      = "oci://${ephemeral.ipsy_registry_token.here.registry}"
    username = ephemeral.ipsy_registry_token.here.user_name
    password = ephemeral.ipsy_registry_token.here.password
  }]
}

resource "ipsy_app" "checkout" {
  name        = "checkout"
  environment = "prod"
  team        = "payments"
  labels      = { cost-center = "cc-42" }

  image {
    repository = "checkout"
    initial    = "1.0.0"
  }

  port {
    name = "http"
    port = 8080
  }

  load_balancer {
    listener_arn = var.listener_arn
    hosts        = ["checkout.example.com"]
    priority     = 120
  }

  backend {
    name    = "blue"
    cluster = var.cluster
    weight  = 100
  }
}

# It refers to no resource, so Terraform reads it in the first plan already.
data "ipsy_post_renderer" "here" {}

# The values are known at plan even before anything exists, so the plan shows all of it, and what later changes
# shows as a difference of single fields. Destroy uses the reverse order by itself: first the release, and with it
# the binding of the target group, then the target group.
resource "helm_release" "checkout" {
  name      = "checkout"
  namespace = "default"
  chart     = "${path.module}/../charts/ipsy-app"
  values    = [ipsy_app.checkout.values_by_backend["blue"]]

  # The load balancer finds the pods healthy only once the listener rule names their target group.
  wait    = true
  timeout = 600

  # With hashicorp/helm 2.17 this is a block: postrender { … }
  postrender = {
    binary_path = data.ipsy_post_renderer.here.binary_path
    args        = concat(data.ipsy_post_renderer.here.args, ipsy_app.checkout.post_renderer_args)
  }
}

output "rollback_command" {
  description = "One AWS command that sends all requests back to where they came from."
  value       = ipsy_app.checkout.rollback_command
}
