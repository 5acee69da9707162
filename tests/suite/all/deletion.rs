//! Destroys, replacements and removals look first: what AWS would refuse is refused before the first change, so that
//! requests are still served.

use std::time::{SystemTime, UNIX_EPOCH};

use acceptance::aws_bench::AwsBench;
use acceptance::process::Outcome;
use acceptance::terraform::DESTROY;
use serde_json::json;

use crate::fixture::{self, APP, applied, printed};

const PARAMETER: &str = "/ipsy/prod/checkout/image";

/// A refusal that names all of `expected` and has changed nothing on AWS.
fn assert_refused(aws: &AwsBench, outcome: &Outcome, expected: &[&str]) {
    fixture::assert_refused(aws, outcome, expected);
    assert_eq!(aws.resources().unwrap().rules[0].weights.len(), 2, "requests are still served");
}

#[test]
fn a_replacement_looks_for_images_before_it_deletes_the_rule() {
    let (aws, terraform) = applied();
    aws.push_image("checkout").unwrap();
    terraform.replace("main.tf", "environment = \"prod\"", "environment = \"dev\"").unwrap();
    let plan = terraform.plan().unwrap();
    assert_eq!(plan.actions(APP), ["delete", "create"], "{}", plan.text);
    assert!(!plan.text.contains("serves on"), "nothing serves on in a replacement: {}", plan.text);
    let refused = terraform.try_apply().unwrap();
    assert_refused(&aws, &refused, &["ECR repository `checkout`", "holds images", "force_delete"]);

    let initial = "initial    = \"1.0.0\"";
    terraform.replace("main.tf", initial, &format!("{initial}\n    force_delete = true")).unwrap();
    terraform.apply().unwrap();
    let made = aws.resources().unwrap();
    assert_eq!(made.rules.len(), 1);
    assert_eq!(made.rules[0].tags["ipsy:environment"], "dev");
    assert_eq!(made.roles.keys().collect::<Vec<_>>(), ["checkout-dev"]);
    assert!(!terraform.plan().unwrap().has_changes);
}

#[test]
fn a_destroy_names_the_foreign_rule_that_uses_a_target_group() {
    let (aws, terraform) = applied();
    let made = aws.resources().unwrap();
    let group = made.target_groups.values().next().unwrap();
    let rule = [
        ("Action", "CreateRule"),
        ("Version", "2015-12-01"),
        ("ListenerArn", &aws.platform.listener_arn),
        ("Priority", "777"),
        ("Conditions.member.1.Field", "path-pattern"),
        ("Conditions.member.1.Values.member.1", "/elsewhere"),
        ("Actions.member.1.Type", "forward"),
        ("Actions.member.1.TargetGroupArn", &group.arn),
    ];
    aws.query("elasticloadbalancing", &rule).unwrap();
    let policy = [
        ("Action", "AttachRolePolicy"),
        ("Version", "2010-05-08"),
        ("RoleName", "checkout-prod"),
        ("PolicyArn", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"),
    ];
    let attached = aws.query("iam", &policy).is_ok();
    let refused = terraform.run(&DESTROY).unwrap();
    assert_refused(&aws, &refused, &["rule 777 of"]);
    assert!(!attached || printed(&refused).contains("ViewOnlyAccess"));
}

#[test]
fn a_destroy_reports_the_requests_that_will_stop() {
    let (aws, terraform) = applied();
    let made = aws.resources().unwrap();
    let group = made.target_groups.values().next().unwrap();
    let balancer = aws.platform.load_balancer_arn.split_once(":loadbalancer/").unwrap().1;
    let group = group.arn.rsplit_once(':').unwrap().1;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    aws.json(
        "monitoring",
        "GraniteServiceVersion20100801.PutMetricData",
        &json!({
            "Namespace": "AWS/ApplicationELB",
            "MetricData": [{
                "MetricName": "RequestCount",
                "Value": 600.0,
                "Timestamp": now.as_secs() - 60,
                "Dimensions": [
                    { "Name": "LoadBalancer", "Value": balancer },
                    { "Name": "TargetGroup", "Value": group },
                ],
            }],
        }),
    )
    .unwrap();
    // A plan waits for CloudWatch for some seconds only, and a busy machine may need more.
    let told = (0..3).any(|_| {
        let planned = terraform.run(&["plan", "-destroy", "-input=false", "-no-color"]).unwrap();
        printed(&planned).contains("serves 120 requests per minute, which will stop")
    });
    assert!(told, "the plan reports the requests");
}

#[test]
fn no_broken_image_pointer_blocks_a_destroy() {
    for (value, kind) in [("no tag at all", "String"), ("secret", "SecureString")] {
        let (aws, terraform) = applied();
        let parameter = json!({ "Name": PARAMETER, "Value": value, "Type": kind, "Overwrite": true });
        aws.json("ssm", "AmazonSSM.PutParameter", &parameter).unwrap();
        terraform.replace("main.tf", "\"250m\"", "\"300m\"").unwrap();
        let refused = terraform.try_apply().unwrap();
        assert_eq!(refused.code, 1, "an app that stays needs an image: {}", refused.everything());
        let text = printed(&refused);
        assert!(text.contains(PARAMETER) && text.contains(kind), "{text}");
        let destroyed = terraform.destroy().unwrap();
        let text = printed(&destroyed);
        assert!(text.contains(PARAMETER) && text.contains(kind), "{text}");
        assert!(aws.resources().unwrap().is_empty());
    }
}

#[test]
fn what_is_retained_outlives_the_app() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let team = "team        = \"payments\"";
    let retained = format!("{team}\n  retain      = [\"repository\", \"log_group\"]");
    terraform.replace("main.tf", team, &retained).unwrap();
    terraform.apply().unwrap();
    aws.push_image("checkout").unwrap();
    terraform.destroy().unwrap();
    let left = aws.resources().unwrap();
    assert_eq!(left.repositories.len() + left.log_groups.len(), 2);
    assert!(left.rules.is_empty() && left.roles.is_empty() && left.parameters.is_empty());

    terraform.apply().unwrap();
    assert_eq!(aws.resources().unwrap().repositories.len(), 1, "the next create takes it");
    assert!(!terraform.plan().unwrap().has_changes);
}
