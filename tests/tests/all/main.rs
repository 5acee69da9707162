//! All black-box tests, in one program so that they share what they build.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aws_bench;
mod fixture;
mod quickstart;
mod structure;
