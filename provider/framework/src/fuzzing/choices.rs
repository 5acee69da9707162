//! Where choices come from: a fuzzer's bytes, or the seed of a property test.

/// A source of choices.
pub trait Choices {
    /// A number from 0 to `number` - 1.
    fn below(&mut self, number: u64) -> u64;

    /// True once in `number` times.
    fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }
}

/// The bytes of a fuzzer: each choice takes one. After the last one, every choice is 0.
#[derive(Debug)]
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// Choices by these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Takes up to `length` bytes.
    pub fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

impl Choices for Bytes<'_> {
    fn below(&mut self, number: u64) -> u64 {
        self.take(1).first().map_or(0, |byte| u64::from(*byte) % number.max(1))
    }
}
