//! Standards documents and configurations of the post-renderer, tried by the post-renderer.

use std::fs;

use acceptance::process::Process;
use serde_yaml::Value;

use super::{assert_none, of_languages};
use crate::fixture;

/// A manifest on which configurations are tried.
const MANIFEST: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: snippet\n";

#[test]
fn configurations_are_taken_by_the_post_renderer() {
    let folder = tempfile::tempdir().unwrap();
    let mut problems = Vec::new();
    let mut tried = 0;
    for snippet in of_languages(&["yaml"]) {
        let option = match kind(&snippet.text).as_deref() {
            Some("Standards") => "--standards",
            Some("PostRenderConfig") => "--config",
            _ => continue,
        };
        tried += 1;
        let file = folder.path().join("configuration.yaml");
        fs::write(&file, &snippet.text).unwrap();
        let outcome = Process::new(&fixture::programs().post_renderer)
            .args(["check", "--as-of", "2026-12-01", option])
            .arg(&file)
            .input(MANIFEST)
            .run()
            .unwrap();
        // A setting or an exception that matches nothing in this stream is 1; a wrong configuration is 2.
        if outcome.code > 1 {
            problems.push(format!("{}: {}", snippet.place(), outcome.everything()));
        }
    }
    assert!(tried > 6, "only {tried} configurations were tried");
    assert_none(&problems);
}

/// The kind of a document of ours.
fn kind(text: &str) -> Option<String> {
    let document: Value = serde_yaml::from_str(text).ok()?;
    let is_ours = document.get("apiVersion").and_then(Value::as_str) == Some("ipsy.dev/v1");
    document.get("kind").filter(|_| is_ours).and_then(Value::as_str).map(ToOwned::to_owned)
}
