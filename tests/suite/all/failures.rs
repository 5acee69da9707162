//! Failures of AWS: failed creates leave nothing, lost replies make no duplicates,
//! throttling is sat out, and what belongs to others is left alone.

use acceptance::aws_bench::Resources;
use acceptance::process::Disturbance;
use serde_json::json;

use crate::fixture::{self, APP};

#[test]
fn a_create_that_fails_leaves_nothing() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let denied = json!({
        "operation": "CreateRule", "times": 0, "status": 403, "code": "AccessDenied",
        "message": "User is not authorized to perform: elasticloadbalancing:CreateRule",
    });
    aws.fault(&denied).unwrap();
    let refused = terraform.try_apply().unwrap();
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("CreateRule"), "{}", refused.stderr);
    assert!(refused.stderr.contains("AccessDenied"), "{}", refused.stderr);
    assert!(aws.resources().unwrap().is_empty(), "{:?}", aws.resources().unwrap());
    assert!(terraform.state().unwrap()["values"]["root_module"]["resources"].is_null());

    aws.heal().unwrap();
    terraform.apply().unwrap();
    assert!(!terraform.plan().unwrap().has_changes);
}

#[test]
fn lost_replies_make_no_duplicates() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let creating = [
        "CreateLogGroup",
        "CreateRepository",
        "CreateRole",
        "CreatePodIdentityAssociation",
        "CreateTargetGroup",
        "CreateRule",
        "PutParameter",
    ];
    for operation in creating {
        aws.fault(&json!({ "operation": operation, "when": "after", "disconnect": true })).unwrap();
    }
    terraform.apply().unwrap();
    let made = aws.resources().unwrap();
    for (kind, names) in made.names() {
        let expected = usize::from(!["alarms", "records"].contains(&kind));
        assert_eq!(names.len(), expected, "{kind}: {names:?}");
    }
    assert!(!terraform.plan().unwrap().has_changes);
}

#[test]
fn throttling_is_sat_out() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let throttled = json!({
        "every": 4, "times": 0, "status": 400, "code": "ThrottlingException", "message": "Rate exceeded",
    });
    aws.fault(&throttled).unwrap();
    terraform.apply().unwrap();
    aws.heal().unwrap();
    assert!(!terraform.plan().unwrap().has_changes);
}

#[test]
fn what_belongs_to_others_is_left_alone() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let plan = terraform.plan().unwrap();
    let values = plan.change(APP)["after"]["values"].as_str().unwrap();
    let values: serde_json::Value = serde_json::from_str(values).unwrap();
    let name = values["targetGroups"].as_object().unwrap().values().next().unwrap()["name"].as_str().unwrap();
    let foreign = [
        ("Action", "CreateTargetGroup"),
        ("Version", "2015-12-01"),
        ("Name", name),
        ("Protocol", "HTTP"),
        ("Port", "9999"),
        ("VpcId", &aws.platform.vpc_id),
        ("TargetType", "ip"),
    ];
    aws.query("elasticloadbalancing", &foreign).unwrap();
    let before = aws.resources().unwrap();

    let refused = terraform.try_apply().unwrap();
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains(name), "{}", refused.stderr);
    assert_eq!(aws.resources().unwrap(), before);
}

#[test]
fn an_apply_that_was_killed_is_finished_by_the_next() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    // The rule comes last: when the kill comes, everything else is there and in no state.
    aws.delay("CreateRule", 60.0).unwrap();
    let killed = terraform
        .disturbed_apply(Disturbance::Kill, || {
            let there = aws.resources().unwrap();
            there.target_groups.len() == 1 && there.pod_identity_associations.len() == 1
        })
        .unwrap();
    assert_ne!(killed.code, 0);
    let made = aws.resources().unwrap();
    assert!(made.rules.is_empty() && made.roles.len() == 1, "{made:?}");
    assert!(terraform.state().unwrap()["values"].is_null(), "the state was not written");

    aws.undelay().unwrap();
    terraform.apply().unwrap();
    let finished = aws.resources().unwrap();
    let arns = |there: &Resources| -> Vec<String> {
        there.target_groups.values().map(|group| group.arn.clone()).collect()
    };
    assert_eq!(arns(&finished), arns(&made), "adopted, not made twice");
    assert_eq!(finished.roles.len(), 1);
    assert_eq!(
        finished.pod_identity_associations[0]["associationId"],
        made.pod_identity_associations[0]["associationId"]
    );
    assert!(!terraform.plan().unwrap().has_changes);
}

#[test]
fn an_apply_that_was_interrupted_leaves_nothing_unknown() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    aws.delay("CreateTargetGroup", 4.0).unwrap();
    let interrupted = terraform
        .disturbed_apply(Disturbance::Interrupt, || aws.resources().unwrap().roles.len() == 1)
        .unwrap();
    assert_ne!(interrupted.code, 0, "{}", interrupted.everything());
    let said = interrupted.everything();
    assert!(said.contains("Interrupt received"), "{said}");
    assert!(!said.contains("Plugin did not respond"), "{said}");
    aws.undelay().unwrap();

    // Either nothing is left, or Terraform knows of it.
    let is_known = !terraform.state().unwrap()["values"].is_null();
    let left = aws.resources().unwrap();
    assert!(is_known || left.is_empty(), "{left:?}");
    terraform.apply().unwrap();
    assert!(!terraform.plan().unwrap().has_changes);
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
}
