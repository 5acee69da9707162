# What AWS can't change in place: target groups, associations and the role are made anew beside the old ones, or
# in their place.
namespace        = "payments"
port             = 9090
protocol_version = "HTTP2"

role = {
  action   = "sqs:ReceiveMessage"
  managed  = ["arn:aws:iam::123456789012:policy/queue-reader"]
  boundary = null
  path     = "/apps/"
  seconds  = 3600
}
