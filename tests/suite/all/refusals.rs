//! What would take a live app down, or fail half-way, is refused before the first call that changes something. Each case
//! is small, made after a problem that users of Terraform, the AWS provider or canary tools have reported.

use acceptance::aws_bench::AwsBench;
use acceptance::terraform::{APPLY, DESTROY, Terraform};
use acceptance::workspace;

use crate::fixture::{self, APP, applied, assert_refused};

const PLAN: [&str; 3] = ["plan", "-input=false", "-no-color"];

/// A change of the quickstart, which is applied, and what its refusal has to say.
struct Refused {
    behaviour: &'static str,
    /// Texts of `main.tf`, and what they become.
    edits: &'static [(&'static str, &'static str)],
    command: &'static [&'static str],
    words: &'static [&'static str],
}

/// Every case begins with the quickstart as it was applied, and must leave AWS as it is.
fn check(aws: &AwsBench, terraform: &Terraform, cases: &[Refused]) {
    aws.forget_calls().unwrap();
    let before = aws.resources().unwrap();
    for case in cases {
        terraform.overlay(&workspace::root().join("examples/quickstart")).unwrap();
        for (old, new) in case.edits {
            let new = new.replace("ZONE", &aws.platform.zone_id);
            terraform.replace("main.tf", old, &new).unwrap();
        }
        let outcome = terraform.run(case.command).unwrap();
        assert_eq!(outcome.code, 1, "{}: {}", case.behaviour, outcome.everything());
        assert_refused(aws, &outcome, case.words);
        assert_eq!(aws.resources().unwrap(), before, "{}", case.behaviour);
    }
    terraform.overlay(&workspace::root().join("examples/quickstart")).unwrap();
    let plan = terraform.plan().unwrap();
    let actions = plan.actions(APP);
    assert!(actions.iter().all(|action| *action == "no-op"), "state and AWS disagree: {}", plan.text);
}

const PORT: &str = "  port {\n    name = \"http\"";
const TEAM: &str = "team        = \"payments\"";
const REPOSITORY: &str = "repository = \"checkout\"";
const PROD: &str = "environment = \"prod\"";
const BLUE: &str =
    "  backend {\n    name    = \"blue\"\n    cluster = var.cluster\n    weight  = var.blue_weight\n  }\n";

#[test]
fn what_aws_would_refuse_is_refused_at_plan() {
    let (aws, terraform) = applied();
    let cases = [
        Refused {
            behaviour: "keys that differ only in case, one of them a default tag",
            edits: &[(TEAM, "team        = \"payments\"\n  tags        = { Managed-By = \"me\" }")],
            command: &PLAN,
            words: &["Managed-By", "managed-by", "differ only in case", "default_tags"],
        },
        Refused {
            behaviour: "a key that differs from one of ipsy's own only in case",
            edits: &[(TEAM, "team        = \"payments\"\n  tags        = { \"IPSY:App\" = \"search\" }")],
            command: &PLAN,
            words: &["IPSY:App", "ipsy:app", "differ only in case"],
        },
        Refused {
            behaviour: "a key of AWS' own",
            edits: &[(TEAM, "team        = \"payments\"\n  tags        = { \"aws:cost\" = \"1\" }")],
            command: &PLAN,
            words: &["`aws:cost`", "AWS' own"],
        },
        Refused {
            behaviour: "a character that no tag may have",
            edits: &[(TEAM, "team        = \"payments\"\n  tags        = { owner = \"pay<ments>\" }")],
            command: &PLAN,
            words: &["does not take the tag `owner`"],
        },
        Refused {
            behaviour: "more than 50 tags",
            edits: &[(
                TEAM,
                "team        = \"payments\"\n  tags        = { for number in range(50) : \"key${number}\" => \"\" }",
            )],
            command: &PLAN,
            words: &["51 tags are too many"],
        },
        Refused {
            behaviour: "a managed policy of another partition",
            edits: &[(
                "  iam {\n",
                "  iam {\n    managed_policy_arns = [\"arn:aws-cn:iam::aws:policy/ReadOnlyAccess\"]\n",
            )],
            command: &PLAN,
            words: &["partition aws-cn"],
        },
        Refused {
            behaviour: "a listener of another region",
            edits: &[("= var.listener_arn", "= replace(var.listener_arn, \"us-east-1\", \"eu-west-1\")")],
            command: &PLAN,
            words: &["The listener is in region eu-west-1"],
        },
        Refused {
            behaviour: "a name outside of the hosted zone",
            edits: &[(
                PORT,
                "  dns {\n    name    = \"checkout.example.org\"\n    zone_id = \"ZONE\"\n  }\n\n  port {\n    name = \"http\"",
            )],
            command: &PLAN,
            words: &["checkout.example.org", "example.com"],
        },
        Refused {
            behaviour: "`immediate` without a reason",
            edits: &[(PORT, "  rollout {\n    mode = \"immediate\"\n  }\n\n  port {\n    name = \"http\"")],
            command: &PLAN,
            words: &["`mode = \"immediate\"` needs a reason"],
        },
        Refused {
            behaviour: "one target group for the pods of two clusters",
            edits: &[(
                "cluster = var.cluster",
                "cluster           = \"eks-green\"\n    target_group_name = \"checkout-prod-blue-fefe9aeb\"",
            )],
            command: &PLAN,
            words: &["keeps its target group"],
        },
    ];
    check(&aws, &terraform, &cases);
}

