//! The program in a process of its own, on the process's streams.

use super::{Streams, run};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter};
use std::process::ExitCode;

/// Runs the program with `arguments` (the first is its name) on the streams of this process.
///
/// The standard library's own stdout looks for lines in all that is written and keeps the last one back, which takes
/// two calls of the system where one does; so the same files are used without it.
pub fn run_in_process(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let stderr = &mut io::stderr().lock();
    let code = if let (Ok(mut stdin), Ok(stdout)) = (file(io::stdin()), file(io::stdout())) {
        let stdout = &mut BufWriter::new(stdout);
        run(arguments, Streams { stdin: &mut stdin, stdout, stderr })
    } else {
        // No more files can be open, perhaps.
        let (stdin, stdout) = (&mut io::stdin().lock(), &mut io::stdout().lock());
        run(arguments, Streams { stdin, stdout, stderr })
    };
    ExitCode::from(code)
}

#[cfg(unix)]
fn file(stream: impl std::os::fd::AsFd) -> io::Result<File> {
    stream.as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn file(stream: impl std::os::windows::io::AsHandle) -> io::Result<File> {
    stream.as_handle().try_clone_to_owned().map(File::from)
}
