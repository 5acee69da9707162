//! What stays as it is: other forms of the same content, and what others own.

use acceptance::terraform::Terraform;

use crate::fixture::{self, APP, applied, assert_refused};

const TEAM: &str = "team        = \"payments\"";

#[test]
fn a_lifecycle_policy_is_compared_by_what_it_does() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    // ECR returns rules in the order of their priorities, and lists in an order of its own.
    let policy = r#"initial    = "1.0.0"
    lifecycle_policy_json = jsonencode({ rules = [
      { rulePriority = 20, description = "rest", selection = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 50 }, action = { type = "expire" } },
      { rulePriority = 10, selection = { tagStatus = "tagged", tagPrefixList = ["v", "release-"], countType = "imageCountMoreThan", countNumber = 10 }, action = { type = "expire" } },
      { rulePriority = 5, selection = { tagStatus = "tagged", tagPatternList = ["z*", "a*"], countType = "sinceImagePushed", countUnit = "days", countNumber = 3 }, action = { type = "expire" } },
    ] })"#;
    terraform.replace("main.tf", "initial    = \"1.0.0\"", policy).unwrap();
    terraform.apply().unwrap();
    let plan = terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
    // Another order has the same meaning.
    terraform.replace("main.tf", "[\"v\", \"release-\"]", "[\"release-\", \"v\"]").unwrap();
    let plan = terraform.plan().unwrap();
    assert!(plan.actions(APP).iter().all(|action| *action == "no-op"), "{}", plan.text);
    terraform.replace("main.tf", "countNumber = 50", "countNumber = 40").unwrap();
    assert_eq!(terraform.plan().unwrap().actions(APP), ["update"]);
}

#[test]
fn ignored_backends_keep_the_weights_that_the_rule_has() {
    let aws = fixture::aws();
    let mut terraform = fixture::quickstart(&aws);
    let ignored = format!("{TEAM}\n  lifecycle {{\n    ignore_changes = [backend]\n  }}");
    terraform.replace("main.tf", TEAM, &ignored).unwrap();
    terraform.apply().unwrap();
    aws.install_pods().unwrap();
    let made = aws.resources().unwrap();
    let pods = &made.target_groups.values().next().unwrap().arn;
    let legacy = &aws.platform.legacy_target_group_arn;
    fixture::move_weights(&aws, &made.rules[0].arn, &[(legacy, 30), (pods, 70)]);
    let moved = aws.resources().unwrap().rules[0].weights.clone();
    aws.forget_calls().unwrap();
    for (legacy, blue) in [("100", "0"), ("50", "50")] {
        terraform.variable("legacy_weight", legacy);
        terraform.variable("blue_weight", blue);
        terraform.apply().unwrap();
        assert_eq!(aws.resources().unwrap().rules[0].weights, moved);
        assert_eq!(fixture::changing_calls(&aws), Vec::<String>::new());
    }
}

/// The app of the quickstart in another environment.
fn stage(repository: &str) -> String {
    format!(
        "resource \"ipsy_app\" \"stage\" {{\n  name        = \"checkout\"\n  environment = \"dev\"\n  {TEAM}\n  labels      = \
         {{ cost-center = \"cc-42\" }}\n  image {{\n    repository = \"{repository}\"\n  }}\n}}\n"
    )
}

#[test]
fn a_repository_is_shared_by_its_full_name() {
    let (aws, terraform) = applied();
    terraform.write("stage.tf", &stage("checkout")).unwrap();
    let shared = ["ECR repository `checkout`", "prod/checkout", "amazonaws.com/checkout"];
    assert_refused(&aws, &terraform.try_plan().unwrap(), &shared);

    let host = format!("{}.dkr.ecr.us-east-1.amazonaws.com", aws.platform.account_id);
    terraform.write("stage.tf", &stage(&format!("{host}/checkout"))).unwrap();
    terraform.apply().unwrap();
    assert_eq!(aws.resources().unwrap().repositories.len(), 1);
    without_stage(&terraform);
    assert_eq!(aws.resources().unwrap().repositories.len(), 1, "the one that shares deletes nothing");
}

fn without_stage(terraform: &Terraform) {
    terraform.take("stage.tf").unwrap();
    terraform.apply().unwrap();
}
