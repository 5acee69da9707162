//! The listed IAM permissions: an AWS that denies all other actions serves the whole life of an app, and each listed
//! action is needed.

use std::collections::BTreeSet;
use std::fs;

use acceptance::aws_bench::AwsBench;
use acceptance::permissions::{Feature, features, of_applies, of_plans};
use acceptance::terraform::Terraform;
use acceptance::workspace;
use serde_json::json;

use crate::fixture;

/// Features that the app of `tests/faults` does not use. Other tests call their operations.
const UNUSED: [&str; 8] = [
    "`action.ipsy_restart_scan`",
    "Limits of a rollout",
    "`data.ipsy_cluster`",
    "`data.ipsy_image`",
    "`ephemeral.ipsy_cluster_token`",
    "`ephemeral.ipsy_registry_token`",
    "`terraform query`",
    "Reading an app on EC2",
];

/// The features of the smallest app: a log group, and a role for the pods of one cluster.
const SMALLEST: [&str; 3] = ["Log group", "IAM role", "EKS Pod Identity"];

/// Changes of the app in their order, each a folder of files that are laid over its configuration. Those after
/// `replacement` begin with healthy pods.
const UPDATES: [&str; 5] = ["settings", "less", "replacement", "access", "weights"];

/// An app with a part of every kind, not yet applied.
fn app(aws: &AwsBench) -> Terraform {
    let configuration = workspace::root().join("tests/faults");
    let mut terraform =
        Terraform::copy_of(&configuration, fixture::tools(), fixture::programs()).unwrap().against(aws);
    terraform.variable("listener_arn", &aws.platform.listener_arn);
    terraform.variable("second_listener_arn", &aws.platform.listener_arn);
    terraform.variable("legacy_target_group_arn", &aws.platform.legacy_target_group_arn);
    terraform.variable("zone_id", &aws.platform.zone_id);
    terraform.init().unwrap();
    terraform
}

/// Lays an update over the configuration.
fn overlay(terraform: &Terraform, update: &str) {
    terraform.overlay(&workspace::root().join("tests/faults/updates").join(update)).unwrap();
}

fn named(names: &[&str]) -> Vec<Feature> {
    features().unwrap().into_iter().filter(|feature| names.contains(&feature.name.as_str())).collect()
}

/// What the app needs; everything optional is denied.
fn used() -> Vec<Feature> {
    let is_used = |feature: &Feature| !feature.optional && !UNUSED.contains(&feature.name.as_str());
    features().unwrap().into_iter().filter(is_used).collect()
}

/// Fails if a listed action was not needed, or one that is neither listed nor optional was.
fn assert_needed(needed: &BTreeSet<String>, listed: &BTreeSet<String>) {
    let superfluous: Vec<&String> = listed.difference(needed).collect();
    assert!(superfluous.is_empty(), "no call needed {superfluous:?}");
    let optional: Vec<Feature> = features().unwrap().into_iter().filter(|feature| feature.optional).collect();
    let optional = of_applies(&optional);
    let others: Vec<&String> =
        needed.difference(listed).filter(|action| !optional.contains(*action)).collect();
    assert!(others.is_empty(), "these actions are not listed: {others:?}");
}

fn allow(aws: &AwsBench, actions: &BTreeSet<String>) {
    aws.allow_only(&actions.iter().cloned().collect::<Vec<_>>()).unwrap();
}

#[test]
fn an_app_lives_with_the_listed_permissions_and_no_others() {
    let aws = fixture::aws();
    let terraform = app(&aws);
    let listed = of_applies(&used());
    allow(&aws, &listed);
    terraform.apply().unwrap();
    aws.install_pods().unwrap();
    for update in UPDATES {
        overlay(&terraform, update);
        terraform.apply().unwrap();
        aws.install_pods().unwrap();
        terraform.take(&format!("{update}.auto.tfvars")).unwrap();
    }
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
    assert_needed(&aws.needed_actions().unwrap(), &listed);
}

#[test]
fn the_smallest_app_needs_the_features_that_it_uses_and_no_others() {
    let aws = fixture::aws();
    let terraform = app(&aws);
    overlay(&terraform, "removal");
    allow(&aws, &of_applies(&named(&SMALLEST)));
    terraform.apply().unwrap();
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
}

#[test]
fn a_plan_needs_the_listed_permissions_and_no_others() {
    let aws = fixture::aws();
    let terraform = app(&aws);
    let listed = of_plans(&used());
    allow(&aws, &listed);
    assert!(terraform.plan().unwrap().has_changes, "a create");
    let before = aws.needed_actions().unwrap();
    allow(&aws, &of_applies(&used()));
    terraform.apply().unwrap();

    allow(&aws, &listed);
    for update in ["settings", "weights"] {
        overlay(&terraform, update);
        assert!(terraform.plan().unwrap().has_changes, "{update}");
        terraform.take(&format!("{update}.auto.tfvars")).unwrap();
    }
    let destroyed = terraform.run(&["plan", "-destroy", "-input=false", "-no-color"]).unwrap();
    assert_eq!(destroyed.code, 0, "{}", destroyed.everything());
    let needed: BTreeSet<String> = aws.needed_actions().unwrap().union(&before).cloned().collect();
    assert_needed(&needed, &listed);
}

/// What the configuration of the data sources uses.
const READING: [&str; 4] = [
    "`data.ipsy_cluster`",
    "`data.ipsy_image`",
    "`ephemeral.ipsy_cluster_token`",
    "`ephemeral.ipsy_registry_token`",
];

#[test]
fn data_sources_need_the_listed_permissions_and_no_others() {
    let aws = fixture::aws();
    let configuration =
        fs::read_to_string(workspace::root().join("tests/permissions/data-sources.tf")).unwrap();
    let terraform = Terraform::with_configuration(&configuration, fixture::tools(), fixture::programs())
        .unwrap()
        .against(&aws);
    let repository = json!({ "repositoryName": "checkout" });
    aws.json("ecr", "AmazonEC2ContainerRegistry_V20150921.CreateRepository", &repository).unwrap();
    aws.push_image("checkout").unwrap();
    let image = format!("{}.dkr.ecr.us-east-1.amazonaws.com/checkout:1.0.0", aws.platform.account_id);
    let parameter = json!({ "Name": "/checkout/image", "Value": image, "Type": "String" });
    aws.json("ssm", "AmazonSSM.PutParameter", &parameter).unwrap();
    terraform.init().unwrap();
    let listed = of_plans(&named(&READING));
    allow(&aws, &listed);
    // No cluster has the tags, and the image was not scanned; both come after the calls.
    let printed = fixture::printed(&terraform.try_plan().unwrap());
    assert!(!printed.contains("not authorized"), "{printed}");
    assert_eq!(aws.needed_actions().unwrap(), listed);
}

#[test]
fn a_missing_permission_is_named_with_the_statement_that_adds_it() {
    let aws = fixture::aws();
    let terraform = app(&aws);
    for missing in ["elasticloadbalancing:CreateTargetGroup", "iam:PassRole", "logs:TagResource"] {
        let mut allowed = of_applies(&used());
        assert!(allowed.remove(missing), "{missing}");
        allow(&aws, &allowed);
        let outcome = terraform.try_apply().unwrap();
        assert_eq!(outcome.code, 1, "{missing}");
        let statement = format!(r#"{{ "Effect": "Allow", "Action": "{missing}", "Resource": "*" }}"#);
        let printed = fixture::printed(&outcome);
        assert!(printed.contains(&statement), "{missing}: {printed}");
        assert!(aws.resources().unwrap().is_empty(), "{missing}: {:?}", aws.resources().unwrap());
    }
}
