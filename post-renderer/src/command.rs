//! The program as a library function: arguments and streams in, exit code out. The provider runs the very same.

mod arguments;
mod configure;
mod differences;
mod explanation;
mod files;
mod input;
mod process;
mod report;

use crate::configuration;
use crate::configuration::Configuration;
use crate::finding::{Finding, Severity};
use crate::render::{EditedStream, ErrorKind, RenderError, RenderOptions, edit};
use arguments::{Arguments, Command, Common};
use clap::{CommandFactory, Parser};
use configure::configure;
pub use process::run_in_process;
use report::Report;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Read, Write};

/// What the program sees of the world besides its arguments.
pub struct Streams<'a> {
    /// The manifests.
    pub stdin: &'a mut dyn Read,
    /// Manifests only.
    pub stdout: &'a mut dyn Write,
    /// For people.
    pub stderr: &'a mut dyn Write,
    /// Whether stdout was closed before the program began, so that rendered manifests would be lost.
    pub stdout_closed: bool,
}

/// Starting a thread takes about 0.1 ms, so many threads cost more than they save for streams of usual size.
const MOST_THREADS: usize = 8;

/// Exit code for usage.
const USAGE: u8 = 2;

/// Runs the program with `arguments` (the first is its name) and gives its exit code: 0 done, 1 a standard or
/// setting failed, 2 usage or configuration, 3 the input is not a valid manifest stream, 4 the output could not be
/// written.
pub fn run(arguments: impl IntoIterator<Item = OsString>, mut streams: Streams<'_>) -> u8 {
    let code = answer(arguments, &mut streams);
    ended(streams.stdout.flush(), code, streams.stderr)
}

fn answer(arguments: impl IntoIterator<Item = OsString>, streams: &mut Streams<'_>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, not errors.
            let text = error.render().to_string();
            let code = u8::try_from(error.exit_code()).unwrap_or(USAGE);
            let stream = if code == 0 { &mut *streams.stdout } else { &mut *streams.stderr };
            let written = stream.write_all(text.as_bytes());
            return ended(written, code, streams.stderr);
        }
    };
    let stdout = &mut *streams.stdout;
    match arguments.command {
        None => manifests(
            &arguments.common,
            Face::Render { closed: streams.stdout_closed },
            streams.stdin,
            stdout,
            streams.stderr,
        ),
        Some(Command::Render(common)) => manifests(
            &common,
            Face::Render { closed: streams.stdout_closed },
            streams.stdin,
            stdout,
            streams.stderr,
        ),
        Some(Command::Check { common, strict }) => {
            manifests(&common, Face::Check { strict }, streams.stdin, stdout, streams.stderr)
        }
        Some(Command::Diff { common, side_by_side, color }) => {
            let colored = color.decide(io::stdout().is_terminal());
            manifests(&common, Face::Diff { side_by_side, colored }, streams.stdin, stdout, streams.stderr)
        }
        Some(Command::Explain { common, json }) => {
            manifests(&common, Face::Explain { json }, streams.stdin, stdout, streams.stderr)
        }
        Some(Command::Schema) => {
            let text = serde_json::to_string_pretty(&configuration::schema()).unwrap_or_default();
            ended(writeln!(stdout, "{text}"), 0, streams.stderr)
        }
        Some(Command::Standards) => ended(explanation::standards(stdout), 0, streams.stderr),
        Some(Command::Version) => ended(
            writeln!(
                stdout,
                "ipsy-post-renderer {} ({})",
                env!("CARGO_PKG_VERSION"),
                configuration::API_VERSION
            ),
            0,
            streams.stderr,
        ),
        Some(Command::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "ipsy-post-renderer", &mut text);
            ended(stdout.write_all(&text), 0, streams.stderr)
        }
        Some(Command::Man) => {
            let mut text = Vec::new();
            let made = clap_mangen::Man::new(Arguments::command()).render(&mut text);
            ended(made.and_then(|()| stdout.write_all(&text)), 0, streams.stderr)
        }
    }
}

/// What is done with the rendered stream.
#[derive(Clone, Copy)]
enum Face {
    Render { closed: bool },
    Check { strict: bool },
    Diff { side_by_side: bool, colored: bool },
    Explain { json: bool },
}

