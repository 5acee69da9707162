//! `check`: every finding of every stream and a summary, as text or in a format that other programs read.

mod json;
mod junit;
mod sarif;
mod text;

use super::arguments::{Common, Strictness};
use super::configure::{configure, scan_reports};
use super::explanation::{to_json, what};
use super::report::Report;
use super::sources::{Source, sources};
use super::{Colored, Streams, empty_input, report, today};
use crate::configuration::Configuration;
use crate::finding::{Finding, Location, Severity};
use crate::render::{Change, ErrorKind, RenderOptions, RenderedObject, inspect};
use clap::ValueEnum;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

/// The format of what `check` prints.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Text,
    /// Findings, changes and summary as JSON.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// `JUnit` XML, one test case per object.
    Junit,
}

/// What was found in one stream.
pub(super) struct Checked {
    /// The file, or `stdin`.
    name: String,
    objects: Vec<RenderedObject>,
    changes: Vec<Change>,
    /// Findings, and with `--strict` what would change.
    findings: Vec<Finding>,
    exit_code: u8,
}

impl Checked {
    /// What was found in a file that holds no manifests.
    pub(super) fn of_file(name: String, findings: Vec<Finding>, exit_code: u8) -> Self {
        Self { name, objects: Vec::new(), changes: Vec::new(), findings, exit_code }
    }

    /// The name, also for what belongs to no stream.
    fn title(&self) -> &str {
        if self.name.is_empty() { "configuration" } else { &self.name }
    }

    /// The changes as JSON, with the file.
    fn located_changes(&self) -> impl Iterator<Item = Value> {
        self.changes.iter().map(|change| to_json(change, Some(&self.name)))
    }
}

/// What was found in all streams.
pub(super) struct Checks {
    /// The least severity that fails.
    fails_from: Severity,
    streams: Vec<Checked>,
    exit_code: u8,
}

/// Numbers for the summary.
#[derive(Default)]
struct Summary {
    objects: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    would_change: usize,
}

/// Checks files, or stdin without files, and prints the findings. Returns the exit code of all streams, and the
/// result of printing.
pub(super) fn run(
    common: &Common,
    files: &[PathBuf],
    strictness: Strictness,
    format: Format,
    colored: Colored,
    streams: &mut Streams<'_>,
) -> (io::Result<()>, u8) {
    let Streams { stdin, stdout, stderr, .. } = streams;
    let report = match Report::of(common, files) {
        Ok(report) => report,
        Err(error) => {
            let _ = report::show(error.findings.iter(), colored.stderr, *stderr);
            return (Ok(()), error.kind.exit_code());
        }
    };
    let mut options = common.options(true);
    options.as_of.get_or_insert_with(today::today);
    let read = configure(common, files, *stdin)
        .and_then(|configuration| Ok((configuration, sources(files, *stdin)?, scan_reports(common)?)));
    let streams = match read {
        Ok((configuration, sources, reports)) => {
            options.scan_reports = reports;
            sources.iter().map(|source| check(source, &configuration, &options, strictness)).collect()
        }
        Err(error) => vec![Checked {
            name: String::new(),
            objects: Vec::new(),
            changes: Vec::new(),
            findings: error.findings,
            exit_code: error.kind.exit_code(),
        }],
    };
    let mut checks = Checks::of(streams, strictness);
    let findings: Vec<Finding> = checks.findings().cloned().collect();
    let changes: Vec<Change> =
        checks.streams.iter().flat_map(|stream| stream.changes.iter().cloned()).collect();
    if let Some(Err(error)) = report.map(|report| report.write(checks.exit_code, &findings, &changes)) {
        let _ = report::show(error.findings.iter(), colored.stderr, *stderr);
        checks.exit_code = checks.exit_code.max(error.kind.exit_code());
    }
    (print(&checks, format, colored, *stdout), checks.exit_code)
}

