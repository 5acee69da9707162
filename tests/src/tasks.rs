//! The tasks of the project, one file each.

mod apps;
pub mod aws;
pub mod bench;
pub mod changelog;
pub mod check;
pub mod compare;
pub mod demo;
pub mod deny;
pub mod faults;
pub mod fidelity;
pub mod fuzz;
pub mod generate;
pub mod install;
mod measure;
pub mod publish;
pub mod rehearse;
pub mod release;
pub mod scale;
pub mod scale_out;
mod table;
pub mod test;
pub mod test_cluster;
pub mod test_platform;
pub mod test_release;
pub mod tools;
