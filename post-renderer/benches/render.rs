//! How long rendering takes, by number of documents: reading alone, labels alone, labels and two patches.

use ipsy_post_renderer::{Configuration, RenderOptions, render};
use std::fmt::Write as _;

const NOTHING: &str = "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig}";
const LABELS: &str =
    "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, stamp: never, labels: {team: payments}}";
const PATCHES: &str = r"
apiVersion: ipsy.dev/v1
kind: PostRenderConfig
stamp: never
labels: {team: payments}
advancedSettings:
  - target: {kind: Deployment}
    patch: {spec: {template: {spec: {dnsPolicy: Default}}}}
  - target: {kind: Service}
    patch: [{op: replace, path: /spec/type, value: NodePort}]
";

fn main() {
    divan::main();
}

fn stream(documents: usize) -> String {
    let mut text = String::new();
    for index in 0..documents {
        let kind = if index % 2 == 0 { DEPLOYMENT } else { SERVICE };
        // Writing into a String cannot fail.
        let _ = writeln!(
            text,
            "---\n# Source: chart/templates/{index}.yaml{}",
            kind.replace("NAME", &format!("app-{index}"))
        );
    }
    text
}

const DEPLOYMENT: &str = include_str!("deployment.yaml");
const SERVICE: &str = include_str!("service.yaml");

fn measure(bencher: divan::Bencher<'_, '_>, documents: usize, configuration: &str) {
    let input = stream(documents);
    let configuration = Configuration::from_yaml(configuration, "bench").expect("a valid configuration");
    bencher.counter(divan::counter::BytesCount::of_str(&input)).bench(|| {
        render(input.as_bytes(), &configuration, &RenderOptions::default()).expect("valid manifests")
    });
}

#[divan::bench(args = [2, 50, 1_000])]
fn reading(bencher: divan::Bencher<'_, '_>, documents: usize) {
    measure(bencher, documents, NOTHING);
}

#[divan::bench(args = [2, 50, 1_000])]
fn labels(bencher: divan::Bencher<'_, '_>, documents: usize) {
    measure(bencher, documents, LABELS);
}

#[divan::bench(args = [2, 50, 1_000])]
fn labels_and_patches(bencher: divan::Bencher<'_, '_>, documents: usize) {
    measure(bencher, documents, PATCHES);
}
