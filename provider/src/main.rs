//! The `terraform-provider-ipsy` program: the provider for Terraform, the post-renderer for Helm, and commands for
//! people. The first argument chooses.

mod actions;
mod advice;
mod app;
mod claims;
mod command;
mod cost;
mod data_sources;
mod diagnose;
mod ec2;
mod ephemeral_resources;
mod functions;
mod infrastructure;
mod list_resources;
mod operations;
mod origin;
mod provider;
mod resources;
mod session;

use std::process::ExitCode;

use provider_framework::serve;

/// Replaces the C library's allocator in static programs.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    command::run(std::env::args_os().skip(1))
        .unwrap_or_else(|| serve(provider::IpsyProvider::default(), "registry.terraform.io/ipsy/ipsy"))
}
