# What the post-renderer would make of a manifest, as a preview.
output "preview" {
  value = provider::ipsy::post_render(
    file("${path.module}/deployment.yaml"),
    ipsy_app.checkout.post_renderer_config,
  )
  sensitive = true
}
