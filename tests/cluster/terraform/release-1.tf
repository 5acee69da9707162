# Beside examples/quickstart: its app as a release of hashicorp/helm 1.3. `postrender` takes no arguments
# there, so the configuration goes in-band, as a value of the chart.

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
  values = [
    ipsy_app.checkout.values,
    jsonencode({ postRender = jsondecode(ipsy_app.checkout.post_renderer_config) }),
  ]

  postrender {
    binary_path = var.post_renderer
  }
}
