//! `check`: findings, summary, formats, exit codes.

use super::command::{Outcome, program};
use serde_json::Value;
use std::fs;

/// The memory limit is a breach, the missing probe an error, and the label would be added.
const CONFIG: &str = "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, stamp: never, labels: {team: payments}, \
    resources: {maximum: {memory: 8Gi}, mode: warn}, standards: {probesPresent: {mode: enforce}}}";

const INPUT: &str = "---
# Source: shop/templates/app.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          image: nginx
          resources: {limits: {memory: 32Gi}}
---
# Source: shop/templates/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  labels:
    team: payments
";

fn check(arguments: &[&str]) -> Outcome {
    program(&[&["check", "--config-json", CONFIG], arguments].concat(), INPUT)
}

#[test]
fn text_has_every_finding_with_its_template_and_a_summary() {
    let outcome = check(&[]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    assert_eq!(
        outcome.stdout,
        "warning[resource-maximum/memory]: Deployment/web: spec.template.spec.containers[0].resources.limits.memory: `32Gi` is above the maximum of `8Gi`
  --> stdin, document 1, line 13, column 40, template shop/templates/app.yaml
  13 |           resources: {limits: {memory: 32Gi}}
                                              ^
  help: change it in the chart's values, or ask for an exception
error[probes-present/readiness]: Deployment/web: spec.template.spec.containers[0].readinessProbe: is missing
  --> stdin, document 1, line 11, column 11, template shop/templates/app.yaml
  11 |         - name: web
                 ^
  help: add the probe in the chart's values or by an advanced setting
2 objects, 1 error, 1 warning, 1 would change
"
    );
}

#[test]
fn strict_reports_what_would_change_and_why() {
    let outcome = check(&["--strict"]);
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.stdout.contains(
            "warning[would-change]: Deployment/web: metadata.labels.team: would change: added \"payments\" (rule \
             `labels`, configured in `labels`)\n  --> stdin, document 1, line 3, template shop/templates/app.yaml\n"
        ),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome.stdout.ends_with("2 objects, 1 error, 1 warning, 1 would change\n"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn files_are_streams_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (good, bad, broken) = (
        path("good.yaml", "kind: A\nmetadata: {name: a}\n"),
        path("bad.yaml", INPUT),
        path("broken.yaml", "a: ["),
    );
    let outcome = check(&[&good, &bad]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.contains(&format!("  --> {bad}, document 1, line 13")), "{}", outcome.stdout);
    assert!(
        outcome.stdout.ends_with("3 objects, 1 error, 1 warning, 2 would change\n"),
        "{}",
        outcome.stdout
    );
    // The worst exit code counts, and the other streams are still checked.
    let outcome = check(&[&broken, &bad]);
    assert_eq!(outcome.code, 3);
    assert!(outcome.stdout.contains("error[invalid-yaml]: "), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("error[probes-present/readiness]"), "{}", outcome.stdout);
    // `-` is stdin.
    assert!(check(&["-", &good]).stdout.contains("  --> stdin, document 1, line 13"));
    let missing = check(&["/does/not/exist.yaml"]);
    assert_eq!(missing.code, 3);
    assert!(
        missing.stdout.contains("error[input-unreadable]: `/does/not/exist.yaml` cannot be read"),
        "{}",
        missing.stdout
    );
}

#[test]
fn every_finding_of_a_long_stream_is_shown() {
    let mut input = String::new();
    for _ in 0..150 {
        input.push_str(INPUT);
    }
    let outcome = program(&["check", "--config-json", CONFIG], &input);
    assert!(outcome.stdout.ends_with("300 objects, 150 errors, 150 warnings, 150 would change\n"));
    assert_eq!(outcome.stdout.matches("error[probes-present/readiness]").count(), 150);
}

#[test]
fn json_has_summary_findings_and_changes() {
    let result: Value = serde_json::from_str(&check(&["--output", "json"]).stdout).unwrap();
    assert_eq!(
        result["summary"],
        serde_json::json!({ "objects": 2, "errors": 1, "warnings": 1, "notes": 0, "wouldChange": 1 })
    );
    assert_eq!(result["exitCode"], 1);
    assert_eq!(result["findings"][0]["id"], "resource-maximum/memory");
    assert_eq!(result["findings"][0]["location"]["template"], "shop/templates/app.yaml");
    assert_eq!(result["changes"][0]["file"], "stdin");
    assert_eq!(result["changes"][0]["field"], "metadata.labels.team");
}

#[test]
fn sarif_has_rules_with_help_and_places() {
    let log: Value = serde_json::from_str(&check(&["--output", "sarif"]).stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"resource-maximum/memory".into(), &"warning".into()));
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    let rule = &run["tool"]["driver"]["rules"][index];
    assert_eq!(rule["id"], "resource-maximum");
    assert!(rule["help"]["text"].as_str().unwrap().contains("exceptions:"), "{rule}");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "stdin");
    assert_eq!(place["region"], serde_json::json!({ "startLine": 13, "startColumn": 40 }));
    assert_eq!(
        result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "shop/templates/app.yaml"
    );
}