/// Prints what was found.
pub(super) fn print(
    checks: &Checks,
    format: Format,
    colored: Colored,
    stdout: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::write(checks, colored.stdout, stdout),
        Format::Json => json::write(checks, stdout),
        Format::Sarif => sarif::write(checks, stdout),
        Format::Junit => junit::write(checks, stdout),
    }
}

fn check(
    source: &Source,
    configuration: &Configuration,
    options: &RenderOptions,
    strictness: Strictness,
) -> Checked {
    let options = RenderOptions { source_name: source.name.clone(), ..options.clone() };
    let checked = |objects, changes, findings, exit_code| {
        let name = source.name.clone();
        Checked { name, objects, changes, findings, exit_code }
    };
    if source.bytes.trim_ascii().is_empty() {
        return checked(Vec::new(), Vec::new(), vec![empty_input(&source.name)], 0);
    }
    let mut found = match inspect(&source.bytes, configuration, &options) {
        Ok(stream) => stream,
        Err(error) => return checked(Vec::new(), Vec::new(), error.findings, error.kind.exit_code()),
    };
    let mut exit_code = found.failure.map_or(0, ErrorKind::exit_code);
    if strictness == Strictness::Strict {
        let is_broken = |finding: &Finding| finding.severity >= Severity::Warning;
        if exit_code == 0 && (!found.is_same() || found.findings.iter().any(is_broken)) {
            exit_code = 1;
        }
        let objects: BTreeMap<(usize, &str), &RenderedObject> =
            found.objects.iter().map(|object| ((object.document, object.object.as_str()), object)).collect();
        for change in &found.changes {
            let object = objects.get(&(change.document, change.object.as_str())).copied();
            found.findings.push(would_change(change, object, source));
        }
    }
    checked(found.objects, found.changes, found.findings, exit_code)
}

/// A change as a finding, at the place of its object.
fn would_change(change: &Change, object: Option<&RenderedObject>, source: &Source) -> Finding {
    let place = Location {
        source: Some(source.name.clone()),
        document: Some(change.document),
        line: object.and_then(|object| object.line),
        template: object.and_then(|object| object.template.clone()),
        object: Some(change.object.clone()),
        field: Some(change.field.clone()),
        ..Location::default()
    };
    let what = what(change);
    let message = format!("would change: {what} (rule `{}`, configured in `{}`)", change.rule, change.source);
    Finding::warning("would-change", message).at(place)
}

/// Ids of warnings and notes about the configuration, which each stream repeats.
const OF_CONFIGURATION: [&str; 4] =
    ["exception-undated", "patch-unknown-field", "setting-empty", "standards-off"];

impl Checks {
    pub(super) fn of(mut streams: Vec<Checked>, strictness: Strictness) -> Self {
        let mut reported: Vec<Finding> = Vec::new();
        for stream in &mut streams {
            stream.findings.retain(|finding| {
                let is_repeated = reported.contains(finding);
                if !is_repeated && OF_CONFIGURATION.contains(&finding.id.as_str()) {
                    reported.push(finding.clone());
                }
                !is_repeated
            });
        }
        let fails_from = match strictness {
            Strictness::Strict => Severity::Warning,
            Strictness::Normal => Severity::Error,
        };
        let exit_code = streams.iter().map(|stream| stream.exit_code).max().unwrap_or(0);
        Self { fails_from, streams, exit_code }
    }

    /// The exit code of all streams.
    pub(super) fn exit_code(&self) -> u8 {
        self.exit_code
    }

    /// All findings, in the order of streams.
    pub(super) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.streams.iter().flat_map(|stream| &stream.findings)
    }

    fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for finding in self.findings().filter(|finding| finding.id != "would-change") {
            match finding.severity {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                Severity::Note => summary.notes += 1,
            }
        }
        for object in self.streams.iter().flat_map(|stream| &stream.objects) {
            summary.objects += 1;
            summary.would_change += usize::from(object.is_changed);
        }
        summary
    }
}
