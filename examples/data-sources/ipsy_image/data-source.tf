# The digest of a tag. The plan fails if ECR's scan has found something severe.
data "ipsy_image" "checkout" {
  repository       = "checkout"
  tag              = "1.0.0"
  fail_on_severity = "HIGH"
}

output "image" {
  value = data.ipsy_image.checkout.uri
}
