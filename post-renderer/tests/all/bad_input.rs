//! Input that is not a stream of manifests: an error with its place, exit code 3, bounded time and memory.

use ipsy_post_renderer::{Configuration, ErrorKind, RenderOptions, render};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

fn check(input: &[u8], document: usize, line: usize, expected: &str) {
    let configuration =
        Configuration::from_yaml("{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, labels: {a: b}}", "test")
            .unwrap();
    let started = Instant::now();
    let error = render(input, &configuration, &RenderOptions::default()).expect_err("the input is bad");
    assert!(started.elapsed() < Duration::from_secs(10), "it took {:?}", started.elapsed());
    assert_eq!(error.kind, ErrorKind::Input, "{error}");
    let finding = error.findings.first().expect("an error has a finding");
    let place = (finding.location.document, finding.location.line);
    assert_eq!(place, (Some(document), Some(line)), "{error}");
    assert!(finding.location.column.is_some(), "{error}");
    assert!(error.to_string().contains(expected), "{error}");
}

const GOOD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";

#[test]
fn invalid_yaml() {
    check(format!("{GOOD}---\nkind: A\n  b: c\n").as_bytes(), 2, 7, "");
    check(b"kind: [a, b\n", 1, 1, "");
    check(b"kind: a: b\n", 1, 1, "");
}

#[test]
fn tabs_as_indentation() {
    check(b"kind: A\nmetadata:\n\tname: x\n", 1, 3, "");
}

#[test]
fn unterminated_scalars() {
    check(b"kind: \"A\nmetadata: {}\n", 1, 1, "");
    check(b"kind: 'A\n", 1, 1, "");
}

#[test]
fn documents_that_are_not_mappings() {
    check(format!("{GOOD}---\n- a\n- b\n").as_bytes(), 2, 6, "expected a mapping");
    check(b"just text\n", 1, 1, "expected a mapping");
    check(b"--- text\nkind: A\n", 1, 1, "document separator");
}

#[test]
fn documents_without_kind() {
    check(format!("{GOOD}---\napiVersion: v1\nmetadata: {{}}\n").as_bytes(), 2, 6, "`kind` is missing");
    check(b"kind: 5\n", 1, 1, "`kind` is missing");
    check(b"kind: List\nitems:\n- a: b\n", 1, 3, "`kind` is missing");
}

#[test]
fn bytes_that_are_not_text() {
    check(b"kind: A\nmetadata:\n  name: \xff\xfe\n", 1, 3, "UTF-8");
    check(b"kind: A\nmetadata:\n  name: \"a\0b\"\n", 1, 3, "");
}

#[test]
fn byte_order_marks_within_documents() {
    check("# why\n\u{feff}kind: A\n".as_bytes(), 1, 2, "byte-order mark");
}

#[test]
fn directives_and_content_after_the_end() {
    check(b"%YAML 1.1\n---\nkind: A\n", 1, 1, "");
    check(b"kind: A\n...\nkind: B\n", 1, 3, "");
}

#[test]
fn alias_bombs() {
    let mut text = String::from("kind: A\nmetadata:\n  name: x\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        let _ = writeln!(text, "a{level}: &a{level} [{}]", below.trim_end_matches(", "));
    }
    check(text.as_bytes(), 1, 9, "aliases");
    // What stays within bounds is a document like any other.
    let honest: String = text.split_inclusive('\n').take(8).collect();
    let labels =
        Configuration::from_yaml("{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, labels: {a: b}}", "test")
            .unwrap();
    render(honest.as_bytes(), &labels, &RenderOptions::default()).unwrap();
}

#[test]
fn a_duplicate_key_where_a_rule_edits() {
    check(format!("{GOOD}  labels: {{x: y}}\n  labels: {{z: y}}\n").as_bytes(), 1, 6, "duplicate key");
}

#[test]
fn the_lines_of_a_secret_are_not_told() {
    let input = "apiVersion: v1\nkind: Secret\nstringData:\n  password: \"hunter2\n";
    let error = render(input.as_bytes(), &Configuration::default(), &RenderOptions::default()).unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    assert!(error.to_string().contains("line 4"), "{error}");
}

#[test]
fn nesting_of_ten_thousand_levels() {
    let flow = format!("kind: A\nx: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    check(flow.as_bytes(), 1, 2, "");
    let mut block = String::from("kind: A\n");
    for level in 0..10_000 {
        let _ = writeln!(block, "{}a:", " ".repeat(level));
    }
    let error =
        render(block.as_bytes(), &Configuration::default(), &RenderOptions::default()).expect_err("too deep");
    assert_eq!(error.kind, ErrorKind::Input, "{error}");
    let dashes = format!("kind: A\nx:\n{}a\n", "- ".repeat(10_000));
    check(dashes.as_bytes(), 1, 3, "");
}

#[test]
fn large_scalars_stay_linear() {
    let text = format!("{GOOD}data:\n  a: \"{}\"\n", "x".repeat(20 << 20));
    let labels =
        Configuration::from_yaml("{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, labels: {a: b}}", "test")
            .unwrap();
    let started = Instant::now();
    let rendered = render(text.as_bytes(), &labels, &RenderOptions::default()).unwrap();
    assert!(rendered.output.len() > text.len());
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn truncated_input() {
    let whole = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: \"y\"\n";
    for end in 0..whole.len() {
        // Some prefixes are also manifests; none may panic.
        let _ = render(&whole.as_bytes()[..end], &Configuration::default(), &RenderOptions::default());
    }
    check(&whole.as_bytes()[..whole.len() - 2], 1, 5, "");
    check(b"apiVersion: v1\nki", 1, 2, "");
}

#[test]
fn all_documents_are_reported_at_once() {
    let error = render(b"a: b\n---\n- c\n---\nd: [\n", &Configuration::default(), &RenderOptions::default())
        .unwrap_err();
    assert_eq!(error.findings.len(), 3, "{error}");
}
