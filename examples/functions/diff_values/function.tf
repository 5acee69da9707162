# Fails a plan that would change more than the image.
check "only_the_image_changes" {
  assert {
    condition = alltrue([
      for line in provider::ipsy::diff_values(file("${path.module}/deployed.json"), ipsy_app.checkout.values_by_backend["blue"]) :
      startswith(line, "~ image.")
    ])
    error_message = "More than the image would change."
  }
}
