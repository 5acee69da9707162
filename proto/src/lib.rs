//! Wire types of the Terraform plugin protocol 5 and of the go-plugin services.
