//! Hostile manifests through the post-renderer: each is refused, or its result keeps every standard in the judgement of
//! Kubernetes' own libraries.

mod helm;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acceptance::console::Console;
use acceptance::judge::{Judge, Verdict};
use acceptance::process::{Outcome, Process};
use acceptance::programs::{Profile, Programs};
use acceptance::tools::Tools;
use acceptance::workspace;

/// Stands for the real stamp of the configuration in manifests that forge it.
const STAMP: &str = "{config-hash}";
const FEWEST_MANIFESTS: usize = 320;
const FEWEST_VARIANTS: usize = 8;

#[test]
fn no_hostile_manifest_bypasses_the_standards() {
    let post_renderer = Programs::post_renderer(Profile::Development).unwrap();
    let mut judge = Judge::start(&Tools::judge(Console::quiet()).unwrap()).unwrap();
    let stamp = stamp(&post_renderer);
    let (mut bypasses, mut failures) = (Vec::new(), Vec::new());
    let manifests = manifests();
    for manifest in &manifests {
        let input = replaced(&fs::read(manifest).unwrap(), STAMP.as_bytes(), stamp.as_bytes());
        let configuration = configuration(manifest);
        let outcome = render(&post_renderer, &configuration, &input);
        let name = manifest.strip_prefix(folder()).unwrap().display();
        match outcome.code {
            0 => {
                let configuration = fs::read(configuration).unwrap();
                let verdict = judge.decide(&configuration, &input, outcome.stdout.as_bytes()).unwrap();
                if !verdict.findings.is_empty() {
                    bypasses.push(format!("{name}{}", list(&verdict)));
                }
            }
            // A refusal gives its reason, and nothing to apply.
            1..=3 if outcome.stdout.is_empty() && is_refusal(&outcome) => {}
            code => failures.push(format!("{name}: exit code {code}\n{}", outcome.stderr)),
        }
    }
    Console::standard().say(format!("{} manifests: {} bypass", manifests.len(), bypasses.len()));
    let problems = [bypasses, failures].concat();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_kind_of_hostile_manifest_has_several_variants() {
    let manifests = manifests();
    assert!(manifests.len() >= FEWEST_MANIFESTS, "there are only {}", manifests.len());
    let mut kinds: BTreeMap<&Path, usize> = BTreeMap::new();
    for manifest in &manifests {
        *kinds.entry(manifest.parent().unwrap()).or_default() += 1;
    }
    let few: Vec<_> = kinds.iter().filter(|(_, variants)| **variants < FEWEST_VARIANTS).collect();
    assert!(few.is_empty(), "too few variants: {few:?}");
}

#[test]
fn ordinary_manifests_are_rendered() {
    // A post-renderer that refuses everything has no bypass, but is of no use.
    let post_renderer = Programs::post_renderer(Profile::Development).unwrap();
    let controls = manifests().into_iter().filter(|path| path.starts_with(folder().join("controls")));
    for control in controls {
        let outcome = render(&post_renderer, &configuration(&control), &fs::read(&control).unwrap());
        assert_eq!(outcome.code, 0, "{}: {}", control.display(), outcome.stderr);
    }
}

#[test]
fn the_judge_finds_planted_breaches() {
    Process::inheriting("nice")
        .args(["go", "test", "./..."])
        .within(workspace::root().join("tests/tools-modules/judge"))
        .limit(Duration::from_mins(10))
        .succeed()
        .unwrap();
}

fn folder() -> PathBuf {
    workspace::root().join("tests/hostile")
}

/// All manifests, in order.
fn manifests() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = files(&folder()).into_iter().flat_map(|kind| files(&kind)).collect();
    found.retain(|path| {
        path.extension().is_some_and(|extension| extension == "yaml") && !path.ends_with("config.yaml")
    });
    found.sort();
    found
}

/// The entries of a folder; a file has none.
fn files(folder: &Path) -> Vec<PathBuf> {
    if !folder.is_dir() {
        return Vec::new();
    }
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The configuration beside a manifest, or the one for all kinds.
fn configuration(manifest: &Path) -> PathBuf {
    let own = manifest.with_file_name("config.yaml");
    if own.is_file() { own } else { folder().join("config.yaml") }
}

fn render(post_renderer: &Path, configuration: &Path, input: &[u8]) -> Outcome {
    Process::new(post_renderer).arg("--config").arg(configuration).input(input).run().unwrap()
}

/// The stamp on rendered objects, which anyone can read in a cluster.
fn stamp(post_renderer: &Path) -> String {
    let control = fs::read(folder().join("controls/deployment.yaml")).unwrap();
    let rendered = render(post_renderer, &folder().join("config.yaml"), &control);
    let line = rendered.stdout.lines().find_map(|line| line.trim().strip_prefix("ipsy.dev/config-hash:"));
    line.expect("the rendered object is stamped").trim().trim_matches('"').to_owned()
}

/// Whether the manifests were refused, not the configuration beside them.
fn is_refusal(outcome: &Outcome) -> bool {
    !outcome.stderr.is_empty()
        && (outcome.code != 2 || outcome.stderr.contains("error[stream-configuration]"))
}

/// The text with every occurrence of `old` replaced. Hostile manifests need not be UTF-8.
fn replaced(text: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, others)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(old) {
            result.extend_from_slice(new);
            rest = after;
        } else {
            result.push(*first);
            rest = others;
        }
    }
    result
}

fn list(verdict: &Verdict) -> String {
    verdict.findings.iter().fold(String::new(), |mut text, finding| {
        let _ =
            write!(text, "\n    {}: {} {}: {}", finding.rule, finding.object, finding.field, finding.message);
        text
    })
}
