# The post-renderer inside this very provider: nothing has to be installed, as on HCP Terraform. It refers to no
# resource, so Terraform reads it in the first plan already, and with it the path is known there.
data "ipsy_post_renderer" "here" {}

# The configuration contains the app's own arguments, which are also known at plan.
resource "helm_release" "checkout" {
  name   = "checkout"
  chart  = "${path.module}/charts/ipsy-app"
  values = [ipsy_app.checkout.values_by_backend["blue"]]

  postrender = {
    binary_path = data.ipsy_post_renderer.here.binary_path
    args        = concat(data.ipsy_post_renderer.here.args, ipsy_app.checkout.post_renderer_args)
  }
}

# A chart without an `ipsy_app`: `config` holds the configuration.
data "ipsy_post_renderer" "labels" {
  config = jsonencode({
    apiVersion = "ipsy.dev/v1"
    kind       = "PostRenderConfig"
    labels     = { "ipsy.dev/team" = "platform" }
  })
}

resource "helm_release" "redis" {
  name  = "redis"
  chart = "oci://registry.example.com/charts/redis"

  postrender = {
    binary_path = data.ipsy_post_renderer.labels.binary_path
    args        = data.ipsy_post_renderer.labels.args
  }
}
