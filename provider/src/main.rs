//! The `terraform-provider-ipsy` program.
fn main() {}
