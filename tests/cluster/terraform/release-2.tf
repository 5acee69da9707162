# Beside examples/quickstart: its app as a release of hashicorp/helm 2.17, where `kubernetes` and
# `postrender` are blocks.

variable "kubeconfig" {
  type = string
}

variable "chart" {
  type = string
}

variable "namespace" {
  type = string
}

provider "helm" {
  kubernetes {
    config_path = var.kubeconfig
  }
}

data "ipsy_post_renderer" "here" {}

resource "helm_release" "checkout" {
  name      = "checkout"
  namespace = var.namespace
  chart     = var.chart
  values    = [ipsy_app.checkout.values_by_backend["blue"]]

  postrender {
    binary_path = data.ipsy_post_renderer.here.binary_path
    args        = concat(data.ipsy_post_renderer.here.args, ipsy_app.checkout.post_renderer_args)
  }
}
