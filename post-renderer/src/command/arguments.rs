//! The arguments, described once for parsing, help, completions and manual pages.

use super::check::Format;
use super::color::Color;
use super::rules::RuleFormat;
use crate::render::Deployer;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Applies standards and advanced settings to rendered Kubernetes manifests, and changes nothing else.
///
/// Reads manifests from stdin and writes them to stdout. Exit codes: 0 done; 1 a standard or setting failed;
/// 2 wrong usage or configuration; 3 the input is not a valid stream of manifests; 4 the output could not be written.
/// On an error, nothing is written to stdout.
#[derive(Debug, Parser)]
#[command(
    name = "ipsy-post-renderer",
    version,
    propagate_version = true,
    args_conflicts_with_subcommands = true,
    max_term_width = 100
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) common: Common,
    /// When to color output for people.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) color: Color,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Render manifests (the default command).
    Render(#[command(flatten)] Common),
    /// Report problems without writing any manifests.
    ///
    /// Prints every finding and a summary. Exit codes: 0 no errors; 1 a standard or setting failed, or with `--strict`
    /// a warning or a change; 2 wrong usage or configuration; 3 an input is not a valid stream of manifests; 4 the
    /// result could not be written.
    /// Exceptions are judged by today's date, unless `--as-of` is given.
    Check {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        files: Files,
        /// Instead of manifests, check what the files of a repository take from elsewhere without pinning it: base
        /// images, packages, Terraform versions, actions. A comment `pins: allow REASON` makes an exception.
        #[arg(long, value_name = "DIR", conflicts_with = "files")]
        pins: Option<PathBuf>,
        /// Fail also on warnings and on everything that rendering would change, and report each change.
        #[arg(long)]
        strict: bool,
        /// Format of the result.
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        output: Format,
    },
    /// Show what rendering changes.
    Diff {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        files: Files,
        /// Show old and new text side by side.
        #[arg(long, short = 'y')]
        side_by_side: bool,
        /// Exit with 1 if rendering changes anything.
        #[arg(long)]
        exit_code: bool,
    },
    /// For each changed field, show the rule, the old and new value, and where the rule is configured.
    Explain {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        files: Files,
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Explain a rule or another finding by the id that messages print.
    ///
    /// Shows what the rule does, why, how to fix an object, how to make an exception, and where the rule is configured.
    ExplainRule {
        /// Id such as `resource-maximum` or `resource-maximum/memory`.
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        /// Explain all ids.
        #[arg(long, conflicts_with = "id")]
        all: bool,
        /// Format of the explanation.
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        output: RuleFormat,
    },
    /// Print the JSON Schema of a document, for editors.
    Schema {
        /// Kind of document: the configuration, or the standards that the provider takes too.
        #[arg(value_enum, default_value_t)]
        document: DocumentKind,
    },
    /// List the standards with their reasons.
    Standards,
    /// Print the version.
    Version,
    /// Print completions for a shell.
    Completions {
        /// Name of the shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual pages of this program and its commands.
    Man {
        /// Write one file per page into this directory instead, which is created if it does not exist.
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(super) struct Files {
    /// Manifest files, each a stream of its own; `-` is stdin. Without files, stdin is read.
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
}

/// Whether `check` also fails on warnings and changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strictness {
    Normal,
    Strict,
}

/// A kind of document that has a schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum DocumentKind {
    /// `PostRenderConfig`
    #[default]
    Configuration,
    /// `Standards`
    Standards,
}

/// Where the standards come from, besides the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StandardsSource {
    /// No standard applies, not even one that needs no configuration; only advanced settings apply.
    None,
    /// A standards document.
    File(PathBuf),
}

impl From<&str> for StandardsSource {
    fn from(text: &str) -> Self {
        if text == "none" { Self::None } else { Self::File(text.into()) }
    }
}

#[derive(Debug, Args)]
pub(super) struct Common {
    /// Configuration file, or a `kustomization.yaml`. Can be repeated; later files override earlier ones. `-` is
    /// stdin, if the manifests come from files.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Vec<PathBuf>,
    /// Configuration as text (JSON or YAML). Overrides all files.
    #[arg(long, value_name = "TEXT")]
    pub(super) config_json: Vec<String>,
    /// Run without a configuration.
    #[arg(long)]
    pub(super) allow_unconfigured: bool,
    /// Let a `ConfigMap` labelled `ipsy.dev/post-render-config` in the stream add labels, annotations and settings;
    /// otherwise it is an error.
    #[arg(long)]
    pub(super) allow_stream_config: bool,
    /// File with the organisation's standards (`kind: Standards`), the one that the provider takes too. Configurations
    /// override it. With `none` no standard applies, and an empty configuration changes nothing.
    #[arg(long, value_name = "FILE|none", value_parser = |text: &str| Ok::<_, String>(StandardsSource::from(text)))]
    pub(super) standards: Option<StandardsSource>,
    /// Report of Trivy about an image (`trivy image --format json`). Can be repeated. An image without a report, or with
    /// vulnerabilities above the limit of `standards.imageScan` that nothing waives, is an error.
    #[arg(long, value_name = "FILE")]
    pub(super) scan_report: Vec<PathBuf>,
    /// Environment in the standards. Without it, what is below `environments` does not apply.
    #[arg(long, value_name = "NAME", requires = "standards")]
    pub(super) environment: Option<String>,
    /// Program that applies the manifests.
    #[arg(long, value_enum, default_value_t = DeployerName::Helm)]
    pub(super) deployer: DeployerName,
    /// Also write findings and changes to this file, as JSON (Helm hides stderr).
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// Used by the Helm 4 plugin, since Helm 4 discards stderr: without `--report`, write the report to
    /// `ipsy-post-renderer/report.json` in Helm's cache directory.
    #[arg(long)]
    pub(super) helm_plugin: bool,
    /// Helm release name (Helm does not pass it to post-renderers).
    #[arg(long, value_name = "NAME")]
    pub(super) release: Option<String>,
    /// Namespace of objects without a namespace (Helm does not pass it to post-renderers).
    #[arg(long, short = 'n', value_name = "NAME")]
    pub(super) namespace: Option<String>,
    /// Date used to evaluate exceptions. Default: today in `check`; otherwise exceptions do not expire here.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(super) as_of: Option<String>,
}

impl Common {
    /// The standards document, if one is given.
    pub(super) fn standards_file(&self) -> Option<&PathBuf> {
        match &self.standards {
            Some(StandardsSource::File(path)) => Some(path),
            Some(StandardsSource::None) | None => None,
        }
    }
}

fn day(text: &str) -> Result<String, String> {
    if crate::configuration::is_date(text) {
        Ok(text.to_owned())
    } else {
        Err("write it as 2027-01-31".to_owned())
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum DeployerName {
    /// Helm 3 or 4.
    Helm,
    /// `kapp deploy`: Helm hooks become change groups and rules.
    Kapp,
}

impl From<DeployerName> for Deployer {
    fn from(name: DeployerName) -> Self {
        match name {
            DeployerName::Helm => Self::Helm,
            DeployerName::Kapp => Self::Kapp,
        }
    }
}
