//! The six ways past the standards that matter most, in charts that real Helm 3 and Helm 4 install through the
//! post-renderer.

use std::fs;
use std::path::Path;

use acceptance::console::Console;
use acceptance::helm::Helm;
use acceptance::judge::Judge;
use acceptance::tools::Tools;

use super::{STAMP, folder, list, replaced, stamp};
use crate::fixture;

/// One manifest of each way.
const MANIFESTS: [&str; 6] = [
    "items/on-v1-configmap.yaml",
    "stream-configuration/mode-off.yaml",
    "forged-stamps/on-a-deployment.yaml",
    "merge-keys/after-a-limit.yaml",
    "line-breaks/line-separator-hides-a-limit-in-a-comment.yaml",
    "tagged-keys/binary-containers.yaml",
];

#[test]
fn helm_3_installs_nothing_that_bypasses_the_standards() {
    check(&Helm::three(fixture::tools(), &fixture::programs().post_renderer).unwrap());
}

#[test]
fn helm_4_installs_nothing_that_bypasses_the_standards() {
    check(&Helm::four(fixture::tools(), fixture::programs()).unwrap());
}

/// Each chart fails, or the judge finds nothing wrong with what Helm would install.
fn check(helm: &Helm) {
    let mut judge = Judge::start(&Tools::judge(Console::quiet()).unwrap()).unwrap();
    let stamp = stamp(&fixture::programs().post_renderer);
    let configuration = folder().join("config.yaml");
    let argument = format!("--config={}", configuration.display());
    for name in MANIFESTS {
        let manifest = fs::read(folder().join(name)).unwrap();
        let chart = chart(&replaced(&manifest, STAMP.as_bytes(), stamp.as_bytes()));
        let values = chart.path().join("values.yaml");
        let plain = helm.template("web", chart.path(), &values).unwrap();
        assert_eq!(plain.code, 0, "{name}: without the post-renderer Helm takes it: {}", plain.stderr);
        let rendered = helm.template_post_rendered("web", chart.path(), &values, &[&argument]).unwrap();
        if rendered.code != 0 {
            assert_eq!(rendered.stdout, "", "{name}: a refused chart has no manifests");
            assert!(
                rendered.stderr.contains("post"),
                "{name}: the post-renderer refuses it: {}",
                rendered.stderr
            );
            continue;
        }
        let configuration = fs::read(&configuration).unwrap();
        let verdict =
            judge.decide(&configuration, plain.stdout.as_bytes(), rendered.stdout.as_bytes()).unwrap();
        assert!(verdict.findings.is_empty(), "{name}:{}", list(&verdict));
        assert!(verdict.unreadable.is_empty(), "{name}: {:?}", verdict.unreadable);
    }
}

/// A chart with one template, which is the manifest itself.
fn chart(manifest: &[u8]) -> tempfile::TempDir {
    let chart = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &[u8]| {
        let path = chart.path().join(Path::new(path));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("Chart.yaml", b"apiVersion: v2\nname: hostile\nversion: 1.0.0\n");
    write("values.yaml", b"");
    // A template may not hold what looks like an action.
    write("templates/manifest.yaml", b"{{ .Files.Get \"manifest.txt\" }}");
    write("manifest.txt", manifest);
    chart
}
