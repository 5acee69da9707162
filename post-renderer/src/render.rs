//! One stream of manifests in, one out: the pipeline of the whole engine.

mod action;
mod broken_standards;
mod chunks;
mod document;
mod edited;
mod immutable;
mod kapp;
mod kustomization;
mod notes;
mod object;
mod object_settings;
mod object_standards;
mod plan;
mod protected;
mod settings_hash;
mod stamps;
mod stream;
mod stream_configuration;
mod unmatched;
mod unused;
mod work;

use crate::configuration::Configuration;
use crate::finding::{Finding, Location};
use crate::scan_report::ScanReport;
pub(crate) use edited::EditedStream;
use plan::Plan;
use serde::{Deserialize, Serialize};
use stream_configuration::stream_configurations;

/// What the caller knows and the configuration does not say.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RenderOptions {
    /// Name of the Helm release, where a rule needs it.
    pub release: Option<String>,
    /// Namespace of objects that name none.
    pub namespace: Option<String>,
    /// What applies the manifests.
    pub deployer: Deployer,
    /// Date used to evaluate exceptions, as `2027-01-31`. Without it, an exception with an end is a warning.
    pub as_of: Option<String>,
    /// Reports of a scanner about the images. Without any, the standard `image-scan` does not apply.
    pub scan_reports: Vec<ScanReport>,
    /// Whether all standards are off, those that apply without being configured too: only settings apply.
    pub without_standards: bool,
    /// Whether `Rendered::changes` is filled in (it costs time).
    pub collect_changes: bool,
    /// Whether a configuration in the stream may add labels, annotations and settings; otherwise it is an error.
    pub allow_stream_config: bool,
    /// Number of threads that may render a long stream; 0 and 1 mean the caller's alone. The output is the same.
    pub threads: usize,
    /// Name of the input in findings, `stdin` if empty.
    pub source_name: String,
}

/// What applies the manifests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deployer {
    /// Helm 3 or 4.
    #[default]
    Helm,
    /// `kapp deploy`.
    Kapp,
}

/// A rendered stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The manifests.
    pub output: Vec<u8>,
    /// What was changed, in document order; empty unless asked for.
    pub changes: Vec<Change>,
    /// Warnings and notes.
    pub findings: Vec<Finding>,
}

/// One changed field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Number of the document, from 1.
    pub document: usize,
    /// The object, as `Deployment/web`.
    pub object: String,
    /// The field, as `metadata.labels.team`.
    pub field: String,
    /// The rule: a standard's id, or `setting`.
    pub rule: String,
    /// Where the configuration sets this, as `advancedSettings[0] (ndots)`.
    pub source: String,
    /// What was there, as JSON; absent where nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<serde_json::Value>,
    /// What is there now, as JSON; absent where it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<serde_json::Value>,
}

/// One object of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only the program shows objects"))]
pub(crate) struct RenderedObject {
    /// As `Deployment/web`.
    pub(crate) object: String,
    /// Number of its document, from 1.
    pub(crate) document: usize,
    /// Line in the stream, from 1.
    pub(crate) line: Option<usize>,
    /// The chart template that it comes from, where Helm notes it.
    pub(crate) template: Option<String>,
    /// Whether rendering changes or deletes it.
    pub(crate) is_changed: bool,
}

/// Why a rendering failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A standard or a setting failed.
    Rule,
    /// The configuration is wrong.
    Configuration,
    /// The input is not a valid stream of manifests.
    Input,
    /// The output could not be written.
    Output,
}

impl ErrorKind {
    /// Exit code of the program: 1 rule, 2 configuration, 3 input, 4 output.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Rule => 1,
            Self::Configuration => 2,
            Self::Input => 3,
            Self::Output => 4,
        }
    }
}

/// A failed rendering: everything that is wrong, at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// All findings, errors and others.
    pub findings: Vec<Finding>,
}

impl std::fmt::Display for RenderError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RenderError {}

/// Applies the configuration to a stream of manifests.
pub fn render(
    input: &[u8],
    configuration: &Configuration,
    options: &RenderOptions,
) -> Result<Rendered, RenderError> {
    edit(input, configuration, options).map(Rendered::from)
}

/// Applies the configuration to a stream of manifests. Gives the edits, so that unchanged text is copied only once,
/// when it is written.
pub(crate) fn edit<'t>(
    input: &'t [u8],
    configuration: &Configuration,
    options: &RenderOptions,
) -> Result<EditedStream<'t>, RenderError> {
    inspect(input, configuration, options)?.checked()
}

/// Like [`edit`], but a stream that breaks a rule comes back with everything that was found. Only what makes
/// rendering impossible (a wrong configuration, text that is not UTF-8) is an error.
pub(crate) fn inspect<'t>(
    input: &'t [u8],
    configuration: &Configuration,
    options: &RenderOptions,
) -> Result<EditedStream<'t>, RenderError> {
    let failed = |findings| RenderError { kind: ErrorKind::Configuration, findings };
    let text = text(input, options)?;
    let added = stream_configurations(text, options)?;
    let extended;
    let configuration = if added.is_empty() {
        configuration
    } else {
        extended = configuration.with_added(&added);
        &extended
    };
    let mut plan = Plan::new(configuration, options).map_err(failed)?;
    plan.add_stream_settings(&added).map_err(failed)?;
    Ok(stream::render(text, plan, options))
}

/// The input as text; Kubernetes accepts only UTF-8.
fn text<'a>(input: &'a [u8], options: &RenderOptions) -> Result<&'a str, RenderError> {
    std::str::from_utf8(input).map_err(|error| {
        let before = input
            .get(..error.valid_up_to())
            .and_then(|valid| std::str::from_utf8(valid).ok())
            .unwrap_or_default();
        let place = place(before, before.len(), 0, options);
        let number = yaml_edit::documents(before).count().max(1);
        let finding = Finding::error("not-utf-8", "the bytes here are not valid UTF-8")
            // The line may be of a Secret, whose kind may come after it.
            .at(Location { document: Some(number), text: None, ..place })
            .help("manifests are UTF-8; binary data belongs into `binaryData` or `!!binary`, in base64");
        RenderError { kind: ErrorKind::Input, findings: vec![finding] }
    })
}

/// Line and column of an offset in the input.
fn place(text: &str, offset: usize, document: usize, options: &RenderOptions) -> Location {
    let place = Location::in_text(text, offset);
    let source = if options.source_name.is_empty() { "stdin" } else { &options.source_name };
    Location { source: Some(source.to_owned()), document: (document > 0).then_some(document), ..place }
}

#[cfg(test)]
mod tests;
