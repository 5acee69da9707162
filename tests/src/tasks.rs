//! The tasks of the project, one file each.

pub mod aws;
pub mod bench;
pub mod check;
pub mod demo;
pub mod fidelity;
pub mod fuzz;
pub mod generate;
pub mod install;
pub mod test;
pub mod test_cluster;
pub mod tools;
