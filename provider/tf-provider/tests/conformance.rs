//! Black-box checks: the example provider as a process, and this harness in Terraform's place.

#![cfg(unix)]

#[path = "conformance/calls.rs"]
mod calls;
#[path = "conformance/client.rs"]
mod client;
#[path = "conformance/handshake.rs"]
mod handshake;
#[path = "conformance/lifecycle.rs"]
mod lifecycle;
#[path = "conformance/malformed.rs"]
mod malformed;
#[path = "conformance/planning.rs"]
mod planning;
#[path = "conformance/process.rs"]
mod process;
#[path = "conformance/tls.rs"]
mod tls;
