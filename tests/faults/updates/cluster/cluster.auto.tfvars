# A backend that moves to another cluster: the new one's target group takes over when its pods are healthy, which takes a
# second apply.
blue_cluster = "eks-green"

weights = { ec2 = 50, blue = 50, green = 0 }
