//! Black-box tests and the tasks of the project.
//!
//! This crate depends on none of ours. It drives the built programs as their users do: with real
//! Terraform and Helm, against an AWS on loopback.

pub mod aws_bench;
mod aws_operations;
pub mod cluster;
pub mod console;
pub mod helm;
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
pub mod tasks;
pub mod terraform;
pub mod tools;
pub mod workspace;
mod xml;
