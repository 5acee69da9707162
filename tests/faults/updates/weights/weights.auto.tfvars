# Traffic moves in two steps, each watched.
weights = { ec2 = 40, blue = 30, green = 30 }
rollout = [50, 100]
