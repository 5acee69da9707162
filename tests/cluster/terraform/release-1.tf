# Beside examples/quickstart: its app as a release of hashicorp/helm 1.3. `postrender` takes no arguments
# there, so the environment names the configuration file (IPSY_POST_RENDER_CONFIG).

variable "kubeconfig" {
  type = string
}

variable "chart" {
  type = string
}

variable "namespace" {
  type = string
}

variable "post_renderer" {
  type = string
}

provider "helm" {
  kubernetes {
    config_path = var.kubeconfig
  }
}

resource "helm_release" "checkout" {
  name      = "checkout"
  namespace = var.namespace
  chart     = var.chart
  values    = [ipsy_app.checkout.values_by_backend["blue"]]

  postrender {
    binary_path = var.post_renderer
  }
}
