//! The program in a process of its own, on the process's streams.

use super::{Streams, run};
use std::ffi::OsString;
use std::io::{self, BufWriter};
use std::process::ExitCode;

/// Runs the program with `arguments` (the first is its name) on the streams of this process.
pub fn run_in_process(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut stdin = io::stdin().lock();
    let mut stdout = BufWriter::new(io::stdout().lock());
    let mut stderr = io::stderr().lock();
    let streams =
        Streams { stdin: &mut stdin, stdout: &mut stdout, stderr: &mut stderr, stdout_closed: is_closed() };
    ExitCode::from(run(arguments, streams))
}

/// Whether stdout was closed when the program was started. Rust's runtime opens `/dev/null` for reading and writing in
/// its place, and everything written would be lost. Shells open `/dev/null` for writing only.
#[cfg(unix)]
fn is_closed() -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};
    let stdout = io::stdout();
    let opens_both = fcntl_getfl(&stdout).is_ok_and(|flags| flags & OFlags::RWMODE == OFlags::RDWR);
    let is_null = match (fstat(&stdout), stat("/dev/null")) {
        (Ok(stdout), Ok(null)) => stdout.st_rdev == null.st_rdev && stdout.st_ino == null.st_ino,
        _ => false,
    };
    opens_both && is_null
}

#[cfg(not(unix))]
fn is_closed() -> bool {
    false
}
