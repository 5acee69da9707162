weights = { ec2 = 40, blue = 30, green = 30 }
