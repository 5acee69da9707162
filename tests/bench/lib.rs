//! What the tests (`tests/suite`) and the tasks (`tests/dev`) of the project run against.
//!
//! This crate depends on none of ours. It drives the built programs as their users do: with real
//! Terraform and Helm, against an AWS on loopback.

pub mod apps;
pub mod aws_bench;
pub mod aws_operations;
pub mod cluster;
pub mod console;
pub mod faults;
pub mod helm;
pub mod install;
pub mod interrupt;
pub mod judge;
pub mod load_balancer_controller;
pub mod manifests;
pub mod matrix;
pub mod ministack;
pub mod owners;
pub mod permissions;
pub mod platform;
pub mod process;
pub mod programs;
pub mod rehearsal;
pub mod scale_out;
pub mod table;
pub mod terraform;
pub mod tools;
pub mod workspace;
mod xml;
