# What AWS can't change in place: associations are made anew beside the old ones, and the role in its place. New target
# groups need pods that get healthy in them before they take over, which nobody plays here.
namespace = "payments"

role = {
  action   = "sqs:ReceiveMessage"
  managed  = ["arn:aws:iam::123456789012:policy/queue-reader"]
  boundary = null
  path     = "/apps/"
  seconds  = 3600
}
