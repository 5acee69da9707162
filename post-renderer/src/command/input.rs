//! stdin, within bounds: as a whole, or in parts that can be rendered while the rest still comes.

use crate::finding::Finding;
use crate::manifest::last_boundary;
use crate::render::{ErrorKind, PART_SIZE, RenderError};
use std::io::{self, Read};

/// The most that is read, in bytes. Helm stores a release in 1 MiB; the largest known streams have 20 MB.
const LIMIT: u64 = 256 << 20;

/// What is still to be read.
pub(super) struct Input<'r> {
    stdin: &'r mut dyn Read,
    /// How much of the limit is left.
    left: u64,
    /// What was read and is of the next part.
    rest: Vec<u8>,
    is_at_end: bool,
}

impl<'r> Input<'r> {
    pub(super) fn new(stdin: &'r mut dyn Read) -> Self {
        Self { stdin, left: LIMIT, rest: Vec::new(), is_at_end: false }
    }

    /// All of it.
    pub(super) fn whole(mut self) -> Result<Vec<u8>, RenderError> {
        let mut input = Vec::new();
        self.read(u64::MAX, &mut input)?;
        Ok(input)
    }

    /// Whether nothing more comes.
    pub(super) fn is_at_end(&self) -> bool {
        self.is_at_end
    }

    /// Reads the rest and forgets it: whoever writes it should not fail for what is our failure.
    pub(super) fn drain(&mut self) {
        if !self.is_at_end {
            let _ = io::copy(&mut (&mut *self.stdin).take(self.left), &mut io::sink());
        }
    }

    /// Reads so many bytes, or up to the end.
    fn read(&mut self, length: u64, input: &mut Vec<u8>) -> Result<(), RenderError> {
        // One more tells what is at its limit from what is beyond it.
        let wanted = length.min(self.left + 1);
        let read = self.stdin.take(wanted).read_to_end(input);
        let read = read.map_err(|error| failure("input-unreadable", error.to_string()))?;
        self.is_at_end = (read as u64) < wanted;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            failure("input-too-large", format!("the input is larger than {} MiB", LIMIT >> 20))
        })?;
        Ok(())
    }

    fn part(&mut self) -> Result<Vec<u8>, RenderError> {
        let mut part = Vec::with_capacity(self.rest.len() + PART_SIZE);
        part.append(&mut self.rest);
        loop {
            // Dashes may have been cut off from the line end before them, or from what is behind them.
            let searched = part.len().saturating_sub(b"\n---".len());
            self.read(PART_SIZE as u64, &mut part)?;
            if self.is_at_end {
                return Ok(part);
            }
            if let Some(boundary) = last_boundary(&part, searched) {
                self.rest = part.split_off(boundary);
                return Ok(part);
            }
        }
    }
}

/// Its parts, each with the documents that it has in the whole.
impl Iterator for Input<'_> {
    type Item = Result<Vec<u8>, RenderError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_at_end {
            return None;
        }
        let part = self.part();
        self.is_at_end |= part.is_err();
        Some(part)
    }
}

fn failure(id: &str, message: String) -> RenderError {
    RenderError { kind: ErrorKind::Input, findings: vec![Finding::error(id, message)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::documents;

    /// Gives what it has in small pieces.
    struct Slow<'t>(&'t [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.0.len().min(self.1).min(buffer.len());
            let (given, left) = self.0.split_at(length);
            buffer.iter_mut().zip(given).for_each(|(to, from)| *to = *from);
            self.0 = left;
            Ok(length)
        }
    }

    fn documents_of(text: &str) -> Vec<&str> {
        documents(text).map(|range| &text[range]).collect()
    }

    #[test]
    fn parts_have_the_documents_of_the_whole() {
        for length in [10, 999, 3 * PART_SIZE] {
            let document = |index: usize| format!("---\na: {index}{}\n", "x".repeat(length / (index + 1)));
            let text = (0..900).map(document).collect::<Vec<String>>().concat();
            for at_once in [1_000, PART_SIZE] {
                let mut stdin = Slow(text.as_bytes(), at_once);
                let parts: Vec<String> =
                    Input::new(&mut stdin).map(|part| String::from_utf8(part.unwrap()).unwrap()).collect();
                assert_eq!(parts.concat(), text);
                let found: Vec<&str> = parts.iter().flat_map(|part| documents_of(part)).collect();
                assert_eq!(found, documents_of(&text));
            }
        }
    }

    #[test]
    fn what_is_beyond_the_limit_is_refused() {
        let whole = |mut text: &[u8]| Input { left: 9, ..Input::new(&mut text) }.whole().is_ok();
        assert!(whole(b"123456789") && !whole(b"1234567890"));
        let parts: Vec<_> = Input { left: 9, ..Input::new(&mut &b"1234567890"[..]) }.collect();
        assert!(matches!(parts.as_slice(), [Err(_)]));
    }
}
