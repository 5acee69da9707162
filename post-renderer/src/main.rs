//! The post-renderer as a program: everything is in `command`, so that the provider can be it too.

use ipsy_post_renderer::command::run_in_process;
use std::process::ExitCode;

fn main() -> ExitCode {
    run_in_process(std::env::args_os())
}
