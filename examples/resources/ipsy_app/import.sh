# By environment and name.
terraform import ipsy_app.checkout prod/checkout
