# A drawing of the app for its README.
output "diagram" {
  value = provider::ipsy::diagram(ipsy_app.checkout)
}
