//! `cargo dev`: the tasks of the project.
fn main() {}
