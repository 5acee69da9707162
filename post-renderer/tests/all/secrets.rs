//! The values of a Secret are in no output but the manifests themselves.

use super::command::program;
use std::fs;

/// What no output may hold, as text and in base64.
const CANARIES: [&str; 2] = ["canary-4711", "Y2FuYXJ5LTQ3MTE="];

/// Secrets, written in many ways.
const SECRETS: [&str; 7] = [
    "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  password: Y2FuYXJ5LTQ3MTE=\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: canary-4711}\n",
    "apiVersion: v1\nkind: \"Secre\\x74\"\nmetadata: {name: s}\nstringData: {password: canary-4711}\n",
    "apiVersion: v1\nkind:\n  Secret\nmetadata: {name: s}\nstringData:\n  password: |\n    canary-4711\n",
    "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s}\n  stringData: {password: canary-4711}\n",
    "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"s\"}, \"stringData\": {\"password\": \"canary-4711\"}}\n",
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{\"stringData\":{\"password\":\"canary-4711\"}}'\n",
];

/// What makes a Secret unreadable, put behind it.
const BROKEN: [&str; 6] = [
    "oops: [\n",
    "other: *canary-4711\n",
    "\"canary-4711\": x: y\n",
    "stringData: canary-4711: x\n",
    "\tcanary-4711\n",
    "a: \"canary-4711\n",
];

/// Settings that touch a Secret in every way, most of which fail.
const SETTINGS: [&str; 8] = [
    "{metadata: {labels: {l: m}}}",
    "{data: {password: null}, stringData: null}",
    "{stringData: {password: {a: b}}}",
    "[{op: test, path: /stringData/password, value: other}]",
    "[{op: test, path: /data/password, value: other}]",
    "[{op: move, from: /stringData/password, path: /stringData/other}]",
    "[{op: add, path: /stringData/password/below, value: x}]",
    "[{op: replace, path: /metadata/name, value: x}]",
];

fn check(input: &[u8], setting: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let config = format!(
        "{{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, labels: {{team: a}}, advancedSettings: [{{target: {{kind: Secret}}, patch: {setting}}}]}}"
    );
    let input = String::from_utf8_lossy(input);
    for command in [
        &["render"][..],
        &["check", "--strict"],
        &["check", "--strict", "--output", "json"],
        &["check", "--strict", "--output", "sarif"],
        &["check", "--strict", "--output", "junit"],
        &["diff"],
        &["diff", "--side-by-side"],
        &["explain"],
        &["explain", "--json"],
    ] {
        let arguments = [command, &["--config-json", &config, "--report", path.to_str().unwrap()]].concat();
        let outcome = program(&arguments, &input);
        let report = fs::read_to_string(&path).unwrap();
        for canary in CANARIES {
            // Rendered manifests hold their Secrets, of course.
            let stdout = if command == ["render"] { "" } else { &outcome.stdout };
            for (name, output) in [("stdout", stdout), ("stderr", &outcome.stderr), ("report", &report)] {
                assert!(!output.contains(canary), "{command:?} shows it on {name}:\n{output}\nof\n{input}");
            }
        }
    }
}

#[test]
fn no_output_shows_a_value_of_a_secret() {
    for secret in SECRETS {
        for setting in SETTINGS {
            check(secret.as_bytes(), setting);
        }
    }
}

#[test]
fn no_output_shows_a_value_of_a_broken_secret() {
    for secret in SECRETS {
        for broken in BROKEN {
            check(format!("{secret}{broken}").as_bytes(), SETTINGS[0]);
            check(format!("{broken}{secret}").as_bytes(), SETTINGS[0]);
        }
    }
}
