//! `cargo dev test`: everything that CI runs, with a summary at the end.

use std::time::{Duration, Instant};

use acceptance::console::Console;
use acceptance::process::Process;
use acceptance::programs::Programs;
use acceptance::tools::{ClusterTools, Tools};
use acceptance::{interrupt, workspace};
use anyhow::{Result, anyhow};

use crate::{check, generate, test_cluster};

const LIMIT: Duration = Duration::from_hours(1);

/// Tests that compare with the real kustomize, and so need it.
const WITH_KUSTOMIZE: &str = "real_kustomize";

/// Runs all checks and tests, or only the Rust tests that match a filter. What fails does not
/// keep the rest from running.
pub(crate) fn run(console: Console, filter: Option<&str>) -> Result<()> {
    if filter.is_some() {
        let units = unit(console, filter);
        return black_box(console, filter).and(units);
    }
    let tools = Tools::ready(console)?;
    // What is missing is installed now, and not in the middle of a test.
    tools.list()?;
    ClusterTools::ready(console)?;
    let step = console.step("building the programs and the tests");
    let programs = Programs::build_beside_tests()?;
    step.done(programs.provider.display());
    let parts: [(&str, &dyn Fn() -> Result<()>); 5] = [
        ("unit and black-box tests", &|| all(console, &tools, &programs)),
        ("the AWS on loopback", &|| bench_checks(console, &tools)),
        ("a real Kubernetes", &|| test_cluster::run_with(console, &tools, &programs, None)),
        ("generated documents", &|| generate::up_to_date(console, &tools, &programs)),
        ("format and lints", &|| check::run(console)),
    ];
    let mut rows = Vec::new();
    for (name, part) in parts {
        let started = Instant::now();
        let outcome = part();
        interrupt::check()?;
        if let Err(problem) = &outcome {
            console.say(format!("FAILED: {problem:#}"));
        }
        rows.push((name, outcome.is_ok(), started.elapsed()));
    }
    summary(console, &rows)
}

fn summary(console: Console, rows: &[(&str, bool, Duration)]) -> Result<()> {
    let step = console.step("summary");
    for (name, passed, duration) in rows {
        let verdict = if *passed { "passed" } else { "FAILED" };
        console.say(format!("{verdict}  {name:26} {:6.1} s", duration.as_secs_f64()));
    }
    let failed = rows.iter().filter(|(_, passed, _)| !passed).count();
    step.done(format!("{} parts passed, {failed} failed", rows.len() - failed));
    if failed == 0 { Ok(()) } else { Err(anyhow!("{failed} of {} parts failed", rows.len())) }
}

/// The bench's own checks, through boto3.
fn bench_checks(console: Console, tools: &Tools) -> Result<()> {
    let step = console.step("checks of the AWS on loopback");
    Process::new(&tools.moto_python)
        .args(["-W", "ignore", "-m", "unittest", "discover", "-s", ".", "-t", "."])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .within(workspace::root().join("tests/aws"))
        .limit(Duration::from_mins(10))
        .show()?;
    step.done("as strict as AWS");
    Ok(())
}

/// The case folders of the post-renderer. Needs no tool.
pub(crate) fn cases(console: Console, filter: Option<&str>) -> Result<()> {
    let step = console.step("case folders");
    tests().args(["--exclude", "acceptance", "--test", "cases", "--"]).args(filter).show()?;
    step.done("all passed");
    Ok(())
}

/// All tests of the libraries and programs that need no tool.
pub(crate) fn unit(console: Console, filter: Option<&str>) -> Result<()> {
    let step = console.step("unit tests");
    tests()
        .args(["--exclude", "acceptance", "--all-targets", "--"])
        .args(["--skip", WITH_KUSTOMIZE])
        .args(filter)
        .show()?;
    step.done("all passed");
    Ok(())
}

/// The black-box tests. With a filter, tools and programs are only made ready when a test asks for them.
pub(crate) fn black_box(console: Console, filter: Option<&str>) -> Result<()> {
    let step = console.step("black-box tests");
    if filter.is_some() {
        tests().args(["--test", "all", "--"]).args(filter).show()?;
    } else {
        let tools = Tools::ready(console)?;
        tools.list()?;
        let programs = Programs::ready()?;
        tests().args(["--test", "all"]).env("IPSY_BIN_DIR", programs.folder()?).show()?;
        let peer = tests().args(["--test", "engine", "--", WITH_KUSTOMIZE]);
        peer.env("IPSY_KUSTOMIZE", tools.kustomize()?).show()?;
    }
    step.done("all passed");
    Ok(())
}

fn all(console: Console, tools: &Tools, programs: &Programs) -> Result<()> {
    let step = console.step("Rust tests");
    tests()
        .arg("--all-targets")
        .env("IPSY_BIN_DIR", programs.folder()?)
        .env("IPSY_KUSTOMIZE", tools.kustomize()?)
        .show()?;
    step.done("all passed");
    Ok(())
}

/// Tests of the workspace. Cargo unites the features of all that is selected: with other crates selected, it would
/// compile the AWS SDK again.
fn tests() -> Process {
    workspace::cargo().args(["test", "--workspace", "--quiet", "--no-fail-fast"]).limit(LIMIT)
}
