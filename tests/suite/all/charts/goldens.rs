//! Every case renders to its `expected.yaml`, with both Helms. `IPSY_ACCEPT=1` writes what Helm 3
//! renders; then read the difference.

use std::fs;

use acceptance::manifests::difference;

use super::{CHARTS, HELMS, Helm, data_folder, entries, expect_none, stem, without_gaps};

#[test]
fn every_case_renders_as_expected_with_helm_3() {
    check_cases(Helm::Three);
}

#[test]
fn every_case_renders_as_expected_with_helm_4() {
    check_cases(Helm::Four);
}

#[test]
fn charts_pass_strict_lint_with_both_helms() {
    for helm in HELMS {
        for chart in CHARTS {
            let folder = super::chart_folder(chart);
            let outcome = helm.run(&["lint", "--strict", &folder.to_string_lossy()]);
            assert_eq!(outcome.code, 0, "{helm:?} {chart}: {}{}", outcome.stdout, outcome.stderr);
        }
    }
}

#[test]
fn names_of_objects_do_not_depend_on_the_release() {
    let values = data_folder("ipsy-app", "cases").join("provider-output/values.yaml");
    let render = |release| Helm::Three.template(release, "ipsy-app", &[&values]).ok().unwrap().stdout;
    assert_eq!(render("one"), render("two"));
}

#[test]
fn a_new_image_changes_the_image_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let newer = folder.path().join("newer.yaml");
    fs::write(&newer, "image: { tag: 1.0.1 }\n").unwrap();
    let values = data_folder("ipsy-app", "cases").join("provider-output/values.yaml");
    let before = Helm::Three.template("checkout", "ipsy-app", &[&values]).ok().unwrap().stdout;
    let after = Helm::Three.template("checkout", "ipsy-app", &[&values, &newer]).ok().unwrap().stdout;
    let changed: Vec<_> =
        before.lines().zip(after.lines()).filter(|(before, after)| before != after).collect();
    assert_eq!(before.lines().count(), after.lines().count());
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(changed[0].1.ends_with("image: \"123456789012.dkr.ecr.us-east-1.amazonaws.com/checkout:1.0.1\""));
}

fn check_cases(helm: Helm) {
    let accepting = helm == Helm::Three && std::env::var_os("IPSY_ACCEPT").is_some();
    let mut problems = Vec::new();
    for chart in CHARTS {
        for case in entries(&data_folder(chart, "cases")) {
            let outcome = helm.template("release", chart, &[&case.join("values.yaml")]);
            if outcome.code != 0 {
                problems.push(format!("{chart}/{}: {}", stem(&case), outcome.stderr));
                continue;
            }
            let rendered = without_gaps(&outcome.stdout);
            let golden = case.join("expected.yaml");
            let expected = fs::read_to_string(&golden).unwrap_or_default();
            if rendered == expected {
                continue;
            }
            if accepting {
                fs::write(&golden, &rendered).unwrap();
            } else {
                let name = format!("{chart}/{}", stem(&case));
                problems.push(difference(&expected, &rendered, (&name, "rendered")));
            }
        }
    }
    expect_none(&problems);
}
