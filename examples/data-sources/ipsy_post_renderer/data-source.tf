# The post-renderer inside this very provider: nothing has to be installed, as on HCP Terraform.
data "ipsy_post_renderer" "checkout" {
  config = ipsy_app.checkout.post_renderer_config
}

resource "helm_release" "checkout" {
  name   = "checkout"
  chart  = "${path.module}/charts/ipsy-app"
  values = [ipsy_app.checkout.values]

  postrender = {
    binary_path = data.ipsy_post_renderer.checkout.binary_path
    args        = data.ipsy_post_renderer.checkout.args
  }
}
