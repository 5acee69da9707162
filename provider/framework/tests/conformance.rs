//! Black-box checks: the example provider as a process, and this harness in Terraform's place.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "clippy does not see that all of this is tests")]

#[path = "conformance/actions.rs"]
mod actions;
#[path = "conformance/calls.rs"]
mod calls;
#[path = "conformance/client.rs"]
mod client;
#[path = "conformance/ephemeral.rs"]
mod ephemeral;
#[path = "conformance/handshake.rs"]
mod handshake;
#[path = "conformance/identity.rs"]
mod identity;
#[path = "conformance/isolation.rs"]
mod isolation;
#[path = "conformance/lifecycle.rs"]
mod lifecycle;
#[path = "conformance/lists.rs"]
mod lists;
#[path = "conformance/malformed.rs"]
mod malformed;
#[path = "conformance/planning.rs"]
mod planning;
#[path = "conformance/process.rs"]
mod process;
#[path = "conformance/tls.rs"]
mod tls;
