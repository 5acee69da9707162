//! stdin, whole and within bounds.

use crate::finding::Finding;
use crate::render::{ErrorKind, RenderError};
use std::io::Read;

/// Largest input, in bytes. Helm stores a release in 1 MiB; the largest known streams have 20 MB.
const LIMIT: u64 = 256 << 20;

/// Reads everything.
pub(super) fn read(stdin: &mut dyn Read) -> Result<Vec<u8>, RenderError> {
    read_at_most(stdin, LIMIT)
}

fn read_at_most(stdin: &mut dyn Read, limit: u64) -> Result<Vec<u8>, RenderError> {
    let failed = |id: &str, message: String| RenderError {
        kind: ErrorKind::Input,
        findings: vec![Finding::error(id, message)],
    };
    let mut input = Vec::new();
    // One more byte distinguishes input at the limit from input beyond it.
    let read = stdin.take(limit + 1).read_to_end(&mut input);
    let read = read.map_err(|error| failed("input-unreadable", format!("stdin cannot be read: {error}")))?;
    if read as u64 > limit {
        return Err(failed("input-too-large", format!("the input is larger than {} MiB", limit >> 20)));
    }
    Ok(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_beyond_the_limit_is_refused() {
        let read = |mut text: &[u8]| read_at_most(&mut text, 9).is_ok();
        assert!(read(b"123456789") && !read(b"1234567890"));
    }
}