/// The schema that is published with the standard (`sarif-2.1.0-rtm.5`).
#[test]
fn sarif_is_valid_by_its_schema() {
    let mut schema: Value = serde_json::from_str(include_str!("../schemas/sarif-2.1.0.json")).unwrap();
    for definition in ["run", "toolComponent"] {
        // The brackets of this pattern are unbalanced, so it is not a valid regular expression.
        let language = schema.pointer_mut(&format!("/definitions/{definition}/properties/language")).unwrap();
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
    let validator = jsonschema::draft4::new(&schema).unwrap();
    let check = |log: &str| {
        let log: Value = serde_json::from_str(log).unwrap();
        let errors: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        log["runs"][0]["results"].as_array().unwrap().len()
    };
    assert_eq!(check(&check_with("sarif", CONFIG, INPUT)), 3);
    assert_eq!(
        check(&check_with(
            "sarif",
            CONFIG,
            "kind: ConfigMap\nmetadata: {name: a, labels: {team: payments}}\n"
        )),
        0
    );
    // A finding without a line, and one about the configuration.
    assert_eq!(check(&check_with("sarif", CONFIG, " \n")), 1);
    assert_eq!(check(&check_with("sarif", "{kind: x}", INPUT)), 2);
    assert_eq!(check(&check_with("sarif", CONFIG, "a: [")), 1);
}

fn check_with(format: &str, config: &str, input: &str) -> String {
    program(&["check", "--strict", "--output", format, "--config-json", config], input).stdout
}

#[test]
fn junit_has_a_test_case_per_object() {
    let outcome = check(&["--output", "junit"]);
    let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="ipsy-post-renderer" tests="2" failures="1">
  <testsuite name="stdin" tests="2" failures="1" errors="0" skipped="0">
    <testcase classname="stdin" name="Deployment/web">
      <failure type="probes-present/readiness" message="is missing">error[probes-present/readiness]: Deployment/web: "#;
    assert!(outcome.stdout.starts_with(expected), "{}", outcome.stdout);
    assert!(
        outcome.stdout.contains("      <system-out>warning[resource-maximum/memory]: "),
        "{}",
        outcome.stdout
    );
    assert!(outcome.stdout.contains(r#"    <testcase classname="stdin" name="ConfigMap/settings"/>"#));
}

#[test]
fn a_wrong_configuration_is_in_every_format() {
    for format in ["text", "json", "sarif", "junit"] {
        let outcome = program(&["check", "--config-json", "{kind: x}", "--output", format], INPUT);
        assert_eq!(outcome.code, 2);
        assert!(outcome.stdout.contains("configuration-version"), "{format}: {}", outcome.stdout);
    }
}

#[test]
fn exceptions_are_judged_by_today() {
    let config = CONFIG.replace(
        "stamp: never",
        "stamp: never, exceptions: [{rule: probes-present, reason: r, owner: o, expires: \"2020-01-31\"}]",
    );
    let run = |arguments: &[&str]| program(&[arguments, &["--config-json", &config]].concat(), INPUT);
    let today = run(&["check"]);
    assert_eq!(today.code, 2);
    assert!(today.stdout.contains("[exception-expired]"), "{}", today.stdout);
    let before = run(&["check", "--as-of", "2020-01-31"]);
    assert_eq!(before.code, 0, "{}", before.stdout);
}

#[test]
fn colors_are_written_only_when_asked_for() {
    assert!(
        check(&["--color", "always"])
            .stdout
            .starts_with("\x1b[1;33mwarning[resource-maximum/memory]\x1b[0m: ")
    );
    for arguments in [&[][..], &["--color", "never"], &["--color", "auto"]] {
        assert!(!check(arguments).stdout.contains('\x1b'));
    }
    let failed = program(&["--config-json", CONFIG, "--color", "always"], INPUT);
    assert!(failed.stderr.starts_with("\x1b[1;31merror["), "{}", failed.stderr);
}

#[test]
fn an_unknown_field_of_a_patch_is_a_warning_that_only_strict_fails() {
    let config = "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, stamp: never, advancedSettings: [{name: resolver, \
        target: {kind: Deployment}, patch: {spec: {template: {spec: {dnsPolcy: None}}}}}]}";
    let warning = "warning[patch-unknown-field]: advancedSettings[0].patch.spec.template.spec.dnsPolcy: setting \
        `resolver`: `dnsPolcy` is not a field of `spec.template.spec` in `apps/v1 Deployment` (Kubernetes 1.36)\n  \
        help: did you mean `dnsPolicy`? (for a custom resource, set `group` in the target)\n";
    let normal = program(&["check", "--config-json", config], INPUT);
    assert_eq!((normal.code, normal.stdout.matches(warning).count()), (0, 1), "{}", normal.stdout);
    assert_eq!(program(&["check", "--strict", "--config-json", config], INPUT).code, 1);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("web.yaml");
    fs::write(&file, INPUT).unwrap();
    let file = file.to_str().unwrap();
    let twice = program(&["check", "--config-json", config, file, file], "");
    assert_eq!((twice.code, twice.stdout.matches(warning).count()), (0, 1), "{}", twice.stdout);
    let rendered = program(&["--config-json", config], INPUT);
    assert_eq!((rendered.code, rendered.stderr.as_str()), (0, warning));
    assert!(rendered.stdout.contains("dnsPolcy: None"), "{}", rendered.stdout);
}
