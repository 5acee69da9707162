//! Taking over an app that is there already.

use crate::fixture::{self, APP};

#[test]
fn an_imported_app_is_not_touched() {
    let aws = fixture::aws();
    let first = fixture::quickstart(&aws);
    first.apply().unwrap();
    let made = aws.resources().unwrap();

    let second = fixture::quickstart(&aws);
    let id = format!("prod/checkout,{}", made.rules[0].arn);
    second.run(&["import", "-no-color", "-input=false", APP, &id]).unwrap().ok().unwrap();

    // What AWS does not hold, such as `team`, comes from the configuration: that is an update of
    // the state alone.
    let plan = second.plan().unwrap();
    assert!(["update", "no-op"].contains(&plan.actions(APP)[0]), "{}", plan.text);
    second.apply().unwrap();
    assert_eq!(aws.resources().unwrap(), made);
    let again = second.plan().unwrap();
    assert!(!again.has_changes, "{}", again.text);
}

#[test]
fn an_id_that_is_none_is_explained() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let refused = terraform.run(&["import", "-no-color", "-input=false", APP, "checkout"]).unwrap();
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("prod/checkout"), "{}", refused.stderr);
}
