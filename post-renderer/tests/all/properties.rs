//! Laws over generated streams: rendering twice is rendering once, and nothing but the labels is added.

use ipsy_post_renderer::{Configuration, RenderOptions, render};
use proptest::prelude::*;

/// A block of YAML for a value, at some indentation: text behind the colon, and lines below it.
fn value(depth: u32) -> BoxedStrategy<Vec<String>> {
    let scalar = prop_oneof![
        "[a-zA-Z][a-zA-Z0-9/.]{0,12}",
        "[0-9]{1,5}",
        "\"[a-z :#{}]{0,10}\"",
        "'[a-z :#]{0,10}'",
        Just("yes".to_owned()),
        Just("~".to_owned()),
        Just(String::new()),
        Just("[a, b]".to_owned()),
        Just("{a: b, c: [1, 2]}".to_owned()),
        Just("0644".to_owned()),
        Just("plain # comment".to_owned()),
    ]
    .prop_map(|text| vec![text]);
    let block =
        (prop_oneof![Just("|"), Just(">-"), Just("|+")], prop::collection::vec("[a-z ]{0,6}[a-z]", 1..4))
            .prop_map(|(head, lines)| {
                let mut text = vec![head.to_owned()];
                text.extend(lines.iter().map(|line| format!("  {}", line.trim_start())));
                text
            });
    if depth == 0 {
        return prop_oneof![4 => scalar, 1 => block].boxed();
    }
    let mapping = prop::collection::vec(("[a-z]{2,6}", value(depth - 1)), 1..4).prop_map(|members| {
        let mut text = vec![String::new()];
        for (index, (key, below)) in members.into_iter().enumerate() {
            text.extend(entry(&format!("{key}{index}:"), &below, "  "));
        }
        text
    });
    let list = (prop::collection::vec(value(depth - 1), 1..4), any::<bool>()).prop_map(|(items, wide)| {
        let mut text = vec![String::new()];
        for below in items {
            text.extend(entry("-", &below, if wide { "  " } else { "" }));
        }
        text
    });
    prop_oneof![3 => scalar, 1 => block, 2 => mapping, 1 => list].boxed()
}

fn entry(head: &str, below: &[String], indent: &str) -> Vec<String> {
    let first = below.first().map_or("", String::as_str);
    let mut lines = vec![format!("{indent}{head} {first}").trim_end().to_owned()];
    lines.extend(
        below
            .iter()
            .skip(1)
            .map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") }),
    );
    lines
}

fn document() -> impl Strategy<Value = String> {
    (value(2), prop::collection::vec("[a-z]{1,8}", 0..2), any::<bool>()).prop_map(|(body, comments, crlf)| {
        let mut lines = vec!["apiVersion: v1".to_owned(), "kind: Thing".to_owned()];
        lines.extend(comments.iter().map(|comment| format!("# {comment}")));
        lines.extend(["metadata:", "  name: a"].map(ToOwned::to_owned));
        lines.extend(entry("data:", &body, ""));
        lines.join(if crlf { "\r\n" } else { "\n" })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rendering_twice_is_rendering_once(documents in prop::collection::vec(document(), 1..4)) {
        let text = documents.join("\n---\n");
        let configuration = Configuration::from_yaml(
            "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, labels: {team: payments}, annotations: {a: \"yes\"}}",
            "test",
        ).unwrap();
        let options = RenderOptions::default();
        let Ok(nothing) = render(text.as_bytes(), &Configuration::default(), &options) else { return Ok(()) };
        prop_assert_eq!(&nothing.output, text.as_bytes());
        let once = render(text.as_bytes(), &configuration, &options).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let twice = render(&once.output, &configuration, &options).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(String::from_utf8_lossy(&once.output), String::from_utf8_lossy(&twice.output));
        // Nothing of the input is lost or moved.
        let output = String::from_utf8(once.output).unwrap();
        let mut written = output.lines();
        for line in text.lines() {
            prop_assert!(written.any(|other| other == line), "{line:?} is gone from\n{output}");
        }
    }
}
