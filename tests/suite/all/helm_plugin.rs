//! The plugin for Helm 4: its report of failures, and a Helm 3 that shares its data directory.

use std::fs;
use std::path::Path;

use acceptance::helm::lay_out_plugin;
use acceptance::process::{Outcome, Process};
use serde_json::Value;

use crate::fixture;

const CONFIGURATION: &str =
    "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, labels: {ipsy.dev/team: payments}}";

/// A directory with a chart, a plugin of Helm 3 in the common data directory, and our plugin apart.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = home.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n");
    write("chart/templates/app.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\n");
    write(
        "data/plugins/greet/plugin.yaml",
        "name: greet\nversion: 0.1.0\nusage: greets\ncommand: echo greetings\n",
    );
    lay_out_plugin(&home.path().join("helm-4-plugins/ipsy"), &fixture::programs().post_renderer).unwrap();
    home
}

fn helm_3(home: &Path, arguments: &[&str]) -> Outcome {
    helm(&fixture::tools().helm_3().unwrap(), home).args(arguments).run().unwrap()
}

fn helm_4(home: &Path, arguments: &[&str]) -> Outcome {
    let plugins = home.join("helm-4-plugins");
    helm(&fixture::tools().helm_4().unwrap(), home)
        .env("HELM_PLUGINS", plugins)
        .args(arguments)
        .run()
        .unwrap()
}

fn helm(program: &Path, home: &Path) -> Process {
    Process::new(program)
        .env("HOME", home)
        .env("HELM_CACHE_HOME", home.join("cache"))
        .env("HELM_CONFIG_HOME", home.join("config"))
        .env("HELM_DATA_HOME", home.join("data"))
        .within(home)
}

fn post_rendered(argument: &str) -> [&str; 7] {
    ["template", "shop", "chart", "--post-renderer", "ipsy", "--post-renderer-args", argument]
}

#[test]
fn helm_3_and_helm_4_share_a_data_directory() {
    let home = home();
    let argument = format!("--config-json={CONFIGURATION}");
    let rendered = helm_4(home.path(), &post_rendered(&argument)).ok().unwrap();
    assert!(rendered.stdout.contains("ipsy.dev/team: payments"), "{}", rendered.stdout);

    let listed = helm_3(home.path(), &["plugin", "list"]).ok().unwrap();
    assert!(listed.stdout.contains("greet") && !listed.stdout.contains("ipsy"), "{}", listed.stdout);
    let greeted = helm_3(home.path(), &["greet"]).ok().unwrap();
    assert_eq!((greeted.stdout.as_str(), greeted.stderr.as_str()), ("greetings\n", ""));
}

/// Why the two must be apart. If this fails, Helm 3 has learnt to pass over plugins of Helm 4, and the guide to the
/// post-renderer can be shorter.
#[test]
fn helm_3_loads_no_plugin_beside_one_of_helm_4() {
    let home = home();
    fs::rename(home.path().join("helm-4-plugins/ipsy"), home.path().join("data/plugins/ipsy")).unwrap();
    let listed = helm_3(home.path(), &["plugin", "list"]);
    assert_ne!(listed.code, 0);
    assert!(listed.stderr.contains(r#"unknown field "apiVersion""#), "{}", listed.stderr);
}

#[test]
fn a_failure_that_helm_4_hides_is_in_the_report() {
    let home = home();
    let outcome = helm_4(home.path(), &post_rendered("--config-json={kind: Unknown}"));
    assert_ne!(outcome.code, 0);
    assert!(!outcome.stderr.contains("configuration-version"), "Helm 4 shows stderr now: {}", outcome.stderr);
    let report = fs::read_to_string(home.path().join("cache/ipsy-post-renderer/report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["exitCode"], 2);
    assert_eq!(report["findings"][0]["id"], "configuration-version");
}
