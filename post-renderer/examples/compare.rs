//! Measures the engine beside `kubectl kustomize` and its floors, on the same input with the same edits:
//! `cargo run --release --example compare -- [DOCUMENTS…]`. Each figure is the median of its runs, taken in turn.

use ipsy_post_renderer::{Configuration, RenderOptions, render};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const NOTHING: &str = "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig}";
const EDITS: &str = "
apiVersion: ipsy.dev/v1
kind: PostRenderConfig
stamp: never
labels: {team: payments}
advancedSettings:
  - target: {kind: Deployment}
    patch: {spec: {template: {spec: {dnsPolicy: Default}}}}
  - target: {kind: Service}
    patch: [{op: replace, path: /spec/type, value: NodePort}]
";
const KUSTOMIZATION: &str = "
resources: [input.yaml]
labels: [{pairs: {team: payments}}]
patches:
  - target: {kind: Deployment}
    patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: x}, spec: {template: {spec: {dnsPolicy: Default}}}}'
  - target: {kind: Service}
    patch: '[{\"op\": \"replace\", \"path\": \"/spec/type\", \"value\": \"NodePort\"}]'
";
/// Beyond this many documents kustomize, which is quadratic, takes minutes.
const KUSTOMIZE_LIMIT: usize = 3_000;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is what it is for")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.first().map(String::as_str) {
        Some(mode @ ("copy" | "read" | "edit")) => filter(mode),
        _ => table(&arguments).map(|text| println!("{text}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The measured program: one read, the work, one write; then its own peak memory, on stderr.
#[expect(clippy::print_stderr, reason = "its figures go beside its output")]
fn filter(mode: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input)?;
    let output = if mode == "copy" {
        input
    } else {
        let configuration = Configuration::from_yaml(if mode == "read" { NOTHING } else { EDITS }, "compare")
            .map_err(|findings| format!("{findings:?}"))?;
        render(&input, &configuration, &RenderOptions::default())?.output
    };
    std::io::stdout().lock().write_all(&output)?;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    eprintln!("{}", peak(&status));
    Ok(())
}

struct Figures {
    wall: Duration,
    kilobytes: u64,
}

fn table(arguments: &[String]) -> Result<String, Box<dyn std::error::Error>> {
    let sizes: Vec<usize> = match arguments {
        [] => vec![10, 1_000, 10_000],
        sizes => sizes.iter().map(|size| size.parse()).collect::<Result<_, _>>()?,
    };
    let folder = std::env::temp_dir().join(format!("ipsy-compare-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut text = String::from("documents       MB  program     wall ms   peak MB   times ours\n");
    for size in sizes {
        let input = stream(size);
        let path = folder.join("input.yaml");
        std::fs::write(&path, &input)?;
        std::fs::write(folder.join("kustomization.yaml"), KUSTOMIZATION)?;
        let mut rows: Vec<(&str, Vec<Figures>)> = Vec::new();
        let with_peer = size <= KUSTOMIZE_LIMIT;
        for run in 0..5 {
            for mode in ["copy", "read", "edit"] {
                push(&mut rows, mode, own(mode, &path)?);
            }
            // One run of the peer at its worst is enough to know it.
            if with_peer && (size < 100 || run < 3) && (size <= 1_000 || run < 1) {
                push(&mut rows, "kustomize", peer(&folder)?);
            }
        }
        let ours =
            rows.iter().find(|(name, _)| *name == "edit").map_or(1.0, |(_, figures)| median(figures).0);
        for (name, figures) in &rows {
            let (milliseconds, megabytes) = median(figures);
            writeln!(
                text,
                "{size:>9} {:>8.2}  {name:<10} {milliseconds:>8.1} {megabytes:>9.1} {:>12.2}",
                as_megabytes(input.len()),
                milliseconds / ours
            )?;
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(text)
}

fn push<'r>(rows: &mut Vec<(&'r str, Vec<Figures>)>, name: &'r str, figures: Figures) {
    match rows.iter_mut().find(|(other, _)| *other == name) {
        Some((_, all)) => all.push(figures),
        None => rows.push((name, vec![figures])),
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn as_megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// Median wall time in milliseconds and median peak memory in megabytes.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn median(figures: &[Figures]) -> (f64, f64) {
    let mut walls: Vec<f64> = figures.iter().map(|figure| figure.wall.as_secs_f64() * 1e3).collect();
    let mut peaks: Vec<f64> = figures.iter().map(|figure| figure.kilobytes as f64 / 1e3).collect();
    walls.sort_by(f64::total_cmp);
    peaks.sort_by(f64::total_cmp);
    let middle = |values: &[f64]| values.get(values.len() / 2).copied().unwrap_or(0.0);
    (middle(&walls), middle(&peaks))
}

fn own(mode: &str, input: &Path) -> Result<Figures, Box<dyn std::error::Error>> {
    let program = std::env::current_exe()?;
    let started = Instant::now();
    let output = Command::new(program)
        .arg(mode)
        .stdin(File::open(input)?)
        .stdout(File::create(input.with_extension("out"))?)
        .stderr(Stdio::piped())
        .spawn()?
        .wait_with_output()?;
    let wall = started.elapsed();
    let kilobytes = String::from_utf8_lossy(&output.stderr).trim().parse()?;
    Ok(Figures { wall, kilobytes })
}

fn peer(folder: &Path) -> Result<Figures, Box<dyn std::error::Error>> {
    let out: PathBuf = folder.join("kustomize.out");
    let started = Instant::now();
    let mut child =
        Command::new("kubectl").arg("kustomize").arg(folder).stdout(File::create(out)?).spawn()?;
    let kilobytes = watched(&mut child)?;
    Ok(Figures { wall: started.elapsed(), kilobytes })
}

/// Waits for a child, looking at its peak memory meanwhile.
fn watched(child: &mut Child) -> Result<u64, Box<dyn std::error::Error>> {
    let mut kilobytes = 0;
    let path = format!("/proc/{}/status", child.id());
    loop {
        kilobytes = kilobytes.max(peak(&std::fs::read_to_string(&path).unwrap_or_default()));
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(kilobytes),
            Some(status) => return Err(format!("kubectl kustomize failed: {status}").into()),
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

fn peak(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

fn stream(documents: usize) -> String {
    let mut text = String::new();
    for index in 0..documents {
        let kind = if index % 4 == 3 { SERVICE } else { DEPLOYMENT };
        // Writing into a String cannot fail.
        let _ = writeln!(
            text,
            "---\n# Source: chart/templates/{index}.yaml{}",
            kind.replace("NAME", &format!("app-{index}"))
        );
    }
    text
}

const DEPLOYMENT: &str = include_str!("../benches/deployment.yaml");
const SERVICE: &str = include_str!("../benches/service.yaml");
