//! The `terraform-provider-ipsy` program: the provider for Terraform, and the post-renderer for Helm. Which of
//! them is chosen by the first argument alone: a child of Terraform inherits the environment of a plugin.

mod app;
mod claims;
mod cost;
mod data_sources;
mod diagnose;
mod functions;
mod infrastructure;
mod origin;
mod provider;
mod resources;
mod session;

use std::ffi::OsString;
use std::process::ExitCode;

use ipsy_post_renderer::command::run_in_process;
use tf_provider::{Options, serve};

/// The argument that makes this program the post-renderer.
const POST_RENDER: &str = "post-render";
/// The argument that prints the schema of a document, as `schema standards`.
const SCHEMA: &str = "schema";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(argument) if argument == POST_RENDER => return post_render(arguments),
        Some(argument) if argument == SCHEMA => return schema(arguments),
        _ => {}
    }
    serve(
        provider::IpsyProvider::default(),
        Options { address: "registry.terraform.io/ipsy/ipsy", name: "ipsy" },
    )
}

/// Prints the schema of a document that the provider takes.
fn schema(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    run_in_process(
        [OsString::from("terraform-provider-ipsy"), OsString::from(SCHEMA)].into_iter().chain(arguments),
    )
}

/// Runs the post-renderer with `arguments`, in the very process that Helm has started.
fn post_render(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let name = OsString::from(format!("terraform-provider-ipsy {POST_RENDER}"));
    run_in_process(std::iter::once(name).chain(arguments))
}
