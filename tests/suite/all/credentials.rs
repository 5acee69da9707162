//! Credentials: never needed where AWS is not, clearly missed where it is, and in no log.

mod accounts;
mod network;
mod refusals;
mod sources;

use acceptance::aws_bench::{SECRET_ACCESS_KEY, SESSION_TOKEN};
use acceptance::terraform::Terraform;
use acceptance::workspace;

use crate::fixture::{self, APP};

/// An app by calculation alone.
const PURE: &str = r#"
terraform {
  required_providers {
    ipsy = {
      source = "ipsy/ipsy"
    }
  }
}

provider "ipsy" {}

data "ipsy_values" "checkout" {
  name        = "checkout"
  environment = "prod"
  image {
    repository = "registry.example.com/checkout"
    source     = "literal"
    tag        = "1.0.0"
  }
  port {
    name = "http"
    port = 8080
  }
}

output "values" {
  value     = data.ipsy_values.checkout.values
  sensitive = true
}
"#;

#[test]
fn what_needs_no_aws_works_without_any() {
    let mut terraform = Terraform::with_configuration(PURE, fixture::tools(), fixture::programs()).unwrap();
    // Calls to AWS fail: the endpoint does not exist.
    terraform.set("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    terraform.init().unwrap();
    terraform.apply().unwrap();
    let values = terraform.output("values").unwrap();
    let values: serde_json::Value = serde_json::from_str(values.as_str().unwrap()).unwrap();
    assert_eq!(values["app"]["name"], "checkout");
    assert_eq!(values["image"]["repository"], "registry.example.com/checkout");
}

#[test]
fn missing_credentials_are_one_clear_error() {
    let example = workspace::root().join("examples/quickstart");
    let mut terraform = Terraform::copy_of(&example, fixture::tools(), fixture::programs()).unwrap();
    terraform.set("AWS_EC2_METADATA_DISABLED", "true");
    let arn = |kind: &str| format!("arn:aws:elasticloadbalancing:us-east-1:123456789012:{kind}");
    let listener = arn("listener/app/shop/0123456789abcdef/0123456789abcdef");
    terraform.variable("listener_arn", &listener);
    terraform.variable("legacy_target_group_arn", &arn("targetgroup/legacy/0123456789abcdef"));
    terraform.init().unwrap();
    let refused = terraform.try_apply().unwrap();
    assert_eq!(refused.code, 1);
    let said = refused.stderr.to_lowercase();
    assert!(said.contains("credentials") && said.contains("aws_access_key_id"), "{}", refused.stderr);
    assert_eq!(said.matches("error: ").count(), 1, "{}", refused.stderr);
}

#[test]
fn a_policy_that_is_secret_is_where_the_user_wrote_it_and_nowhere_else() {
    const SECRET: &str = "sqs:BenchSecretAction";
    let aws = fixture::aws();
    let mut terraform = fixture::quickstart(&aws);
    terraform.write("secret.tf", "variable \"action\" {\n  sensitive = true\n}\n").unwrap();
    terraform.replace("main.tf", "\"sqs:ReceiveMessage\"", "var.action").unwrap();
    terraform.variable("action", SECRET);
    terraform.set("TF_LOG", "TRACE");
    let refused = serde_json::json!({ "operation": "PutRolePolicy", "status": 403, "code": "AccessDenied" });
    aws.fault(&refused).unwrap();
    let failed = terraform.try_apply().unwrap();
    assert_eq!(failed.code, 1);
    let applied = terraform.apply().unwrap();
    let policy = [
        ("Action", "DeleteRolePolicy"),
        ("Version", "2010-05-08"),
        ("RoleName", "checkout-prod"),
        ("PolicyName", "app"),
    ];
    aws.query("iam", &policy).unwrap();
    let drift = terraform.try_plan().unwrap();
    assert_eq!(drift.code, 2, "what was deleted outside is seen: {}", drift.stdout);
    for outcome in [failed, applied, drift] {
        assert!(!outcome.everything().contains(SECRET), "`{}` shows {SECRET}", outcome.command);
    }
    terraform.set("TF_LOG", "");
    let state = terraform.state().unwrap();
    let app = &state["values"]["root_module"]["resources"][0]["values"];
    assert!(app["iam"]["policy_json"].as_str().unwrap().contains(SECRET));
    let elsewhere = app.to_string().replace(&app["iam"].to_string(), "");
    assert!(!elsewhere.contains(SECRET), "{elsewhere}");
}

#[test]
fn no_log_holds_a_secret() {
    let aws = fixture::aws();
    let mut terraform = fixture::quickstart(&aws);
    terraform.set("TF_LOG", "TRACE");
    let outcomes = [
        terraform.try_plan().unwrap(),
        terraform.apply().unwrap(),
        terraform.run(&["show", "-json"]).unwrap(),
        terraform.destroy().unwrap(),
    ];
    for outcome in outcomes {
        let said = outcome.everything();
        assert!(said.contains(APP) || said.contains("ipsy"), "the log is empty");
        for secret in [SECRET_ACCESS_KEY, SESSION_TOKEN] {
            assert!(!said.contains(secret), "`{}` shows {secret}", outcome.command);
        }
    }
}
