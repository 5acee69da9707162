//! From one cluster to another, step by step, with real Terraform and both Helms: each cluster is installed with its own
//! values, and no step unbinds a cluster that serves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use acceptance::aws_bench::AwsBench;
use acceptance::helm::Helm;
use acceptance::manifests;
use acceptance::rehearsal::upgrade::{self, STEPS};
use acceptance::workspace;

use crate::{fixture, modules};

#[test]
fn each_cluster_keeps_its_values_and_its_binding_from_blue_to_green() {
    let aws = fixture::aws();
    let program = fixture::tools().terraform.clone();
    let mut terraform = modules::with_inputs(modules::example(&aws, program), &aws);
    let helms = helms();
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for step in STEPS {
        upgrade::set_clusters(&mut terraform, step);
        terraform.apply().unwrap();
        aws.install_pods().unwrap();
        let again = terraform.plan().unwrap();
        assert!(!again.has_changes, "{step:?}: {}", again.text);

        let all = terraform.output("values_by_backend").unwrap();
        assert_eq!(all.as_object().unwrap().len(), step.len(), "{step:?}");
        for (backend, weight) in step {
            let values = all[backend].as_str().unwrap();
            let before = first.entry((*backend).to_owned()).or_insert_with(|| values.to_owned());
            assert_eq!(before, values, "{step:?} changes the values of {backend}");

            let group = group_of(&aws, backend);
            let rules = aws.resources().unwrap().rules;
            assert_eq!(rules[0].weights.get(&group), Some(weight), "{step:?}");
            let path = terraform.configuration().join(format!("{backend}.json"));
            std::fs::write(&path, values).unwrap();
            for helm in &helms {
                assert_eq!(bound(helm, &path), BTreeSet::from([group.clone()]), "{step:?}: {backend}");
            }
        }
    }
    assert_eq!(aws.resources().unwrap().target_groups.len(), 1, "blue was removed");
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
}

#[test]
fn a_release_that_still_uses_values_fails_when_a_second_cluster_comes() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    terraform.replace("outputs.tf", "checkout.values_by_backend[\"blue\"]", "checkout.values").unwrap();
    terraform.apply().unwrap();
    let path = terraform.configuration().join("values.json");
    let write_values =
        || std::fs::write(&path, terraform.output("values").unwrap().as_str().unwrap()).unwrap();
    write_values();
    let helms = helms();
    for helm in &helms {
        assert_eq!(
            bound(helm, &path),
            BTreeSet::from([group_of(&aws, "blue")]),
            "one cluster can use `values`"
        );
    }

    let green =
        "  backend {\n    name    = \"green\"\n    cluster = \"eks-green\"\n  }\n\n  advanced_setting {";
    terraform.replace("main.tf", "  advanced_setting {", green).unwrap();
    let plan = terraform.plan().unwrap();
    let warning = "`values` cannot be used: the app has several clusters";
    assert!(plan.text.contains(warning), "{}", plan.text);
    terraform.apply().unwrap();
    write_values();
    let reason =
        "use values_by_backend of ipsy_app instead of values: the app has several clusters (blue, green)";
    for helm in &helms {
        let refused = helm.template("checkout", &chart(), &path).unwrap();
        assert_ne!(refused.code, 0, "{}", refused.stdout);
        assert!(refused.stderr.contains(reason), "{}", refused.stderr);
        assert!(refused.stdout.is_empty(), "nothing is rendered: {}", refused.stdout);
    }
    let again = terraform.plan().unwrap();
    assert!(!again.has_changes && !again.text.contains(warning), "told once: {}", again.text);
}

fn helms() -> [Helm; 2] {
    let (tools, programs) = (fixture::tools(), fixture::programs());
    [Helm::three(tools, &programs.post_renderer).unwrap(), Helm::four(tools, programs).unwrap()]
}

fn chart() -> PathBuf {
    workspace::root().join("examples/charts/ipsy-app")
}

/// The target group that AWS has for a backend.
fn group_of(aws: &AwsBench, backend: &str) -> String {
    let component = format!("target_group/{backend}");
    let groups = aws.resources().unwrap().target_groups;
    let mut of_backend =
        groups.into_iter().filter(|(_, group)| group.tags.values().any(|value| *value == component));
    of_backend.next().unwrap().0
}

/// The target groups that a release with these values binds its pods to.
fn bound(helm: &Helm, values: &Path) -> BTreeSet<String> {
    let rendered = helm.template("checkout", &chart(), values).unwrap().ok().unwrap().stdout;
    let objects = manifests::objects(&rendered).unwrap();
    let bindings = objects.iter().filter(|object| object["kind"] == "TargetGroupBinding");
    bindings.map(|binding| binding["spec"]["targetGroupName"].as_str().unwrap().to_owned()).collect()
}
