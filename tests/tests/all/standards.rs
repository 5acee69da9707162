//! The standards of the organisation: judged at plan where Terraform knows enough, and again on
//! whatever the chart renders.

use std::fs;

use acceptance::helm::Helm;
use acceptance::workspace;

use crate::fixture;

#[test]
fn what_breaks_a_standard_fails_at_plan_and_names_it() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let cases = [
        ("labels      = { cost-center = \"cc-42\" }", "", "cost-center"),
        ("memory      = \"1Gi\"", "memory      = \"16Gi\"", "8Gi"),
    ];
    for (old, new, named) in cases {
        terraform.replace("main.tf", old, new).unwrap();
        let refused = terraform.try_plan().unwrap();
        assert_eq!(refused.code, 1, "{old} -> {new}: {}", refused.stdout);
        assert!(refused.stderr.contains(named), "{old} -> {new}: {}", refused.stderr);
        fs::copy(
            workspace::root().join("examples/quickstart/main.tf"),
            terraform.configuration().join("main.tf"),
        )
        .unwrap();
    }
    assert!(aws.resources().unwrap().is_empty());
}

#[test]
fn a_setting_that_matches_nothing_fails_the_render() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    terraform.replace("main.tf", "kind = \"Deployment\"", "kind = \"Deploymnt\"").unwrap();
    terraform.apply().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let path = folder.path().join(name);
        fs::write(&path, terraform.output(name).unwrap().as_str().unwrap()).unwrap();
        path
    };
    let (values, config) = (write("values"), write("post_renderer_config"));
    let chart = workspace::root().join("examples/charts/ipsy-app");
    let arguments = ["--config", &*config.to_string_lossy()];
    let helm = Helm::three(fixture::tools(), &fixture::programs().post_renderer).unwrap();
    let refused = helm.template_post_rendered("checkout", &chart, &values, &arguments).unwrap();
    assert_ne!(refused.code, 0);
    assert_eq!(refused.stdout, "");
    // The nearest candidates are named.
    assert!(refused.stderr.contains("ndots"), "{}", refused.stderr);
    assert!(refused.stderr.contains("Deployment"), "{}", refused.stderr);
}
