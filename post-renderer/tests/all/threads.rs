//! The number of threads is not seen in what comes out.

use ipsy_post_renderer::{Configuration, RenderOptions, render};
use std::fmt::Write as _;

const CONFIGURATION: &str = r"
apiVersion: ipsy.dev/v1
kind: PostRenderConfig
labels: {team: payments}
standards: {imagePinning: {mode: warn}}
advancedSettings:
- {name: last, target: {name: app-2999}, patch: {spec: {minReadySeconds: 5}}}
- {name: gone, target: {name: app-1500}, patch: {$patch: delete}}
";

/// Some megabytes, so that there are several parts, with something odd in one of them; every hundredth document has
/// something to be warned of.
pub(super) fn stream(odd: &str) -> String {
    let mut text = String::from("# begins\n");
    for index in 0..3_000 {
        let image = if index % 100 == 0 { "web:latest" } else { "web:1" };
        let _ = write!(
            text,
            "---\n# Source: {index}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{index}\n  annotations:\n    text: \"{}\"\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n      - name: web\n        image: {image}\n",
            "x".repeat(800)
        );
        if index == 2_000 {
            text.push_str(odd);
        }
    }
    text.push_str("---\n# ends\n");
    text
}

fn check(text: &str) {
    let configuration = Configuration::from_yaml(CONFIGURATION, "test").unwrap();
    let with = |threads: usize| {
        let mut options = RenderOptions::default();
        options.collect_changes = true;
        options.threads = threads;
        render(text.as_bytes(), &configuration, &options)
    };
    let alone = with(1);
    for threads in [2, 64] {
        assert!(with(threads) == alone, "{threads} threads render another thing than one");
    }
}

#[test]
fn many_threads_render_what_one_does() {
    let text = stream("");
    assert!(text.len() > 2 << 20);
    check(&text);
}

#[test]
fn many_threads_refuse_what_one_does() {
    check(&stream("---\nkind: [\n---\nkind: A\nmetadata: {name: app-1}\n  b: c\n"));
}
