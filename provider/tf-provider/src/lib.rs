//! A Terraform provider framework for plugin protocol 5.
