//! What the program does besides serving Terraform. The first argument chooses it, never the environment: a child of
//! Terraform inherits that of a plugin.

mod bootstrap;
mod cost;
mod fleet;
mod terminal;
mod traffic;

use std::ffi::OsString;
use std::io::{IsTerminal, stdin, stdout};
use std::process::ExitCode;

use ipsy_post_renderer::command::run_in_process;

use terminal::Terminal;

/// The name of the program in messages.
const PROGRAM: &str = "terraform-provider-ipsy";

/// The commands with what they do, as `--help` lists them.
const COMMANDS: [(&str, &str); 6] = [
    ("bootstrap", bootstrap::options::ABOUT),
    ("cost", cost::options::ABOUT),
    ("post-render", "Applies standards and advanced settings to rendered manifests"),
    ("rollback", traffic::options::ABOUT_ROLLBACK),
    ("schema", "Prints the JSON Schema of a document, for editors"),
    ("shift", traffic::options::ABOUT_SHIFT),
];

/// Done.
const DONE: u8 = 0;
/// Something was refused, and nothing was written.
const REFUSED: u8 = 1;
/// The arguments are wrong.
const USAGE: u8 = 2;

/// Runs the command that the arguments choose; `None` if they choose none.
pub(crate) fn run(mut arguments: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    let name = arguments.next()?;
    match name.to_str()? {
        "--version" | "-V" => Some(on_terminal(async |terminal| {
            terminal.show(format!("{PROGRAM} {}", env!("CARGO_PKG_VERSION")));
            DONE
        })),
        "--help" | "-h" => Some(on_terminal(async |terminal| {
            terminal.show(help());
            DONE
        })),
        "bootstrap" => Some(on_terminal(async |terminal| bootstrap::run(arguments, terminal).await)),
        "cost" => Some(on_terminal(async |terminal| cost::run(arguments, terminal).await)),
        // The post-renderer, in the process that Helm has started.
        "post-render" => Some(run_in_process(
            std::iter::once(OsString::from(format!("{PROGRAM} post-render"))).chain(arguments),
        )),
        "rollback" => Some(on_terminal(async |terminal| traffic::rollback(arguments, terminal).await)),
        "shift" => Some(on_terminal(async |terminal| traffic::shift(arguments, terminal).await)),
        "schema" => Some(run_in_process([OsString::from(PROGRAM), name].into_iter().chain(arguments))),
        _ => None,
    }
}

fn help() -> String {
    let commands = COMMANDS.map(|(name, what)| format!("  {name:12} {what}")).join("\n");
    format!(
        "Terraform runs this program as the provider ipsy/ipsy. Without Terraform it has these commands:\n\n{commands}\n\n\
         `{PROGRAM} COMMAND --help` shows the arguments of a command."
    )
}

fn on_terminal(command: impl AsyncFnOnce(&mut Terminal<'_>) -> u8) -> ExitCode {
    let interactive = stdin().is_terminal() && stdout().is_terminal();
    let (mut input, mut output) = (stdin().lock(), stdout().lock());
    let mut terminal = Terminal { input: &mut input, output: &mut output, interactive };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal.show(format!("The program cannot start: {error}"));
            return ExitCode::from(REFUSED);
        }
    };
    ExitCode::from(runtime.block_on(command(&mut terminal)))
}
