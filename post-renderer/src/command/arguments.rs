//! The arguments, described once for parsing, help, completions and man page.

use crate::render::Deployer;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Applies standards and advanced settings to rendered Kubernetes manifests, changing nothing else.
///
/// Reads manifests from stdin and writes them to stdout. Exit codes: 0 done; 1 a standard or setting failed;
/// 2 usage or configuration; 3 the input is no valid stream of manifests. On an error nothing is written to
/// stdout.
#[derive(Debug, Parser)]
#[command(name = "ipsy-post-renderer", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Render manifests (what happens without a command).
    Render(#[command(flatten)] Common),
    /// Say what is wrong with manifests, writing none.
    Check {
        #[command(flatten)]
        common: Common,
        /// Fail also on warnings and on everything that rendering would change.
        #[arg(long)]
        strict: bool,
    },
    /// Show what rendering changes.
    Diff {
        #[command(flatten)]
        common: Common,
        /// Show old and new beside each other.
        #[arg(long, short = 'y')]
        side_by_side: bool,
        /// Whether to colour.
        #[arg(long, value_enum, default_value_t = Color::Auto)]
        color: Color,
    },
    /// Say of each changed field which rule changed it, from what to what, and where that is configured.
    Explain {
        #[command(flatten)]
        common: Common,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of the configuration, for editors.
    Schema,
    /// List the standards with their reasons.
    Standards,
    /// Print the version.
    Version,
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

#[derive(Debug, Args)]
pub(super) struct Common {
    /// Configuration file; may be given several times, later ones are stronger. Also a `kustomization.yaml`.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Vec<PathBuf>,
    /// Configuration as text (JSON or YAML), stronger than all files.
    #[arg(long, value_name = "TEXT")]
    pub(super) config_json: Vec<String>,
    /// Pass manifests through unchanged when there is no configuration at all.
    #[arg(long)]
    pub(super) allow_unconfigured: bool,
    /// Let a `ConfigMap` labelled `ipsy.dev/post-render-config` in the stream add labels, annotations and settings;
    /// otherwise it is an error.
    #[arg(long)]
    pub(super) allow_stream_config: bool,
    /// What applies the manifests.
    #[arg(long, value_enum, default_value_t = DeployerName::Helm)]
    pub(super) deployer: DeployerName,
    /// Also write findings and changes to this file, as JSON: Helm hides stderr.
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// Name of the Helm release, which Helm does not tell.
    #[arg(long, value_name = "NAME")]
    pub(super) release: Option<String>,
    /// Namespace of objects that name none, which Helm does not tell.
    #[arg(long, short = 'n', value_name = "NAME")]
    pub(super) namespace: Option<String>,
    /// The day by which exceptions are judged; without it they do not expire here.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(super) as_of: Option<String>,
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

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Color {
    /// On a terminal.
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

impl Color {
    pub(super) fn decide(self, on_terminal: bool) -> bool {
        match self {
            Self::Auto => on_terminal && std::env::var_os("NO_COLOR").is_none(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}
