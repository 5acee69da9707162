//! The example provider of the framework with real Terraform: the one on the path, the newest, and `OpenTofu`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod actions;
mod ephemeral;
mod fixture;
mod identity;
mod lifecycle;
mod mocks;
mod plugin_testing;
mod query;
