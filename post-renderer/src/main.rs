//! The post-renderer as a program.
fn main() {}
