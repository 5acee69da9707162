//! The post-renderer as a program: everything is in `command`, so that the provider can be it too.

use ipsy_post_renderer::command::{Streams, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    let streams = Streams {
        stdin: &mut std::io::stdin().lock(),
        stdout: &mut std::io::stdout().lock(),
        stderr: &mut std::io::stderr().lock(),
    };
    ExitCode::from(run(std::env::args_os(), streams))
}
