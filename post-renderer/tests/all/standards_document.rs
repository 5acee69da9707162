//! `--standards FILE`: the organisation's standards below the configuration.

use super::command::program;
use std::fs;

const STANDARDS: &str = "apiVersion: ipsy.dev/v1
kind: Standards
version: \"2026.11\"
requiredLabels: [team]
minimumReplicas: 2
labels: {app.kubernetes.io/part-of: shop}
standards: {imagePinning: {mode: warn}}
environments:
  dev: {}
  prod:
    standards:
      imagePinning: {mode: enforce}
      imageRegistry: {allow: [registry.example.com]}
";
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: a\n    image: nginx:latest\n";

fn standards(name: &str, text: &str) -> String {
    let path = format!("{}/{name}.yaml", env!("CARGO_TARGET_TMPDIR"));
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn an_environment_decides_how_strict_they_are() {
    let path = standards("standards-strict", STANDARDS);
    for arguments in [vec![], vec!["--environment", "dev"]] {
        let outcome = program(&[&["--standards", path.as_str()], &arguments[..]].concat(), POD);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(outcome.stderr.contains("warning[image-pinning]"), "{}", outcome.stderr);
        assert!(outcome.stdout.contains("app.kubernetes.io/part-of: shop"), "{}", outcome.stdout);
        assert!(outcome.stdout.contains("ipsy.dev/standards-version: \"2026.11\""), "{}", outcome.stdout);
    }
    let arguments = ["check", "--standards", path.as_str(), "--environment", "prod"];
    let outcome = program(&arguments, POD);
    assert_eq!(outcome.code, 1, "{}", outcome.stdout);
    for id in ["error[image-pinning]", "error[image-registry]"] {
        assert!(outcome.stdout.contains(id), "{}", outcome.stdout);
    }
}

#[test]
fn a_configuration_overrides_them() {
    let path = standards("standards-overridden", STANDARDS);
    let config =
        "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, labels: {app.kubernetes.io/part-of: warehouse}}";
    let outcome = program(&["--config-json", config, "--standards", &path], POD);
    assert!(outcome.stdout.contains("app.kubernetes.io/part-of: warehouse"), "{}", outcome.stdout);
}

#[test]
fn a_configuration_file_refers_to_them() {
    standards("standards-referred", STANDARDS);
    let reference = "standardsDocument: {file: standards-referred.yaml, environment: prod}";
    let config =
        format!("apiVersion: ipsy.dev/v1\nkind: PostRenderConfig\nlabels: {{tier: web}}\n{reference}\n");
    let path = standards("standards-referring", &config);
    let outcome = program(&["check", "--config", &path], POD);
    assert_eq!(outcome.code, 1, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("error[image-registry]"), "{}", outcome.stdout);
    // The configuration is above the document.
    let warns = format!("{config}standards: {{imageRegistry: {{mode: off}}, imagePinning: {{mode: off}}}}\n");
    let path = standards("standards-referring-above", &warns);
    let outcome = program(&["--config", &path], POD);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    for label in ["app.kubernetes.io/part-of: shop", "tier: web"] {
        assert!(outcome.stdout.contains(label), "{}", outcome.stdout);
    }
    // A text has no folder in which the document could be.
    let outcome = program(&["--config-json", &config], POD);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("only a file can refer to a standards document"), "{}", outcome.stderr);
    let missing = standards("standards-missing", &config.replace("referred", "nowhere"));
    let outcome = program(&["--config", &missing], POD);
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("standards-nowhere.yaml"), "{}", outcome.stderr);
}

#[test]
fn what_is_wrong_with_them_is_a_wrong_configuration() {
    let path = standards("standards-right", STANDARDS);
    let misspelt = standards("standards-misspelt", &STANDARDS.replace("imagePinning", "imagePining"));
    let other = standards("standards-other", "apiVersion: ipsy.dev/v1\nkind: PostRenderConfig\n");
    for (arguments, part) in [
        (vec!["--standards", path.as_str(), "--environment", "prd"], "known are `dev`, `prod`"),
        (vec!["--standards", misspelt.as_str()], "did you mean `imagePinning`?"),
        (vec!["--standards", other.as_str()], "give it with `--config`"),
        (vec!["--config", path.as_str()], "give it with `--standards`"),
        (vec!["--standards", "no/such/file.yaml"], "`no/such/file.yaml` cannot be read"),
        (vec!["--environment", "prod"], "--standards"),
        (vec!["--standards", path.as_str(), "--report", path.as_str()], "cannot be the report"),
    ] {
        let outcome = program(&arguments, POD);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(outcome.stderr.contains(part), "{arguments:?}: {}", outcome.stderr);
    }
}

#[test]
fn their_schema_knows_every_member() {
    let schema: serde_json::Value =
        serde_json::from_str(&program(&["schema", "standards"], "").stdout).unwrap();
    for member in ["apiVersion", "kind", "environments", "requiredLabels", "resources", "standards"] {
        assert!(schema["properties"][member]["description"].is_string(), "{member}");
    }
    assert!(schema["$defs"]["EnvironmentOverlay"]["properties"]["minimumReplicas"].is_object());
}
