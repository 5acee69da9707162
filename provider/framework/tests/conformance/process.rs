//! The provider as a process: started as Terraform starts it, and never left behind.

use std::{
    env,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// The example provider, which cargo builds next to the tests.
pub(crate) fn binary() -> PathBuf {
    let mut folder = env::current_exe().unwrap();
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let binary = folder.join("examples").join(format!("null{}", env::consts::EXE_SUFFIX));
    assert!(binary.exists(), "{} is missing; `cargo test` builds it", binary.display());
    binary
}

/// The provider with an environment of its own, and no cookie yet.
pub(crate) fn bare(folder: &Path) -> Command {
    let mut command = Command::new(binary());
    command
        .env_clear()
        .env("TMPDIR", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The provider as Terraform starts it.
pub(crate) fn plugin(folder: &Path) -> Command {
    let mut command = bare(folder);
    command.env("TF_PLUGIN_MAGIC_COOKIE", COOKIE).env("PLUGIN_PROTOCOL_VERSIONS", "5,6");
    command
}

/// A running provider; killed when the test ends, whatever happened.
pub(crate) struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: Option<ChildStderr>,
    pub(crate) line: String,
    /// From the start of the process to its handshake line.
    pub(crate) took: Duration,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let begun = Instant::now();
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = child.stderr.take();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        Self { child, stdout, stderr, line, took: begun.elapsed() }
    }

    pub(crate) fn fields(&self) -> Vec<&str> {
        self.line.trim_end_matches('\n').split('|').collect()
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.fields()[3].into()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for the end of the process; fails if it takes longer than `patience`.
    pub(crate) fn ends_within(&mut self, patience: Duration) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < patience, "the provider still runs after {patience:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What is left on stdout once the process has ended.
    pub(crate) fn rest_of_stdout(&mut self) -> String {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        rest
    }

    /// What was logged, once the process has ended.
    pub(crate) fn stderr(&mut self) -> String {
        let mut text = String::new();
        self.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
