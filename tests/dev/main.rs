//! `cargo dev`: the tasks of the project, one file each. `make` has a line for each.

mod aws;
mod bench;
mod changelog;
mod check;
mod compare;
mod demo;
mod deny;
mod faults;
mod fidelity;
mod fuzz;
mod generate;
mod install;
mod measure;
mod publish;
mod rehearse;
mod release;
mod scale;
mod scale_out;
mod test;
mod test_cluster;
mod test_platform;
mod test_release;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use acceptance::console::Console;
use acceptance::faults::Selection;
use acceptance::interrupt;
use clap::{Parser, Subcommand};

use bench::Part;
use release::{Platform, Signer};

/// The tasks of the project.
#[derive(Debug, Parser)]
#[command(name = "cargo dev")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Shows the whole way on this machine: Terraform, Helm, the post-renderer, and away again.
    Demo,
    /// Runs everything that CI runs.
    Test {
        /// Only Rust tests whose name contains this, without the rest.
        filter: Option<String>,
    },
    /// Runs the case folders of the post-renderer.
    TestCases {
        /// Only cases whose name contains this.
        filter: Option<String>,
    },
    /// Runs all tests of libraries and programs that need no tool.
    TestUnit {
        /// Only tests whose name contains this.
        filter: Option<String>,
    },
    /// Runs real Terraform and Helm against an AWS on loopback.
    TestBlackbox {
        /// Only tests whose name contains this.
        filter: Option<String>,
    },
    /// Does in a real Kubernetes on loopback what users do, and prints a table of it.
    TestCluster {
        /// Only scenarios whose name contains this.
        filter: Option<String>,
    },
    /// Takes an app of every runtime from its first file to a canary with real tools, and prints a table of it.
    TestPlatform {
        /// Only scenarios whose name contains this.
        filter: Option<String>,
    },
    /// Checks format, lints and documentation: the quick part of `test`.
    Check,
    /// Checks licences, duplicates and sources of dependencies.
    Deny {
        /// Check for known vulnerabilities as well; their list is downloaded from GitHub.
        #[arg(long)]
        advisories: bool,
    },
    /// Formats all sources.
    Fmt,
    /// Installs the tools that tests and demonstration need, and prints their paths.
    Tools,
    /// Starts the AWS on loopback and keeps it until Ctrl-C.
    Aws,
    /// Builds a release and puts it where Terraform and Helm find it.
    Install,
    /// Builds the programs of a release, for `release` to pack and sign them on another machine.
    ReleasePrograms {
        /// A folder for them; by default `release-programs` among the build results.
        #[arg(long)]
        folder: Option<PathBuf>,
        /// Only for this platform, and others if it is given again; by default all that can be built here.
        #[arg(long = "platform")]
        platforms: Vec<Platform>,
    },
    /// Makes everything that a release publishes.
    Release {
        /// An empty folder for it; by default `release-artefacts` among the build results.
        #[arg(long)]
        folder: Option<PathBuf>,
        /// Only for this platform, and others if it is given again, such as `linux_amd64`.
        #[arg(long = "platform")]
        platforms: Vec<Platform>,
        /// The key of `gpg` that signs. Default: the private key in the variable `IPSY_SIGNING_KEY`, else a new key
        /// for tests.
        #[arg(long)]
        key: Option<String>,
        /// The folder of `release-programs`, whose programs are packed instead of being built.
        #[arg(long)]
        programs: Option<PathBuf>,
    },
    /// Makes a release and installs it in every way that users have.
    TestRelease {
        /// Only for this platform, and others if it is given again; that of this machine must be among them.
        #[arg(long = "platform")]
        platforms: Vec<Platform>,
        /// The folder of `release-programs`, whose programs are packed instead of being built.
        #[arg(long)]
        programs: Option<PathBuf>,
        /// Also make the release from a copy of the sources in another folder, and compare all bytes.
        #[arg(long)]
        twice: bool,
    },
    /// Moves the changes from `.changes/` to `CHANGELOG.md`, for a release.
    Changelog {
        /// The day of the release, such as 2026-12-01.
        #[arg(long)]
        date: String,
    },
    /// Uploads a release to GitHub as a draft, by `gh`.
    Publish {
        /// The folder of the release; by default `release-artefacts` among the build results.
        #[arg(long)]
        folder: Option<PathBuf>,
    },
    /// Measures what the project promises and prints tables.
    Bench {
        /// Only this part.
        #[arg(long)]
        only: Option<Part>,
        /// A folder of manifests on which rendering is also measured.
        #[arg(long)]
        manifests: Option<PathBuf>,
    },
    /// Breaks every changing call of an app's lifecycle in every way, and checks that the next run repairs it.
    Faults {
        /// Only this phase, and others if it is given again: `create`, `adoption`, `destroy`, or a folder within one of
        /// `tests/faults`.
        #[arg(long = "phase")]
        phases: Vec<String>,
        /// Try only every so-many-th point.
        #[arg(long, default_value_t = 1)]
        every: usize,
    },
    /// Moves an app from EC2 instances to pods under a constant load, and prints what clients got.
    Rehearse {
        /// Keep what clients got in the checkout: the picture of the guide is drawn from it.
        #[arg(long)]
        record: bool,
    },
    /// Measures what many apps cost and prints a table.
    Scale,
    /// Measures how long new pods wait for room with and without over-provisioning, and prints a table.
    ScaleOut,
    /// Plans and applies beside the genuine hashicorp/aws, and counts what each of both asks of AWS.
    Compare,
    /// Writes the generated documents, or with `--check` checks that they are up to date.
    Generate {
        /// Write nothing; fail if something would change.
        #[arg(long)]
        check: bool,
    },
    /// Runs the post-renderer over a folder of manifests and counts what it changed unasked.
    Fidelity {
        /// The folder.
        folder: PathBuf,
    },
    /// Runs a fuzz target, or compiles all without one.
    Fuzz {
        /// The target.
        target: Option<String>,
        /// How long.
        #[arg(default_value_t = 60)]
        seconds: u32,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let console = Console::standard();
    let outcome = interrupt::note().and_then(|()| match arguments.task {
        Task::Demo => demo::run(console),
        Task::Test { filter } => test::run(console, filter.as_deref()),
        Task::TestCases { filter } => test::cases(console, filter.as_deref()),
        Task::TestUnit { filter } => test::unit(console, filter.as_deref()),
        Task::TestBlackbox { filter } => test::black_box(console, filter.as_deref()),
        Task::TestCluster { filter } => test_cluster::run(console, filter.as_deref()),
        Task::TestPlatform { filter } => test_platform::run(console, filter.as_deref()),
        Task::Check => check::run(console),
        Task::Deny { advisories } => deny::run(console, advisories),
        Task::Fmt => check::format(),
        Task::Tools => tools::run(console),
        Task::Aws => aws::run(console),
        Task::ReleasePrograms { folder, platforms } => release::build(console, folder, platforms),
        Task::Release { folder, platforms, key, programs } => Signer::chosen(key)
            .and_then(|signer| release::Options::from_command_line(folder, platforms, signer, programs))
            .and_then(|options| release::run(console, &options)),
        Task::TestRelease { platforms, programs, twice } => {
            test_release::run(console, platforms, programs, twice)
        }
        Task::Changelog { date } => changelog::run(console, &date),
        Task::Publish { folder } => publish::run(console, folder),
        Task::Install => install::run(console),
        Task::Bench { only, manifests } => bench::run(console, only, manifests.as_deref()),
        Task::Faults { phases, every } => faults::run(console, &Selection { phases, every }),
        Task::Rehearse { record } => rehearse::run(console, record),
        Task::Scale => scale::run(console),
        Task::ScaleOut => scale_out::run(console),
        Task::Compare => compare::run(console),
        Task::Generate { check } => generate::run(console, check),
        Task::Fidelity { folder } => fidelity::run(&folder),
        Task::Fuzz { target, seconds } => fuzz::run(console, target.as_deref(), seconds),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // By now everything that the task started has been stopped and what it wrote is removed.
        Err(_) if interrupt::came() => {
            console.say("interrupted; everything is stopped and cleaned up");
            ExitCode::from(130)
        }
        Err(problem) => {
            console.say(format!("failed: {problem:#}"));
            ExitCode::FAILURE
        }
    }
}
