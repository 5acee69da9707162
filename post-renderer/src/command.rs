//! The program as a library function: arguments and streams in, exit code out. The provider runs the very same.

use std::ffi::OsString;
use std::io::{Read, Write};

/// What the program sees of the world besides its arguments.
pub struct Streams<'a> {
    /// The manifests.
    pub stdin: &'a mut dyn Read,
    /// Manifests only.
    pub stdout: &'a mut dyn Write,
    /// For people.
    pub stderr: &'a mut dyn Write,
}

/// Runs the program with `arguments` (the first is its name) and gives its exit code: 0 done, 1 a standard or
/// setting failed, 2 usage or configuration, 3 the input is no valid manifest stream.
pub fn run(arguments: impl IntoIterator<Item = OsString>, streams: Streams<'_>) -> u8 {
    let _ = (arguments.into_iter().count(), streams.stdin, streams.stdout, streams.stderr);
    2
}
