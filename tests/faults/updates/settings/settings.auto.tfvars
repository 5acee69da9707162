# Everything that is changed in place.
tags  = { cost-center = "cc-43", owner = "payments" }
image = { scan = false, immutable = false, keep = 10, untagged_days = 7, pull = ["210987654321", "345678901234"] }
logs  = { retention_days = 90, key = "arn:aws:kms:us-east-1:123456789012:key/second" }

role = {
  action   = "sqs:SendMessage"
  topic    = "sns:Publish"
  managed  = ["arn:aws:iam::123456789012:policy/topic-reader"]
  boundary = "arn:aws:iam::123456789012:policy/other-boundary"
  path     = "/"
  seconds  = 7200
}

traffic = {
  host       = "pay.example.com"
  priority   = 130
  drain      = 60
  matcher    = "200"
  login      = "2"
  dns_weight = 20
  errors     = 5
}