#[test]
fn images_are_never_lost_by_the_way() {
    let (aws, terraform) = applied();
    aws.push_image("checkout").unwrap();
    let words: &[&str] = &["ECR repository `checkout`", "holds images", "force_delete"];
    let cases = [
        Refused { behaviour: "a destroy", edits: &[], command: &DESTROY, words },
        Refused {
            behaviour: "another environment, which is another app",
            edits: &[(PROD, "environment = \"dev\"")],
            command: &APPLY,
            words,
        },
        Refused {
            behaviour: "another name of the repository",
            edits: &[(REPOSITORY, "repository = \"checkout-new\"")],
            command: &APPLY,
            words,
        },
        Refused {
            behaviour: "a repository elsewhere",
            edits: &[
                (REPOSITORY, "repository = \"123456789012.dkr.ecr.us-east-1.amazonaws.com/checkout\""),
                (
                    "source     = \"pointer\"\n    initial    = \"1.0.0\"",
                    "source     = \"literal\"\n    tag        = \"1.0.0\"",
                ),
            ],
            command: &APPLY,
            words,
        },
        Refused {
            behaviour: "a replacement that the user asks for",
            edits: &[],
            command: &["apply", "-input=false", "-no-color", "-auto-approve", "-replace=ipsy_app.checkout"],
            words,
        },
    ];
    check(&aws, &terraform, &cases);
}

#[test]
fn what_others_use_is_never_deleted() {
    let (aws, terraform) = applied();
    use_by_others(&aws);
    let all: &[&str] = &["rule 777 of", "instance profiles hold it: bastion"];
    let cases = [
        Refused { behaviour: "a destroy", edits: &[], command: &DESTROY, words: all },
        Refused {
            behaviour: "another environment, which is another app",
            edits: &[(PROD, "environment = \"dev\"")],
            command: &APPLY,
            words: all,
        },
        Refused {
            behaviour: "the removal of a backend",
            edits: &[(BLUE, "")],
            command: &APPLY,
            words: &["rule 777 of"],
        },
        Refused {
            behaviour: "another path of the role, which makes it again",
            edits: &[("  iam {\n", "  iam {\n    path = \"/apps/\"\n")],
            command: &APPLY,
            words: &["instance profiles hold it: bastion"],
        },
    ];
    check(&aws, &terraform, &cases);

    let policy = format!("arn:aws:iam::{}:policy/queue-reader", aws.platform.account_id);
    iam(&aws, &[("Action", "AttachRolePolicy"), ("RoleName", "checkout-prod"), ("PolicyArn", &policy)]);
    assert_refused(&aws, &terraform.run(&DESTROY).unwrap(), &["iam.managed_policy_arns", &policy]);
}

/// A rule of others sends requests to the app's target group, and an instance profile of others has its role.
fn use_by_others(aws: &AwsBench) {
    let made = aws.resources().unwrap();
    let group = &made.target_groups.values().next().unwrap().arn;
    let rule = [
        ("Action", "CreateRule"),
        ("Version", "2015-12-01"),
        ("ListenerArn", &aws.platform.listener_arn),
        ("Priority", "777"),
        ("Conditions.member.1.Field", "path-pattern"),
        ("Conditions.member.1.Values.member.1", "/elsewhere"),
        ("Actions.member.1.Type", "forward"),
        ("Actions.member.1.TargetGroupArn", group),
    ];
    aws.query("elasticloadbalancing", &rule).unwrap();
    let profile = ("InstanceProfileName", "bastion");
    iam(aws, &[("Action", "CreateInstanceProfile"), profile]);
    iam(aws, &[("Action", "AddRoleToInstanceProfile"), profile, ("RoleName", "checkout-prod")]);
}

fn iam(aws: &AwsBench, parameters: &[(&str, &str)]) {
    aws.query("iam", &[&[("Version", "2010-05-08")], parameters].concat()).unwrap();
}

#[test]
fn no_change_moves_traffic_to_where_it_fails() {
    let (aws, mut terraform) = applied();
    terraform.variable("legacy_weight", "90");
    terraform.variable("blue_weight", "10");
    let outcome = terraform.try_apply().unwrap();
    assert_refused(&aws, &outcome, &["backend `blue` has 0 of 1 healthy targets"]);

    aws.install_pods().unwrap();
    terraform.apply().unwrap();
    // A person moves the traffic, and then changes the configuration.
    let rule = aws.resources().unwrap().rules.remove(0);
    let pods = &aws.resources().unwrap().target_groups.into_values().next().unwrap().arn;
    fixture::move_weights(&aws, &rule.arn, &[(&aws.platform.legacy_target_group_arn, 30), (pods, 70)]);
    aws.forget_calls().unwrap();
    terraform.variable("legacy_weight", "50");
    terraform.variable("blue_weight", "50");
    let outcome = terraform.try_apply().unwrap();
    assert_refused(&aws, &outcome, &["Others have changed the weights", "on_drift"]);
}
