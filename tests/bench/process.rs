//! Other programs: run in a process group of their own, with a time limit and, unless asked
//! otherwise, with an environment that holds nothing of the caller's.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};

use crate::interrupt;

/// What is kept of the caller's environment: where programs are, and where they may write.
const KEPT: [&str; 8] = ["PATH", "HOME", "TMPDIR", "LANG", "USER", "GOCACHE", "GOMODCACHE", "GOPROXY"];

/// How long a program may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(10);

/// A program about to be run.
#[derive(Debug)]
pub struct Process {
    command: Command,
    name: String,
    input: Vec<u8>,
    limit: Duration,
    errors_shown: bool,
    disturbance: Option<(Arc<AtomicBool>, Disturbance)>,
}

/// How a program is disturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// Ctrl-C, as from a terminal: the whole process group gets it.
    Interrupt,
    /// An end by force of the whole process group, as the kernel makes when memory is short.
    Kill,
    /// An end by force of the program alone; what it started must end by itself.
    KillAlone,
    /// An end by force of what the program started.
    KillChildren,
}

impl Disturbance {
    fn strike(self, child: &Child) {
        match self {
            Self::Interrupt => end_group(child, Signal::INT),
            Self::Kill => end_group(child, Signal::KILL),
            Self::KillAlone => end(Pid::from_child(child)),
            Self::KillChildren => children(child.id()).into_iter().for_each(end),
        }
    }
}

/// What a program did.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The command line, for messages.
    pub command: String,
    /// How it ended; a signal counts as -1.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// How long it ran.
    pub duration: Duration,
}

impl Process {
    /// A program, with a clean environment and a limit of two minutes.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program.as_ref());
        command.env_clear();
        for name in KEPT {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        let name = program.as_ref().to_string_lossy().into_owned();
        Self {
            command,
            name,
            input: Vec::new(),
            limit: Duration::from_mins(2),
            errors_shown: false,
            disturbance: None,
        }
    }

    /// A program with the caller's environment, less what cargo sets for this very program:
    /// it would make a build that we start look different from the caller's own.
    pub fn inheriting(program: impl AsRef<OsStr>) -> Self {
        let mut process = Self::new(program);
        process.command.envs(callers_environment());
        process
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets environment variables.
    #[must_use]
    pub fn envs<N: AsRef<OsStr>, V: AsRef<OsStr>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        self.command.envs(variables);
        self
    }

    /// Runs it in a folder.
    #[must_use]
    pub fn within(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Feeds its standard input.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Changes the time limit.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Disturbs it as soon as a flag is set, once, and lowers the flag when that is done.
    #[must_use]
    pub fn disturbed(mut self, disturbance: Disturbance, when: Arc<AtomicBool>) -> Self {
        self.disturbance = Some((when, disturbance));
        self
    }

    /// Passes its standard error, which shows progress, on to the caller's.
    #[must_use]
    pub fn errors_shown(mut self) -> Self {
        self.errors_shown = true;
        self
    }

    /// Runs it to its end, whatever that is. Fails only if it could not be started, took too
    /// long, or someone asked to stop.
    pub fn run(mut self) -> Result<Outcome> {
        let stderr = if self.errors_shown { Stdio::inherit() } else { Stdio::piped() };
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr);
        let started = Instant::now();
        let mut child = self.spawn()?;
        let input = std::mem::take(&mut self.input);
        let stdin = child.stdin.take();
        let feeding = thread::spawn(move || {
            // A program that ends before it has read everything is judged by its exit code.
            stdin.map(|mut pipe| pipe.write_all(&input))
        });
        let stdout = thread::spawn(read_all(child.stdout.take()));
        let stderr = thread::spawn(read_all(child.stderr.take()));
        let status = self.wait(&mut child);
        let joined = |reader: thread::JoinHandle<String>| reader.join().unwrap_or_default();
        let (stdout, stderr) = (joined(stdout), joined(stderr));
        let _ = feeding.join();
        let status = match status {
            Ok(status) => status,
            Err(problem) if interrupt::came() => return Err(problem),
            Err(problem) => return Err(problem.context(tail(&stderr))),
        };
        Ok(Outcome {
            command: self.command_line(),
            code: status.code().unwrap_or(-1),
            stdout,
            stderr,
            duration: started.elapsed(),
        })
    }

