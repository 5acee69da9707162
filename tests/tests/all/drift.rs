//! What others change on AWS behind Terraform's back: seen by the next plan, mended by the next
//! apply, and nothing else touched.

use serde_json::json;

use crate::fixture::{self, APP};

#[test]
fn changed_settings_are_seen_and_mended() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    terraform.apply().unwrap();
    let made = aws.resources().unwrap();

    let rule = &made.rules[0].arn;
    let forward = "Actions.member.1.ForwardConfig.TargetGroups.member.1";
    let action = [
        ("Action", "ModifyRule"),
        ("Version", "2015-12-01"),
        ("RuleArn", rule),
        ("Actions.member.1.Type", "forward"),
        (&format!("{forward}.TargetGroupArn"), &aws.platform.legacy_target_group_arn),
        (&format!("{forward}.Weight"), "1"),
    ];
    aws.query("elasticloadbalancing", &action).unwrap();
    let retention = json!({ "logGroupName": "/ipsy/prod/checkout", "retentionInDays": 1 });
    aws.json("logs", "Logs_20140328.PutRetentionPolicy", &retention).unwrap();
    let role_name = made.roles.keys().next().unwrap();
    let policies = made.roles[role_name]["policies"].as_array().unwrap();
    let name = policies[0].as_str().unwrap();
    let delete =
        [("Action", "DeleteRolePolicy"), ("Version", "2010-05-08"), ("RoleName", role), (policy, name)];
    aws.query("iam", &delete).unwrap();
    assert_ne!(aws.resources().unwrap(), made);

    let plan = terraform.plan().unwrap();
    assert_eq!(plan.actions(APP), ["update"], "{}", plan.text);
    terraform.apply().unwrap();
    assert_eq!(aws.resources().unwrap(), made);
    let again = terraform.plan().unwrap();
    assert!(!again.has_changes, "{}", again.text);
}

#[test]
fn what_was_deleted_is_made_again() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    terraform.apply().unwrap();
    let made = aws.resources().unwrap();

    let delete = [
        ("Action", "DeleteRolePolicy"),
        ("Version", "2010-05-08"),
        ("RoleName", role_name),
        ("PolicyName", name),
    ];
    aws.query("iam", &delete).unwrap();
    assert_ne!(aws.resources().unwrap(), made);

    let plan = terraform.plan().unwrap();
    assert_eq!(plan.actions(APP), ["update"], "{}", plan.text);
    terraform.apply().unwrap();
    assert_eq!(aws.resources().unwrap(), made);
    let again = terraform.plan().unwrap();
    assert!(!again.has_changes, "{}", again.text);
}

#[test]
fn what_was_deleted_is_made_again() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    terraform.apply().unwrap();
    let made = aws.resources().unwrap();

    let delete = [("Action", "DeleteRule"), ("Version", "2015-12-01"), ("RuleArn", &made.rules[0].arn)];
    aws.query("elasticloadbalancing", &delete).unwrap();
    let group = json!({ "logGroupName": "/ipsy/prod/checkout" });
    aws.json("logs", "Logs_20140328.DeleteLogGroup", &group).unwrap();

    let plan = terraform.plan().unwrap();
    assert_eq!(plan.actions(APP), ["update"], "{}", plan.text);
    terraform.apply().unwrap();
    let mended = aws.resources().unwrap();
    assert_eq!(mended.log_groups, made.log_groups);
    assert_eq!(mended.rules[0].weights, made.rules[0].weights);
    assert!(!terraform.plan().unwrap().has_changes);
}
