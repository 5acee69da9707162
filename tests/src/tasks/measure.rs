//! How long a program ran, how much processor time it took and how much memory it had at most,
//! as Linux counts it.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use crate::interrupt;

/// The unit in which Linux counts processor time for `/proc`, on all its platforms.
const TICK: Duration = Duration::from_millis(10);

/// What one run cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// From start to end.
    pub(crate) wall: Duration,
    /// Of all threads, in user and system mode.
    pub(crate) processor: Duration,
    /// The most memory that was resident at once, in bytes.
    pub(crate) memory: u64,
}

/// Runs a command with a file as standard input and another as standard output. What it says on
/// standard error is told if it fails.
pub(crate) fn run(program: &Path, arguments: &[&str], input: &Path, output: &Path) -> Result<Cost> {
    interrupt::check()?;
    let name = program.display();
    let said = output.with_extension("err");
    let errors = File::create(&said)?;
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(File::open(input)?)
        .stdout(File::create(output)?)
        .stderr(Stdio::from(errors))
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    let process = i32::try_from(child.id()).ok().and_then(Pid::from_raw).context("a process has an id")?;
    let mut memory = 0;
    // The process is kept as a zombie until its processor time is read.
    let flags = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    while waitid(WaitId::Pid(process), flags)?.is_none() {
        memory = memory.max(peak_memory(child.id()).unwrap_or(0));
        thread::sleep(Duration::from_micros(200));
    }
    let wall = started.elapsed();
    let processor = processor_time(child.id())?;
    let status = child.wait()?;
    let said = fs::read_to_string(said)?;
    ensure!(status.success() && status.signal().is_none(), "{name} failed: {status}\n{said}");
    Ok(Cost { wall, processor, memory })
}

/// The cost of the run of median wall time, with the most memory that any run had: a short one may end between two
/// looks at it.
pub(crate) fn median(mut costs: Vec<Cost>) -> Result<Cost> {
    costs.sort_by_key(|cost| cost.wall);
    let memory = costs.iter().map(|cost| cost.memory).max().unwrap_or(0);
    let median = costs.get(costs.len() / 2).copied().context("nothing was measured")?;
    Ok(Cost { memory, ..median })
}

/// The most memory that a process had resident, in bytes.
pub(crate) fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// What a process has taken so far. Linux counts exactly for a program of one thread, and in steps
/// of 10 ms for all threads together.
pub(crate) fn processor_time(process: u32) -> Result<Duration> {
    let exact = fs::read_to_string(format!("/proc/{process}/schedstat")).unwrap_or_default();
    let exact = exact
        .split(' ')
        .next()
        .and_then(|field| field.parse().ok())
        .map_or(Duration::ZERO, Duration::from_nanos);
    Ok(exact.max(ticks(&process.to_string(), 11)?))
}

/// The processor time of all processes that this one has started and waited for, and of those that they have.
pub(crate) fn processor_time_of_children() -> Result<Duration> {
    ticks("self", 13)
}

/// User and system time, which stand side by side in `/proc/PROCESS/stat`, the first at `field`.
fn ticks(process: &str, field: usize) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name stands in parentheses and may hold blanks; the fields are counted from behind it.
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u32>().ok());
    let (user, system) = (ticks(field).context("user time")?, ticks(field + 1).context("system time")?);
    Ok(TICK * (user + system))
}

/// The processes whose program lies in a folder.
pub(crate) fn processes_within(folder: &Path) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|process| {
            let program = fs::read_link(format!("/proc/{process}/exe"));
            program.is_ok_and(|program| program.starts_with(folder))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_a_cost() {
        let folder = tempfile::tempdir().unwrap();
        let (input, output) = (folder.path().join("in"), folder.path().join("out"));
        fs::write(&input, "text").unwrap();
        let script = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; cat";
        let cost = run(Path::new("/bin/sh"), &["-c", script], &input, &output).unwrap();
        assert_eq!(fs::read_to_string(&output).unwrap(), "text");
        assert!(cost.memory > 100_000 && cost.wall >= cost.processor / 2, "{cost:?}");
        assert!(cost.processor > Duration::ZERO, "{cost:?}");
    }

    #[test]
    fn a_failed_run_is_no_measurement() {
        let nowhere = Path::new("/dev/null");
        assert!(run(Path::new("/bin/sh"), &["-c", "exit 1"], nowhere, nowhere).is_err());
    }
}