    /// Runs it and fails unless it succeeds; the failure shows the end of what it said.
    pub fn succeed(self) -> Result<Outcome> {
        self.run()?.ok()
    }

    /// Runs it with the caller's standard output and standard error, and fails unless it
    /// succeeds.
    pub fn show(mut self) -> Result<()> {
        self.command.stdin(Stdio::null()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
        let mut child = self.spawn()?;
        let status = self.wait(&mut child)?;
        if status.success() {
            return Ok(());
        }
        bail!("`{}` failed ({status})", self.command_line())
    }

    /// Starts it and leaves it running; its process group is its own.
    pub fn start(mut self, stdout: Stdio, stderr: Stdio) -> Result<Running> {
        self.command.stdin(Stdio::piped()).stdout(stdout).stderr(stderr);
        Ok(Running { child: self.spawn()? })
    }

    fn spawn(&mut self) -> Result<Child> {
        interrupt::check()?;
        self.command.process_group(0).spawn().with_context(|| format!("cannot start `{}`", self.name))
    }

    fn wait(&self, child: &mut Child) -> Result<ExitStatus> {
        let deadline = Instant::now() + self.limit;
        let mut disturbance = self.disturbance.as_ref();
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = child.try_wait()? {
                let alone =
                    self.disturbance.as_ref().is_some_and(|(_, kind)| *kind == Disturbance::KillAlone);
                let outlived = alone && !wait_for_group(child);
                end_group(child, Signal::KILL);
                if outlived {
                    bail!("what `{}` started lived on without it for {GRACE:?}", self.command_line());
                }
                return Ok(status);
            }
            if let Some((when, kind)) = disturbance.take_if(|(when, _)| when.load(Ordering::Relaxed)) {
                kind.strike(child);
                when.store(false, Ordering::Relaxed);
            }
            let too_long = Instant::now() >= deadline;
            if too_long || interrupt::came() {
                stop(child);
                interrupt::check()?;
                bail!("`{}` took longer than {:?}", self.command_line(), self.limit);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    fn command_line(&self) -> String {
        let name = Path::new(&self.name)
            .file_name()
            .map_or_else(|| self.name.clone().into(), OsStr::to_string_lossy);
        let arguments = self.command.get_args().map(OsStr::to_string_lossy);
        std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
    }
}

impl Outcome {
    /// Standard output and standard error together, for searching.
    pub fn everything(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }

    /// What Terraform printed, without its frames and line breaks.
    pub fn printed(&self) -> String {
        let lines = self.everything().replace(['│', '╷', '╵'], " ");
        lines.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The outcome, if it is success.
    pub fn ok(self) -> Result<Self> {
        if self.code == 0 { Ok(self) } else { Err(self.failure()) }
    }

    /// The outcome as an error.
    pub fn failure(&self) -> anyhow::Error {
        let said = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        anyhow!("`{}` failed with exit code {}:\n{}", self.command, self.code, tail(said))
    }
}

/// A program that runs until this is dropped.
#[derive(Debug)]
pub struct Running {
    /// The process, for its pipes and its id.
    pub child: Child,
}

impl Drop for Running {
    fn drop(&mut self) {
        // A closed standard input is the politest way to ask.
        drop(self.child.stdin.take());
        stop(&mut self.child);
    }
}

/// Asks a process and its children to end as Ctrl-C does, waits, and ends them by force.
fn stop(child: &mut Child) {
    end_group(child, Signal::INT);
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline && matches!(child.try_wait(), Ok(None)) {
        thread::sleep(Duration::from_millis(10));
    }
    end_group(child, Signal::KILL);
    let _ = child.wait();
}

/// The group has the id of its leader. It may have ended.
fn end_group(leader: &Child, signal: Signal) {
    let _ = kill_process_group(Pid::from_child(leader), signal);
}

fn end(process: Pid) {
    let _ = kill_process(process, Signal::KILL);
}

/// The processes that a process has started and that are still its own.
fn children(parent: u32) -> Vec<Pid> {
    let listed = Command::new("ps").args(["-A", "-o", "ppid=,pid="]).output();
    let text = listed.map(|listed| String::from_utf8_lossy(&listed.stdout).into_owned()).unwrap_or_default();
    let children = text.lines().filter_map(|line| {
        let (owner, process) = line.trim().split_once(' ')?;
        (owner == parent.to_string()).then(|| Pid::from_raw(process.trim().parse().ok()?))?
    });
    children.collect()
}

/// Waits until nothing of a process group is left; false if that takes too long.
fn wait_for_group(leader: &Child) -> bool {
    let deadline = Instant::now() + GRACE;
    while test_kill_process_group(Pid::from_child(leader)).is_ok() {
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
    true
}

fn read_all(pipe: Option<impl Read>) -> impl FnOnce() -> String {
    move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The environment without what cargo sets for this very program.
pub fn callers_environment() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os().filter(|(name, _)| !is_set_by_cargo_run(name))
}

fn is_set_by_cargo_run(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    ["CARGO_PKG_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_MANIFEST_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
        || name == "LD_LIBRARY_PATH"
}

/// The last lines of what a program said.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(60)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Process {
        Process::new("sh").arg("-c").arg(script)
    }

    #[test]
    fn output_input_and_exit_code_are_passed_on() {
        let outcome = shell("cat; echo problem >&2; exit 3").input("text").run().unwrap();
        assert_eq!((outcome.code, outcome.stdout.as_str()), (3, "text"));
        assert_eq!(outcome.stderr, "problem\n");
    }

    #[test]
    fn a_failure_shows_what_was_said() {
        let problem = shell("echo why >&2; exit 1").succeed().unwrap_err().to_string();
        assert!(problem.contains("why") && problem.contains("exit code 1"), "{problem}");
    }

    #[test]
    fn the_environment_is_clean() {
        let outcome = shell("env").env("GIVEN", "1").run().unwrap();
        assert!(outcome.stdout.contains("GIVEN=1"));
        assert!(!outcome.stdout.contains("CARGO"), "{}", outcome.stdout);
    }

    #[test]
    fn one_can_be_killed_without_the_other() {
        let kill = |disturbance, script: &str| {
            let when = Arc::new(AtomicBool::new(false));
            thread::scope(|scope| {
                scope.spawn(|| {
                    thread::sleep(Duration::from_millis(300));
                    when.store(true, Ordering::Relaxed);
                });
                shell(script).disturbed(disturbance, Arc::clone(&when)).run().unwrap()
            })
        };
        let alone = kill(Disturbance::KillAlone, "(sleep 1; echo child) & wait");
        assert_eq!((alone.code, alone.stdout.as_str()), (-1, "child\n"));
        let without_child = kill(Disturbance::KillChildren, "sleep 30; echo $?");
        assert_eq!((without_child.code, without_child.stdout.as_str()), (0, "137\n"));
    }

    #[test]
    fn what_takes_too_long_is_ended_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("survived");
        let script = format!("(sleep 1; touch {}) & sleep 30", mark.display());
        let problem = shell(&script).limit(Duration::from_millis(100)).run().unwrap_err();
        assert!(format!("{problem:#}").contains("took longer"), "{problem:#}");
        thread::sleep(Duration::from_millis(1500));
        assert!(!mark.exists());
    }
}
