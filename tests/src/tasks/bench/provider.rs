//! The provider: how fast it starts, how much memory a plan takes, how big the programs are.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::aws_bench::AwsBench;
use crate::programs::Programs;
use crate::tasks::measure;
use crate::tasks::table::Table;
use crate::terraform::Terraform;
use crate::tools::Tools;
use crate::workspace;

/// What Terraform sets so that a provider knows it is started as one.
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
/// A certificate as Terraform makes one for each start: P-521, self-signed.
const CLIENT_CERTIFICATE: &str = include_str!("client_certificate.pem");
const STARTS: usize = 20;
const MEGABYTE: f64 = 1_000_000.0;

/// All of it, with what is promised.
pub(super) fn table(tools: &Tools, programs: &Programs) -> Result<Table> {
    let mut table = Table::new(&["provider", "measured", "promised"]);
    let (median, slowest) = start(&programs.provider)?;
    table.row([
        format!("exec to handshake line, median of {STARTS}"),
        format!("{:.1} ms (slowest {:.1})", milliseconds(median), milliseconds(slowest)),
        "at most 20 ms".to_owned(),
    ]);
    table.row([
        "most memory resident during a plan".to_owned(),
        format!("{:.1} MB", megabytes(memory_of_a_plan(tools, programs)?)),
        "under 40 MB".to_owned(),
    ]);
    for (name, path) in [("provider", &programs.provider), ("post-renderer", &programs.post_renderer)] {
        table.row([
            format!("size of the {name}"),
            format!("{:.1} MB", megabytes(fs::metadata(path)?.len())),
            "under 30 MB".to_owned(),
        ]);
    }
    Ok(table)
}

/// Median and slowest time from start to the line that Terraform waits for.
fn start(provider: &Path) -> Result<(Duration, Duration)> {
    let folder = tempfile::tempdir()?;
    let mut times = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let started = Instant::now();
        let mut child = Command::new(provider)
            .env_clear()
            .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_CLIENT_CERT", CLIENT_CERTIFICATE)
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        times.push(started.elapsed());
        child.kill()?;
        child.wait()?;
        ensure!(line.starts_with("1|5|unix|"), "this is no handshake: {line:?}");
    }
    times.sort();
    Ok((times[STARTS / 2], times[STARTS - 1]))
}

/// The most memory that any process of the provider had resident during a plan of the quickstart.
fn memory_of_a_plan(tools: &Tools, programs: &Programs) -> Result<u64> {
    let aws = AwsBench::start(tools)?;
    let example = workspace::root().join("examples/quickstart");
    let mut terraform = Terraform::copy_of(&example, tools, programs)?.against(&aws);
    terraform.variable("listener_arn", &aws.platform.listener_arn);
    terraform.variable("legacy_target_group_arn", &aws.platform.legacy_target_group_arn);
    terraform.init()?;
    let (planned, peak) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !planned.load(Ordering::Relaxed) {
                peak.fetch_max(memory_of_providers(terraform.folder()), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(1));
            }
        });
        let plan = terraform.plan();
        planned.store(true, Ordering::Relaxed);
        plan
    })?;
    let peak = peak.into_inner();
    ensure!(peak > 0, "no process of the provider was seen during the plan");
    Ok(peak)
}

/// The most memory of the processes whose program lies in a folder.
fn memory_of_providers(folder: &Path) -> u64 {
    measure::processes_within(folder).into_iter().filter_map(measure::peak_memory).max().unwrap_or(0)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "sizes here are far below 2^52")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / MEGABYTE
}
