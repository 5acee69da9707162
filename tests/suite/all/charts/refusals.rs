//! Wrong values are refused, by both Helms, with a message that names the place. Each file in
//! `refused/` is laid over the minimal case; its first line is a part of the message.

use std::fs;

use super::{CHARTS, Helm, data_folder, entries, expect_none, stem};

/// How many wrong values there are at least, for both charts together.
const FEWEST: usize = 90;

#[test]
fn every_wrong_value_is_refused_with_helm_3() {
    check_refusals(Helm::Three);
}

#[test]
fn every_wrong_value_is_refused_with_helm_4() {
    check_refusals(Helm::Four);
}

fn check_refusals(helm: Helm) {
    let mut problems = Vec::new();
    let mut count = 0;
    for chart in CHARTS {
        let minimal = data_folder(chart, "cases").join("minimal/values.yaml");
        for wrong in entries(&data_folder(chart, "refused")) {
            count += 1;
            let text = fs::read_to_string(&wrong).unwrap();
            let message = text.lines().next().unwrap().strip_prefix("# ").unwrap();
            let outcome = helm.template("release", chart, &[&minimal, &wrong]);
            let name = format!("{chart}/{}", stem(&wrong));
            if outcome.code == 0 {
                problems.push(format!("{name}: accepted"));
            } else if !outcome.stderr.contains(message) {
                problems.push(format!("{name}: `{message}` is not in: {}", outcome.stderr));
            } else if !outcome.stdout.is_empty() {
                problems.push(format!("{name}: refused, but something was rendered"));
            }
        }
    }
    expect_none(&problems);
    assert!(count >= FEWEST, "only {count} wrong values");
}
