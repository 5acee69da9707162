//! Generated manifests through the post-renderer, decided by the independent judge: what is rendered keeps every
//! standard and changes nothing else in the reading of Kubernetes' own libraries.
//!
//! Each input is used twice: as a stream of manifests (so that the hostile manifests are seeds), and as the choices
//! of a grammar of manifests written in odd ways. `IPSY_JUDGE` names the judge's program; `make fuzz` sets it.
#![no_main]

#[path = "judge/client.rs"]
mod client;
#[path = "judge/grammar.rs"]
mod grammar;
#[path = "judge/node.rs"]
mod node;
#[path = "judge/writer.rs"]
mod writer;

use arbitrary::Unstructured;
use client::Judge;
use ipsy_post_renderer::{Configuration, RenderOptions, render};
use libfuzzer_sys::fuzz_target;
use std::sync::{LazyLock, Mutex};

/// The configuration of the hostile manifests.
const CONFIGURATION: &str = include_str!("../../../tests/hostile/config.yaml");

static PARSED: LazyLock<Configuration> =
    LazyLock::new(|| Configuration::from_yaml(CONFIGURATION, "fuzz").expect("a valid configuration"));
static JUDGE: LazyLock<Mutex<Judge>> = LazyLock::new(|| Mutex::new(Judge::start()));

fuzz_target!(|input: &[u8]| {
    decide(input);
    if let Ok(stream) = grammar::stream(&mut Unstructured::new(input)) {
        decide(stream.as_bytes());
    }
});

/// Renders a stream; what is not refused must satisfy the judge.
fn decide(input: &[u8]) {
    let Ok(rendered) = render(input, &PARSED, &RenderOptions::default()) else { return };
    let verdict =
        JUDGE.lock().expect("no other thread").decide(CONFIGURATION.as_bytes(), input, &rendered.output);
    assert!(
        verdict.starts_with(client::CLEAN),
        "{verdict}\n--- input\n{}\n--- output\n{}",
        String::from_utf8_lossy(input),
        String::from_utf8_lossy(&rendered.output),
    );
}
