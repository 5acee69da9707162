# Everything that is changed in place.
retention_days = 90
tags           = { cost-center = "cc-43", owner = "payments" }

image = { scan = false, immutable = false, keep = 10 }

role = {
  action   = "sqs:SendMessage"
  managed  = ["arn:aws:iam::123456789012:policy/topic-reader"]
  boundary = "arn:aws:iam::123456789012:policy/app-boundary"
  path     = "/"
  seconds  = 7200
}

traffic = {
  host     = "pay.example.com"
  priority = 130
  drain    = 60
  matcher  = "200"
}
