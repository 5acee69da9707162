# Every object stays, and loses what can be taken from it.
tags  = {}
image = { scan = true, immutable = true, keep = 0, untagged_days = 0, pull = [] }
logs  = { retention_days = 0, key = null }

role = {
  action   = null
  topic    = "sns:Subscribe"
  managed  = []
  boundary = null
  path     = "/"
  seconds  = 3600
}

traffic = {
  host       = "checkout.example.com"
  priority   = 120
  drain      = 30
  matcher    = "200-399"
  login      = null
  dns_weight = null
  errors     = 10
}
