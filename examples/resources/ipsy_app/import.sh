# By environment and name.
terraform import ipsy_app.checkout prod/checkout

# An app that ipsy did not make: after commas what has another name than ipsy would give it.
terraform import ipsy_app.checkout "prod/checkout,arn:aws:iam::123456789012:role/checkout-pods,team/checkout"
