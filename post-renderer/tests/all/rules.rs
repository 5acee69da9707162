//! `explain-rule`, manual pages and `--standards none`.

use super::command::program;
use std::fs;

#[test]
fn every_standard_is_explained_in_every_format() {
    for rule in ipsy_post_renderer::standards() {
        let text = program(&["explain-rule", rule.id], "").stdout;
        for part in [rule.summary, rule.effect, rule.why, rule.before, rule.after, rule.exempt, rule.source] {
            assert!(text.contains(part.lines().next().unwrap()), "{}: {part}\n{text}", rule.id);
        }
        assert!(text.contains(&format!("- rule: {}\n", rule.id)), "{text}");
        let page = program(&["explain-rule", rule.id, "--output", "markdown"], "").stdout;
        assert!(page.starts_with(&format!("# {}\n\n{}\n", rule.id, rule.summary)), "{page}");
    }
}

#[test]
fn a_part_is_explained_with_an_exception_for_the_part() {
    let outcome = program(&["explain-rule", "resource-maximum/memory"], "");
    assert!(outcome.stdout.contains("- rule: resource-maximum/memory\n"), "{}", outcome.stdout);
}

#[test]
fn other_findings_are_explained() {
    for kind in ipsy_post_renderer::finding_kinds() {
        let outcome = program(&["explain-rule", kind.id], "");
        assert_eq!(outcome.code, 0);
        assert!(outcome.stdout.contains(kind.meaning) && outcome.stdout.contains(kind.remedy), "{}", kind.id);
    }
    let all = program(&["explain-rule", "--all", "--output", "json"], "").stdout;
    let all: Vec<serde_json::Value> = serde_json::from_str(&all).unwrap();
    let of_provider = ipsy_post_renderer::standards_document::PLAN_RULES.len();
    let expected =
        ipsy_post_renderer::standards().count() + of_provider + ipsy_post_renderer::finding_kinds().len();
    assert_eq!(all.len(), expected);
}

#[test]
fn rules_of_the_provider_are_explained_with_a_block_to_paste() {
    for rule in ipsy_post_renderer::standards_document::PLAN_RULES {
        let outcome = program(&["explain-rule", rule.id], "");
        assert_eq!(outcome.code, 0);
        let source = rule.source.unwrap_or("it always holds");
        for part in [rule.summary, rule.why, rule.remedy, source, &format!("rule    = \"{}\"", rule.id)] {
            assert!(outcome.stdout.contains(part), "{part}\n{}", outcome.stdout);
        }
    }
}

#[test]
fn an_unknown_id_gets_the_nearest_one() {
    let outcome = program(&["explain-rule", "resource-maximun"], "");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("did you mean `resource-maximum`?"), "{}", outcome.stderr);
    assert_eq!(program(&["explain-rule"], "").code, 2);
}

/// The id of a finding works in an exception, whole or without its part.
#[test]
fn the_id_of_an_error_is_the_rule_of_an_exception() {
    let input = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: nginx\n    \
        env: [{name: A, value: x}, {name: A, value: y}]\n    resources: {requests: {cpu: 1m, memory: 9Gi}, limits: \
        {cpu: '9', memory: 9Gi}}\n";
    let rules = "stamp: never, resources: {mode: warn, minimum: {cpu: 2m}, maximum: {memory: 8Gi}, limitRequestRatio: \
        {cpu: 4}}, standards: {imagePinning: {mode: warn}, probesPresent: {mode: warn}, duplicateKeys: {mode: warn}}";
    let check = |exceptions: &str| {
        let config = format!(
            "{{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, {rules}, exceptions: [{exceptions}]}}"
        );
        let outcome = program(&["check", "--output", "json", "--config-json", &config], input);
        let result: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
        let findings = result["findings"].as_array().unwrap().clone();
        findings.iter().map(|finding| finding["id"].as_str().unwrap().to_owned()).collect::<Vec<String>>()
    };
    let before = check("");
    for rule in ["resource-minimum/cpu", "resource-maximum/memory", "image-pinning", "duplicate-keys"] {
        assert!(before.iter().any(|id| id == rule), "{rule} is not in {before:?}");
    }
    for id in &before {
        let after = check(&format!("{{rule: '{id}', reason: r, owner: o}}"));
        assert!(!after.contains(id), "{id} is still in {after:?}");
        assert!(after.iter().all(|other| before.contains(other)), "{id}: {after:?}");
    }
}

#[test]
fn manual_pages_cover_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("man1");
    assert_eq!(program(&["man", "--dir", path.to_str().unwrap()], "").code, 0);
    for command in
        ["check", "diff", "explain", "explain-rule", "render", "schema", "standards", "completions"]
    {
        let page = fs::read_to_string(path.join(format!("ipsy-post-renderer-{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{command}");
    }
    assert!(fs::read_to_string(path.join("ipsy-post-renderer.1")).unwrap().contains("explain\\-rule"));
}

#[test]
fn every_command_has_a_version_flag() {
    for command in ["render", "check", "diff", "explain", "explain-rule", "schema", "standards", "man"] {
        let outcome = program(&[command, "--version"], "");
        assert_eq!(outcome.code, 0, "{command}: {}", outcome.stderr);
        assert!(
            outcome.stdout.trim_end().ends_with(env!("CARGO_PKG_VERSION")),
            "{command}: {}",
            outcome.stdout
        );
    }
}

const AUTOSCALED: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 3}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
";

#[test]
fn without_standards_an_empty_configuration_changes_nothing() {
    let with = program(&["--allow-unconfigured"], AUTOSCALED);
    assert!(!with.stdout.contains("replicas"), "{}", with.stdout);
    let without = program(&["--allow-unconfigured", "--standards", "none"], AUTOSCALED);
    assert_eq!((without.code, without.stdout.as_str(), without.stderr.as_str()), (0, AUTOSCALED, ""));
}

#[test]
fn without_standards_settings_still_apply_and_configured_standards_are_named() {
    let config = "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, stamp: never, labels: {team: a}, exceptions: \
        [{rule: labels, reason: r, owner: o}], advancedSettings: \
        [{target: {kind: Deployment}, patch: {spec: {paused: true}}}]}";
    let outcome = program(&["--config-json", config, "--standards", "none"], AUTOSCALED);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stdout.contains("spec: {replicas: 3, paused: true}"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("team"), "{}", outcome.stdout);
    assert!(outcome.stderr.starts_with("warning[standards-off]: "), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("`labels`"), "{}", outcome.stderr);
}
