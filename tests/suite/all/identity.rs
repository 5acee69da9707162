//! Repository and roles against an AWS that is as strict as the real one: settings that ECR and IAM check, images that
//! must not be lost, and clusters whose own tokens give the role.

use std::collections::BTreeSet;
use std::fs;

use acceptance::helm::Helm;
use acceptance::workspace;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::fixture::{self, APP};

#[test]
fn a_repository_keeps_its_images_until_it_is_told_otherwise() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let repository = "repository = \"checkout\"\n    source     = \"pointer\"";
    let settings = format!(
        "{repository}\n    mutable_tags     = [\"dev-*\"]\n    pull_account_ids = [\"210987654321\"]\n    \
         keep_images      = 5"
    );
    terraform.replace("main.tf", repository, &settings).unwrap();
    terraform.apply().unwrap();
    let made = aws.resources().unwrap();
    assert_eq!(made.repositories["checkout"]["tag_mutability"], "IMMUTABLE_WITH_EXCLUSION");
    assert!(!terraform.plan().unwrap().has_changes);

    terraform.replace("main.tf", "pull_account_ids = [\"210987654321\"]", "scan_on_push = false").unwrap();
    let plan = terraform.plan().unwrap();
    assert_eq!(plan.actions(APP), ["update"], "{}", plan.text);
    terraform.apply().unwrap();
    assert_eq!(aws.resources().unwrap().repositories["checkout"]["scan_on_push"], false);
    assert!(!terraform.plan().unwrap().has_changes);

    aws.push_image("checkout").unwrap();
    let refused = terraform.run(&["destroy", "-input=false", "-no-color", "-auto-approve"]).unwrap();
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("holds images"), "{}", refused.stderr);
    assert_eq!(aws.resources().unwrap().rules.len(), 1, "refused before the rule was deleted");
    assert!(aws.resources().unwrap().repositories.contains_key("checkout"));
    terraform.replace("main.tf", "keep_images ", "force_delete     = true\n    keep_images ").unwrap();
    terraform.apply().unwrap();
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
}

#[test]
fn a_cluster_gives_the_role_by_its_own_tokens() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let cluster = "cluster = var.cluster";
    let by_token = format!("{cluster}\n    oidc_provider_arn = data.ipsy_cluster.blue.oidc_provider_arn");
    terraform.replace("main.tf", cluster, &by_token).unwrap();
    terraform.write("cluster.tf", "data \"ipsy_cluster\" \"blue\" {\n  name = var.cluster\n}\n").unwrap();
    terraform.apply().unwrap();
    let made = aws.resources().unwrap();
    assert!(made.pod_identity_associations.is_empty());
    assert!(!terraform.plan().unwrap().has_changes);
    let values: Value = serde_json::from_str(terraform.output("values").unwrap().as_str().unwrap()).unwrap();
    let role = values["serviceAccount"]["annotations"]["eks.amazonaws.com/role-arn"].as_str().unwrap();
    assert_eq!(role, made.roles["checkout-prod"]["arn"]);

    // An import finds the cluster by the tokens that the role trusts.
    let second = fixture::quickstart(&aws);
    second.run(&["import", "-no-color", "-input=false", APP, "prod/checkout"]).unwrap().ok().unwrap();
    let state = second.state().unwrap();
    let backends = &state["values"]["root_module"]["resources"][0]["values"]["backend"];
    let providers: Vec<&Value> =
        backends.as_array().unwrap().iter().map(|backend| &backend["oidc_provider_arn"]).collect();
    assert!(providers.iter().any(|provider| provider.is_string()), "{backends}");

    terraform.replace("main.tf", &by_token, cluster).unwrap();
    terraform.apply().unwrap();
    assert_eq!(aws.resources().unwrap().pod_identity_associations.len(), 1);
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
}

#[test]
fn provider_and_chart_agree_on_the_account_of_the_migration() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let migration = "  migration {\n    args            = [\"migrate\"]\n    env             = { STEP = \"1\" }\n    \
                     active_deadline_seconds = 600\n  }\n\n  port {";
    terraform.replace("main.tf", "  port {", migration).unwrap();
    terraform.apply().unwrap();
    assert!(!terraform.plan().unwrap().has_changes);
    let associations = aws.resources().unwrap().pod_identity_associations;
    let bound: BTreeSet<&str> =
        associations.iter().filter_map(|association| association["serviceAccount"].as_str()).collect();
    assert_eq!(bound, BTreeSet::from(["checkout", "checkout-migration"]), "{associations:?}");

    let values = terraform.configuration().join("values.json");
    fs::write(&values, terraform.output("values").unwrap().as_str().unwrap()).unwrap();
    let helm = Helm::three(fixture::tools(), &fixture::programs().post_renderer).unwrap();
    let chart = workspace::root().join("examples/charts/ipsy-app");
    let arguments = ["template", "checkout", &chart.to_string_lossy(), "--values", &values.to_string_lossy()];
    let rendered = helm.run(&arguments).unwrap().ok().unwrap().stdout;
    let objects: Vec<Value> = serde_yaml::Deserializer::from_str(&rendered)
        .map(|document| Value::deserialize(document).unwrap())
        .collect();
    let accounts: BTreeSet<&str> = objects
        .iter()
        .filter(|object| object["kind"] == "ServiceAccount")
        .filter_map(|object| object["metadata"]["name"].as_str())
        .collect();
    assert_eq!(accounts, bound, "the accounts that the chart makes are those that get the role");
    let job = objects.iter().find(|object| object["kind"] == "Job").unwrap();
    assert_eq!(job["spec"]["activeDeadlineSeconds"], 600);
    let pod = &job["spec"]["template"]["spec"];
    assert_eq!(pod["serviceAccountName"], "checkout-migration");
    assert_eq!(pod["containers"][0]["args"], json!(["migrate"]));

    let refused = |old: &str, new: &str| {
        terraform.replace("main.tf", old, new).unwrap();
        let outcome = terraform.try_plan().unwrap();
        assert_eq!(outcome.code, 1);
        outcome.everything()
    };
    let told = refused("active_deadline_seconds = 600", "service_account = \"checkout\"");
    assert!(told.contains("The app's service account comes too late"), "{told}");
}

#[test]
fn a_wait_ends_with_its_timeout_and_names_its_reason() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    terraform
        .replace(
            "main.tf",
            "  load_balancer {",
            "  timeouts {\n    create = \"40s\"\n  }\n\n  load_balancer {",
        )
        .unwrap();
    let unknown = json!({
        "operation": "CreatePodIdentityAssociation", "times": 0, "status": 400,
        "code": "InvalidParameterException", "message": "Role provided in the request does not exist.",
    });
    aws.fault(&unknown).unwrap();
    let refused = terraform.try_apply().unwrap();
    assert_eq!(refused.code, 1);
    let said = refused.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("for IAM to make a new role or principal known everywhere"), "{said}");
    assert!(aws.resources().unwrap().is_empty(), "{:?}", aws.resources().unwrap());

    terraform.replace("main.tf", "create = \"40s\"", "create = \"soon\"").unwrap();
    let refused = terraform.try_plan().unwrap();
    assert!(refused.stderr.contains("`soon` is not a valid duration"), "{}", refused.stderr);
}
