//! How long a provider takes from its start to the line that Terraform waits for.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// The variable that shows a provider that Terraform started it.
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
/// A certificate as Terraform makes one for each start: P-521, self-signed.
const CLIENT_CERTIFICATE: &str = include_str!("../client_certificate.pem");

/// Starts of each provider.
pub(super) const ROUNDS: usize = 20;

/// The median of each provider. They start in turns, so that other work on the machine slows all of them down.
pub(super) fn medians<const N: usize>(providers: [&Path; N]) -> Result<[Duration; N]> {
    let mut times = providers.map(|_| Vec::with_capacity(ROUNDS));
    // The first start reads the program from the disk.
    for provider in providers {
        once(provider)?;
    }
    for _ in 0..ROUNDS {
        for (provider, times) in providers.into_iter().zip(&mut times) {
            times.push(once(provider)?);
        }
    }
    Ok(times.map(|mut times| {
        times.sort();
        times.get(ROUNDS / 2).copied().unwrap_or_default()
    }))
}

fn once(provider: &Path) -> Result<Duration> {
    let folder = tempfile::tempdir()?;
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
        .spawn()
        .with_context(|| format!("cannot start {}", provider.display()))?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let took = started.elapsed();
    child.kill()?;
    child.wait()?;
    let is_handshake = line.starts_with("1|") && line.contains("|unix|");
    ensure!(is_handshake, "{}: expected a handshake line, got {line:?}", provider.display());
    Ok(took)
}
