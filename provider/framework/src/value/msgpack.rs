//! Values in msgpack, exactly as Terraform writes and reads them.

mod read;
mod write;

use std::fmt;

pub(crate) use self::{read::read, write::write};
use super::conform::Misfit;

/// Bytes that are not a value of the expected type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) struct Malformed(pub(crate) Misfit);

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests;
