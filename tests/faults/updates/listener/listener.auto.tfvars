# The rule moves to another listener of the load balancer: it is made there before it goes here.
listener = "second"
