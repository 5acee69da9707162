//! The program as a library function: arguments and streams in, exit code out. The provider runs the very same.

mod arguments;
mod beside;
mod check;
mod color;
mod configure;
mod differences;
mod explanation;
mod files;
mod helm_plugin;
mod input;
mod manual;
mod pins;
mod process;
mod report;
mod rules;
mod sources;
mod today;

use crate::configuration;
use crate::configuration::Configuration;
use crate::finding::{Finding, Location, Severity};
use crate::render::{Change, EditedStream, ErrorKind, RenderError, RenderOptions, edit};
use crate::standards_document::standards_schema;
use arguments::{Arguments, Command, Common, DocumentKind, StandardsSource, Strictness};
use clap::{CommandFactory, Parser};
use configure::{configure, scan_reports};
pub use process::run_in_process;
use report::Report;
use sources::{STDIN, Source, sources};
use std::ffi::OsString;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;

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
    let (written, code, colored) = answer(arguments, &mut streams);
    ended(written.and_then(|()| streams.stdout.flush()), code, colored, streams.stderr)
}

/// Does what the arguments ask for. Returns the result of writing, the exit code, and which streams are colored.
fn answer(
    arguments: impl IntoIterator<Item = OsString>,
    streams: &mut Streams<'_>,
) -> (io::Result<()>, u8, Colored) {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, not errors.
            let text = error.render().to_string();
            let code = u8::try_from(error.exit_code()).unwrap_or(USAGE);
            let stream = if code == 0 { &mut *streams.stdout } else { &mut *streams.stderr };
            return (stream.write_all(text.as_bytes()), code, Colored::default());
        }
    };
    let Arguments { command, common, color } = arguments;
    let colored = Colored {
        stdout: color.decide(io::stdout().is_terminal()),
        stderr: color.decide(io::stderr().is_terminal()),
    };
    let stdout = &mut *streams.stdout;
    let (written, code) = match command.unwrap_or(Command::Render(common)) {
        Command::Render(common) => manifests(&common, &[], View::Manifests, colored, streams),
        Command::Diff { common, files, side_by_side, exit_code } => {
            let view = View::Differences { side_by_side, exit_code };
            manifests(&common, &files.files, view, colored, streams)
        }
        Command::Explain { common, files, json } => {
            manifests(&common, &files.files, View::Changes { json }, colored, streams)
        }
        Command::Check { pins: Some(folder), output, .. } => pins::run(&folder, output, colored, streams),
        Command::Check { common, files, strict, output, pins: None } => {
            let strictness = if strict { Strictness::Strict } else { Strictness::Normal };
            check::run(&common, &files.files, strictness, output, colored, streams)
        }
        Command::ExplainRule { id, all: _, output } => match rules::explain(id.as_deref(), output, stdout) {
            Ok(written) => (written, 0),
            Err(unknown) => (report::show(std::iter::once(&*unknown), colored.stderr, streams.stderr), USAGE),
        },
        Command::Schema { document } => {
            let schema = match document {
                DocumentKind::Configuration => configuration::schema(),
                DocumentKind::Standards => standards_schema(),
            };
            let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
            (writeln!(stdout, "{text}"), 0)
        }
        Command::Standards => (rules::list(stdout), 0),
        Command::Version => {
            let (version, api) = (env!("CARGO_PKG_VERSION"), configuration::API_VERSION);
            (writeln!(stdout, "ipsy-post-renderer {version} ({api})"), 0)
        }
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "ipsy-post-renderer", &mut text);
            (stdout.write_all(&text), 0)
        }
        Command::Man { dir: None } => (manual::print(stdout), 0),
        Command::Man { dir: Some(folder) } => (manual::write_files(&folder), 0),
    };
    (written, code, colored)
}

/// Which streams are colored.
#[derive(Clone, Copy, Default)]
struct Colored {
    stdout: bool,
    stderr: bool,
}

/// What is shown of a rendered stream.
#[derive(Clone, Copy)]
enum View {
    Manifests,
    Differences { side_by_side: bool, exit_code: bool },
    Changes { json: bool },
}

/// Reads, renders and shows. Streams that fail are reported, and the others are shown. Returns the result of writing
/// and the exit code.
fn manifests(
    common: &Common,
    files: &[PathBuf],
    view: View,
    colored: Colored,
    streams: &mut Streams<'_>,
) -> (io::Result<()>, u8) {
    let Streams { stdin, stdout, stderr, stdout_closed } = streams;
    let report = match Report::of(common, files) {
        Ok(report) => report,
        Err(error) => {
            return (Ok(()), finish(None, error.kind.exit_code(), &error.findings, &[], colored, *stderr));
        }
    };
    let report = report.as_ref();
    let read = configure(common, files, *stdin)
        .and_then(|configuration| Ok((configuration, sources(files, *stdin)?, scan_reports(common)?)));
    let (configuration, sources, scan_reports) = match read {
        Ok(read) => read,
        Err(error) => {
            return (Ok(()), finish(report, error.kind.exit_code(), &error.findings, &[], colored, *stderr));
        }
    };
    let mut options = common.options(!matches!(view, View::Manifests) || report.is_some());
    options.scan_reports = scan_reports;
    let (mut code, mut findings, mut changes, mut rendered) = (0, Vec::new(), Vec::new(), Vec::new());
    for source in &sources {
        match render(source, &configuration, &options) {
            Ok(stream) => {
                findings.extend_from_slice(&stream.findings);
                changes.extend_from_slice(&stream.changes);
                rendered.push((source, stream));
            }
            Err(error) => {
                code = code.max(error.kind.exit_code());
                findings.extend(error.findings);
            }
        }
    }
    if let View::Differences { exit_code: true, .. } = view {
        code = code.max(u8::from(rendered.iter().any(|(_, stream)| !stream.is_same())));
    }
    let code = finish(report, code, &findings, &changes, colored, *stderr);
    if matches!(view, View::Manifests) && code != 0 {
        return (Ok(()), code);
    }
    if matches!(view, View::Manifests) && *stdout_closed {
        return (Err(io::Error::other("stdout is closed")), code);
    }
    (show(&rendered, view, !files.is_empty(), colored.stdout, *stdout), code)
}

