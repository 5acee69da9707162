# The digest of a tag. The plan fails if ECR's scan has found something severe.
data "ipsy_image" "checkout" {
  repository       = "checkout"
  tag              = "1.0.0"
  fail_on_severity = "HIGH"
}

# What has to wait may pass until a day.
data "ipsy_image" "pointed" {
  parameter        = "/ipsy/prod/checkout/image"
  fail_on_severity = "HIGH"
  exception {
    name    = "CVE-2026-1234"
    reason  = "the vulnerable function is not reachable"
    owner   = "payments"
    expires = "2027-01-31"
  }
}

output "image" {
  value = data.ipsy_image.checkout.uri
}
