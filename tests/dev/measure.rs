//! How long a program ran, how much processor time it took and how much memory it had at most,
//! as Linux counts it.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use acceptance::interrupt;
use acceptance::process::callers_environment;
use anyhow::{Context, Result, ensure};
use procfs_core::FromRead;
use procfs_core::process::{Schedstat, Stat, Status};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// The unit in which Linux counts processor time for `/proc`, on all its platforms.
const TICK: Duration = Duration::from_millis(10);

/// How long one run took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time {
    /// From start to end.
    pub(crate) wall: Duration,
    /// Of all threads, in user and system mode.
    pub(crate) processor: Duration,
}

/// What several runs cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// Of the run of median wall time.
    pub(crate) wall: Duration,
    /// Of that run.
    pub(crate) processor: Duration,
    /// The most memory that was resident at once in any run, in bytes.
    pub(crate) memory: u64,
}

/// A command with a file as standard input and another as standard output. Its standard error is shown if
/// it fails.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) input: PathBuf,
    pub(crate) output: PathBuf,
}

impl Run {
    /// How long it takes. Nothing looks at it meanwhile: looks take processor time from a program that uses all
    /// processors.
    pub(crate) fn time(&self) -> Result<Time> {
        self.until_its_end(|child| {
            // The process is kept as a zombie until its processor time is read.
            waitid(WaitId::Pid(Pid::from_child(child)), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)?;
            Ok(())
        })
        .map(|(time, ())| time)
    }

    /// Its peak memory, which Linux reports only while it runs. A short run may end between two looks, so
    /// that it takes some.
    pub(crate) fn memory(&self) -> Result<u64> {
        let (_, memory) = self.until_its_end(|child| {
            let mut memory = 0;
            let flags = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
            while waitid(WaitId::Pid(Pid::from_child(child)), flags)?.is_none() {
                memory = memory.max(peak_memory(child.id()).unwrap_or(0));
                thread::sleep(Duration::from_micros(200));
            }
            Ok(memory)
        })?;
        Ok(memory)
    }

    fn until_its_end<T>(&self, wait: impl FnOnce(&Child) -> Result<T>) -> Result<(Time, T)> {
        interrupt::check()?;
        let name = self.program.display();
        let said = self.output.with_extension("err");
        let errors = File::create(&said)?;
        let (input, output) = (File::open(&self.input)?, File::create(&self.output)?);
        let started = Instant::now();
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            // Not with the folders that cargo has its own programs look for libraries in.
            .env_clear()
            .envs(callers_environment())
            .stdin(input)
            .stdout(output)
            .stderr(Stdio::from(errors))
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let waited = wait(&child)?;
        let wall = started.elapsed();
        let processor = processor_time(child.id())?;
        let status = child.wait()?;
        let said = fs::read_to_string(said)?;
        ensure!(status.success() && status.signal().is_none(), "{name} failed: {status}\n{said}");
        Ok((Time { wall, processor }, waited))
    }
}

impl Cost {
    /// Of runs, and of other runs whose memory was looked at.
    pub(crate) fn of(mut times: Vec<Time>, memory: &[u64]) -> Result<Self> {
        times.sort_by_key(|time| time.wall);
        let Time { wall, processor } = times.get(times.len() / 2).copied().context("nothing was measured")?;
        Ok(Self { wall, processor, memory: memory.iter().copied().max().unwrap_or(0) })
    }
}

/// The most memory that a process had resident, in bytes.
pub(crate) fn peak_memory(process: u32) -> Option<u64> {
    let status = Status::from_file(format!("/proc/{process}/status")).ok()?;
    status.vmhwm.map(|kilobytes| kilobytes * 1024)
}

/// What a process has taken so far. Linux counts exactly for a program of one thread, and in steps
/// of 10 ms for all threads together.
pub(crate) fn processor_time(process: u32) -> Result<Duration> {
    let exact = Schedstat::from_file(format!("/proc/{process}/schedstat"))
        .map_or(Duration::ZERO, |counted| Duration::from_nanos(counted.sum_exec_runtime));
    let stat = Stat::from_file(format!("/proc/{process}/stat"))?;
    Ok(exact.max(TICK * u32::try_from(stat.utime + stat.stime)?))
}

/// The processor time of all processes that this one has started and waited for, and of those that they have.
pub(crate) fn processor_time_of_children() -> Result<Duration> {
    let stat = Stat::from_file("/proc/self/stat")?;
    Ok(TICK * u32::try_from(stat.cutime + stat.cstime)?)
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

    fn shell(script: &str, input: PathBuf, output: PathBuf) -> Run {
        Run { program: "/bin/sh".into(), arguments: vec!["-c".to_owned(), script.to_owned()], input, output }
    }

    #[test]
    fn a_run_has_a_cost() {
        let folder = tempfile::tempdir().unwrap();
        let (input, output) = (folder.path().join("in"), folder.path().join("out"));
        fs::write(&input, "text").unwrap();
        let script = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; cat";
        let run = shell(script, input, output.clone());
        let time = run.time().unwrap();
        assert_eq!(fs::read_to_string(&output).unwrap(), "text");
        assert!(time.wall >= time.processor / 2 && time.processor > Duration::ZERO, "{time:?}");
        assert!(run.memory().unwrap() > 100_000);
    }

    #[test]
    fn a_failed_run_is_not_a_measurement() {
        let folder = tempfile::tempdir().unwrap();
        let run = shell("exit 1", "/dev/null".into(), folder.path().join("out"));
        assert!(run.time().is_err() && run.memory().is_err());
    }

    #[test]
    fn the_median_counts_and_the_most_memory() {
        let time = |milliseconds| {
            let wall = Duration::from_millis(milliseconds);
            Time { wall, processor: wall * 2 }
        };
        let cost = Cost::of(vec![time(9), time(1), time(3)], &[5, 7, 6]).unwrap();
        assert_eq!(cost.wall, Duration::from_millis(3));
        assert_eq!(cost.processor, Duration::from_millis(6));
        assert_eq!(cost.memory, 7);
        assert!(Cost::of(Vec::new(), &[1]).is_err());
    }
}
