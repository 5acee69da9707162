# What AWS can't change in place: new target groups take over from the old ones when their pods are healthy, which
# takes a second apply, and the role is made anew in its place.
port = 9090

role = {
  action   = "sqs:ReceiveMessage"
  topic    = "sns:Subscribe"
  managed  = ["arn:aws:iam::123456789012:policy/queue-reader"]
  boundary = "arn:aws:iam::123456789012:policy/app-boundary"
  path     = "/apps/"
  seconds  = 3600
}