/// Shows the streams; with `is_named` they come from several files and are shown with their names.
fn show(
    rendered: &[(&Source, EditedStream<'_>)],
    view: View,
    is_named: bool,
    colored: bool,
    stdout: &mut dyn Write,
) -> io::Result<()> {
    let file = |source: &Source| is_named.then(|| source.name.clone());
    if let View::Changes { json: true } = view {
        let mut changes = Vec::new();
        for (source, stream) in rendered {
            let file = file(source);
            changes.extend(stream.changes.iter().map(|change| explanation::to_json(change, file.as_deref())));
        }
        return writeln!(stdout, "{:#}", serde_json::Value::Array(changes));
    }
    for (source, stream) in rendered {
        match view {
            View::Manifests => stream.write(stdout)?,
            View::Differences { side_by_side, .. } => {
                let name = file(source).unwrap_or_else(|| "manifests".to_owned());
                differences::show(&name, &stream.original(), &stream.bytes(), side_by_side, colored, stdout)?;
            }
            View::Changes { .. } => explanation::show(&stream.changes, file(source).as_deref(), stdout)?,
        }
    }
    Ok(())
}

/// Renders a stream.
fn render<'t>(
    source: &'t Source,
    configuration: &Configuration,
    options: &RenderOptions,
) -> Result<EditedStream<'t>, RenderError> {
    match std::str::from_utf8(&source.bytes) {
        Ok(text) if text.trim().is_empty() => {
            let mut same = EditedStream::unchanged(text);
            same.findings.push(empty_input(&source.name));
            Ok(same)
        }
        _ => {
            let options = RenderOptions { source_name: source.name.clone(), ..options.clone() };
            edit(&source.bytes, configuration, &options)
        }
    }
}

/// Helm 3 sends nothing with `--output-dir`, and the run has to pass.
fn empty_input(source: &str) -> Finding {
    let finding = Finding::warning("empty-input", "input is empty; passing it through unchanged").help(
        "with `--output-dir`, Helm 3 does not send manifests to its post-renderer: pipe `helm template` through it \
         instead",
    );
    if source == STDIN {
        return finding;
    }
    finding.at(Location { source: Some(source.to_owned()), ..Location::default() })
}

/// Shows warnings and errors on stderr and writes the report, since Helm hides stderr. Returns the exit code.
fn finish(
    report: Option<&Report>,
    code: u8,
    findings: &[Finding],
    changes: &[Change],
    colored: Colored,
    stderr: &mut dyn Write,
) -> u8 {
    let least = if code == 0 { Severity::Warning } else { Severity::Note };
    // A closed stderr must not fail the run: nothing is lost but messages.
    let _ = report::show(findings.iter().filter(|finding| finding.severity >= least), colored.stderr, stderr);
    let Some(report) = report else { return code };
    match report.write(code, findings, changes) {
        Ok(()) => {
            if report.is_implicit() && !findings.is_empty() {
                let _ = writeln!(stderr, "report: {}", report.path().display());
            }
            code
        }
        Err(problem) => {
            let _ = report::show(problem.findings.iter(), colored.stderr, stderr);
            if report.is_implicit() { code } else { code.max(problem.kind.exit_code()) }
        }
    }
}

/// The exit code after writing. A reader that went away is an error too: it has only a part of the manifests.
fn ended(result: io::Result<()>, code: u8, colored: Colored, stderr: &mut dyn Write) -> u8 {
    let Err(error) = result else { return code };
    let finding = Finding::error("output-unwritable", format!("the output could not be written: {error}"));
    let _ = report::show(std::iter::once(&finding), colored.stderr, stderr);
    ErrorKind::Output.exit_code()
}

impl Common {
    fn options(&self, collect_changes: bool) -> RenderOptions {
        RenderOptions {
            release: self.release.clone(),
            namespace: self.namespace.clone(),
            deployer: self.deployer.into(),
            as_of: self.as_of.clone(),
            without_standards: matches!(self.standards, Some(StandardsSource::None)),
            allow_stream_config: self.allow_stream_config,
            collect_changes,
            threads: std::thread::available_parallelism()
                .map_or(1, |processors| processors.get().min(MOST_THREADS)),
            source_name: String::new(),
            scan_reports: Vec::new(),
        }
    }
}
