//! Warnings for apps that do not fit into pods, in real Terraform.

use acceptance::terraform::Terraform;
use acceptance::workspace;

use crate::fixture;

#[test]
fn good_apps_are_not_warned_about() {
    let aws = fixture::aws();
    let quickstart = fixture::quickstart(&aws).plan().unwrap();
    assert!(!quickstart.text.contains("rule `fit"), "{}", quickstart.text);
    let folder = workspace::root().join("examples/whole-app");
    let mut whole = Terraform::copy_of(&folder, fixture::tools(), fixture::programs()).unwrap().against(&aws);
    whole.variable("listener_arn", &aws.platform.listener_arn);
    whole.variable("cluster", &aws.platform.clusters[0]);
    whole.init().unwrap();
    let told = whole.try_plan().unwrap();
    assert!(told.code != 1 && !told.everything().contains("rule `fit"), "{}", told.everything());
}

#[test]
fn a_misfit_is_warned_about_at_its_argument_until_an_exception_accepts_it() {
    let app = r#"
terraform {
  required_providers {
    ipsy = {
      source = "ipsy/ipsy"
    }
  }
}

data "ipsy_values" "this" {
  name        = "checkout"
  environment = "prod"
  replicas    = 1

  image {
    repository = "registry.example.com/checkout"
    source     = "literal"
    tag        = "1.0.0"
  }

  port {
    name = "http"
    port = 8080
  }

  env = {
    DB = "postgres://shop:hunter2@10.0.3.7:5432/shop"
  }
}

output "explain" {
  value = data.ipsy_values.this.explain
}
"#;
    let terraform = Terraform::with_configuration(app, fixture::tools(), fixture::programs()).unwrap();
    terraform.init().unwrap();
    let outcome = terraform.try_plan().unwrap();
    let text = fixture::printed(&outcome);
    assert_ne!(outcome.code, 1, "{text}");
    for part in [
        "Warning: The app answers requests with a single pod",
        "replicas = 1",
        "`fit/single-pod`",
        "Let at least two pods run side by side",
        "Warning: The address of a single machine is configured",
        "`fit/fixed-address`",
    ] {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
    let hint = text.split("The address of a single machine").nth(1).unwrap();
    let hint = hint.split("Instances and pods").nth(1).unwrap();
    assert!(!hint.split("Warning:").next().unwrap().contains("hunter2"), "{text}");
    let exception = "\n  exception {\n    rule    = \"fit\"\n    reason  = \"moves in May\"\n    owner   = \"shop\"\n    \
         expires = \"2999-01-31\"\n  }\n\n  image {";
    terraform.replace("main.tf", "\n  image {", exception).unwrap();
    let outcome = terraform.try_plan().unwrap();
    assert!(outcome.code != 1 && !outcome.everything().contains("Warning:"), "{}", outcome.everything());
}
