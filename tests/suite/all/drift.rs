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

    let forward = "Actions.member.1.ForwardConfig.TargetGroups.member.1";
    let all_to_legacy = [
        ("Action", "ModifyRule"),
        ("Version", "2015-12-01"),
        ("RuleArn", &made.rules[0].arn),
        ("Actions.member.1.Type", "forward"),
        (&format!("{forward}.TargetGroupArn"), &aws.platform.legacy_target_group_arn),
        (&format!("{forward}.Weight"), "1"),
    ];
    aws.query("elasticloadbalancing", &all_to_legacy).unwrap();

    let retention = json!({ "logGroupName": "/ipsy/prod/checkout", "retentionInDays": 1 });
    aws.json("logs", "Logs_20140328.PutRetentionPolicy", &retention).unwrap();

    let (name, role) = made.roles.first_key_value().unwrap();
    let no_policy = [
        ("Action", "DeleteRolePolicy"),
        ("Version", "2010-05-08"),
        ("RoleName", name),
        ("PolicyName", role["policies"][0].as_str().unwrap()),
    ];
    aws.query("iam", &no_policy).unwrap();
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

    let no_rule = [("Action", "DeleteRule"), ("Version", "2015-12-01"), ("RuleArn", &made.rules[0].arn)];
    aws.query("elasticloadbalancing", &no_rule).unwrap();
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
