//! The program renders while it reads; that is not seen in what comes out.

use super::threads::stream;
use ipsy_post_renderer::command::{Streams, run};
use ipsy_post_renderer::{Configuration, RenderError, RenderOptions, Rendered, Severity, render};
use std::ffi::OsString;
use std::io::{self, Read};

const CONFIGURATION: &str = "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, labels: {team: payments},
    standards: {imagePinning: {mode: warn}},
    advancedSettings: [{target: {name: app-1}, patch: {spec: {minReadySeconds: 5}}}]}";

fn program(mut input: impl Read) -> (u8, String, String) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let arguments = ["ipsy-post-renderer", "--config-json", CONFIGURATION].map(OsString::from);
    let streams = Streams { stdin: &mut input, stdout: &mut stdout, stderr: &mut stderr };
    let code = run(arguments, streams);
    (code, String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// Compares with what comes of the same input when it is there as a whole.
fn check(input: &[u8]) -> Result<Rendered, RenderError> {
    let configuration = Configuration::from_yaml(CONFIGURATION, "--config-json").unwrap();
    let whole = render(input, &configuration, &RenderOptions::default());
    let (code, output, findings) = match whole.clone() {
        Ok(rendered) => (0, String::from_utf8(rendered.output).unwrap(), rendered.findings),
        Err(error) => (error.kind.exit_code(), String::new(), error.findings),
    };
    let shown = findings.iter().filter(|finding| code != 0 || finding.severity >= Severity::Warning);
    let said = shown.map(|finding| format!("{finding}\n")).collect::<Vec<_>>().concat();
    assert!(program(input) == (code, output, said.clone()), "instead of exit {code} and\n{said}");
    whole
}

#[test]
fn what_is_rendered_ahead_is_what_is_rendered_as_a_whole() {
    let text = stream("");
    assert!(text.len() > 2 << 20);
    let rendered = check(text.as_bytes()).unwrap();
    assert_eq!(rendered.findings.len(), 30, "every hundredth image has no version");
}

#[test]
fn an_autoscaler_at_the_end_owns_what_came_before() {
    let text = stream(
        "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app-7}\n",
    );
    let rendered = check(text.as_bytes()).unwrap();
    let output = String::from_utf8(rendered.output).unwrap();
    assert_eq!(output.matches("replicas: 2").count(), 2_999);
}

#[test]
fn a_configuration_at_the_end_holds_for_what_came_before() {
    let text = stream(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  labels: {ipsy.dev/post-render-config: \"true\"}\ndata:\n  c.yaml: \"{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, annotations: {a: b}}\"\n",
    );
    let rendered = check(text.as_bytes()).unwrap();
    let output = String::from_utf8(rendered.output).unwrap();
    assert_eq!(output.matches("    a: b\n").count(), 3_000);
}

#[test]
fn all_that_is_wrong_is_said_with_its_place_in_the_whole() {
    let text = stream("---\nkind: [\n---\nkind: A\nmetadata: {name: app-1}\n  b: c\n");
    let error = check(text.as_bytes()).unwrap_err();
    let places = error.findings.iter().map(|finding| (finding.location.document, finding.location.line));
    let broken = text.lines().position(|line| line == "kind: [").unwrap() + 1;
    assert_eq!(places.collect::<Vec<_>>(), [(Some(2_002), Some(broken)), (Some(2_003), Some(broken + 4))]);
}

#[test]
fn what_is_no_text_is_refused_with_its_place_in_the_whole() {
    let mut input = stream("---\nkind: \u{1}\n").into_bytes();
    let broken = input.iter().position(|byte| *byte == 1).unwrap();
    input[broken] = 0xFF;
    let error = check(&input).unwrap_err();
    assert_eq!(error.findings[0].id, "not-utf-8");
}

/// A pipe whose other end fails.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the other end is gone"))
    }
}

#[test]
fn what_cannot_be_read_to_its_end_is_refused() {
    let text = stream("");
    let (code, output, said) = program(text.as_bytes().chain(Broken));
    assert_eq!((code, output.as_str()), (3, ""));
    assert!(said.contains("input-unreadable") && said.contains("the other end is gone"), "{said}");
}