/// Reads, renders and shows.
fn manifests(
    common: &Common,
    face: Face,
    stdin: &mut dyn Read,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> u8 {
    let options = common.options(!matches!(face, Face::Render { .. }) || common.report.is_some());
    let report = match Report::of(common) {
        Ok(report) => report,
        Err(error) => return failed(&error, None, stderr),
    };
    let report = report.as_ref();
    let read = configure(common).and_then(|configuration| Ok((configuration, input::read(stdin)?)));
    let (configuration, input) = match read {
        Ok(read) => read,
        Err(error) => return failed(&error, report, stderr),
    };
    let rendered = match rendered(&input, &configuration, &options) {
        Ok(rendered) => rendered,
        Err(error) => return failed(&error, report, stderr),
    };
    let mut code = 0;
    if let Face::Check { strict: true } = face {
        let broken = |finding: &Finding| finding.severity >= Severity::Warning;
        code = u8::from(!rendered.is_same() || rendered.findings.iter().any(broken));
    }
    let written = report.map(|report| report.write(code, &rendered.findings, &rendered.changes));
    if let Some(Err(problem)) = written {
        return failed(&problem, None, stderr);
    }
    let least = if matches!(face, Face::Check { .. }) { Severity::Note } else { Severity::Warning };
    // A person who closed stderr does not want to read; that is no reason to fail.
    let _ = report::show(rendered.findings.iter().filter(|finding| finding.severity >= least), stderr);
    let shown = match face {
        Face::Render { closed: true } => Err(io::Error::other("stdout is closed")),
        Face::Render { closed: false } => rendered.write(stdout),
        Face::Check { .. } => Ok(()),
        Face::Diff { side_by_side, colored } => {
            differences::show(&rendered.original(), &rendered.bytes(), side_by_side, colored, stdout)
        }
        Face::Explain { json } => explanation::show(&rendered.changes, json, stdout),
    };
    ended(shown, code, stderr)
}

/// Renders the input.
fn rendered<'t>(
    input: &'t [u8],
    configuration: &Configuration,
    options: &RenderOptions,
) -> Result<EditedStream<'t>, RenderError> {
    match std::str::from_utf8(input) {
        Ok(text) if text.trim().is_empty() => {
            // Helm 3 sends nothing with `--output-dir`, and the run has to pass.
            let warning = Finding::warning("empty-input", "input is empty; passing it through unchanged")
                .help("with `--output-dir`, Helm 3 does not send manifests to its post-renderer: pipe `helm template` through it instead");
            let mut same = EditedStream::unchanged(text);
            same.findings.push(warning);
            Ok(same)
        }
        _ => edit(input, configuration, options),
    }
}

/// Shows what went wrong on stderr and in the report, since Helm 4 discards stderr.
fn failed(error: &RenderError, report: Option<&Report>, stderr: &mut dyn Write) -> u8 {
    let code = error.kind.exit_code();
    let _ = report::show(error.findings.iter(), stderr);
    if let Some(Err(problem)) = report.map(|report| report.write(code, &error.findings, &[])) {
        let _ = report::show(problem.findings.iter(), stderr);
    }
    code
}

/// The exit code after writing. A reader that went away is an error too: it has only a part of the manifests.
fn ended(result: io::Result<()>, code: u8, stderr: &mut dyn Write) -> u8 {
    let Err(error) = result else { return code };
    let finding = Finding::error("output-unwritable", format!("the output could not be written: {error}"));
    let _ = report::show(std::iter::once(&finding), stderr);
    ErrorKind::Output.exit_code()
}

impl Common {
    fn options(&self, collect_changes: bool) -> RenderOptions {
        RenderOptions {
            release: self.release.clone(),
            namespace: self.namespace.clone(),
            deployer: self.deployer.into(),
            as_of: self.as_of.clone(),
            allow_stream_config: self.allow_stream_config,
            collect_changes,
            threads: std::thread::available_parallelism()
                .map_or(1, |processors| processors.get().min(MOST_THREADS)),
            source_name: String::new(),
        }
    }
}
