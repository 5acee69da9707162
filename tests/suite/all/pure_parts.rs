//! What works by calculation alone: the post-renderer within the provider, and the functions.

use acceptance::process::Process;
use acceptance::terraform::Terraform;
use serde_json::json;

use crate::fixture;

const PROVIDER: &str = r#"
terraform {
  required_providers {
    ipsy = {
      source = "ipsy/ipsy"
    }
  }
}

provider "ipsy" {}
"#;

#[test]
fn terraform_is_told_where_the_post_renderer_is() {
    let text = format!(
        r#"{PROVIDER}
data "ipsy_post_renderer" "this" {{
  config = jsonencode({{
    apiVersion = "ipsy.dev/v1"
    kind       = "PostRenderConfig"
    labels     = {{ "ipsy.dev/team" = "payments" }}
  }})
}}

output "program" {{
  value = data.ipsy_post_renderer.this.binary_path
}}

output "arguments" {{
  value     = data.ipsy_post_renderer.this.args
  sensitive = true
}}
"#
    );
    let terraform = applied(&text);
    let program = terraform.output("program").unwrap();
    let arguments = terraform.output("arguments").unwrap();
    // As `helm_release` starts it: from the root module.
    let rendered = Process::new(terraform.configuration().join(program.as_str().unwrap()))
        .args(arguments.as_array().unwrap().iter().map(|argument| argument.as_str().unwrap()))
        .within(terraform.configuration())
        .input("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\n")
        .succeed()
        .unwrap();
    assert!(rendered.stdout.contains("ipsy.dev/team: payments"), "{}", rendered.stdout);
}

#[test]
fn values_that_the_chart_would_refuse_are_refused_before_helm_sees_them() {
    let text = format!(
        r#"{PROVIDER}
data "ipsy_values" "this" {{
  name        = "checkout"
  environment = "dev"
  image {{
    repository = "registry.example.com/checkout"
    source     = "literal"
    tag        = "1.0.0"
  }}
  env = {{ "LOG LEVEL" = "info" }}
}}
"#
    );
    let terraform = Terraform::with_configuration(&text, fixture::tools(), fixture::programs()).unwrap();
    terraform.init().unwrap();
    let refused = terraform.try_plan().unwrap();
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("The standard chart does not take these values"), "{}", refused.stderr);
    assert!(refused.stderr.contains("LOG LEVEL"), "{}", refused.stderr);
}

#[test]
fn functions_calculate() {
    let text = format!(
        r#"{PROVIDER}
output "quantity" {{
  value = provider::ipsy::quantity("1.5Gi")
}}

output "merged" {{
  value = jsondecode(provider::ipsy::merge_values(
    jsonencode({{ image = {{ tag = "1" }}, env = {{ A = "a" }} }}),
    jsonencode({{ image = {{ tag = "2" }} }}),
  ))
}}
"#
    );
    let terraform = applied(&text);
    assert_eq!(terraform.output("quantity").unwrap(), json!(1_610_612_736));
    let merged = json!({ "image": { "tag": "2" }, "env": { "A": "a" } });
    assert_eq!(terraform.output("merged").unwrap(), merged);
}

fn applied(text: &str) -> Terraform {
    let terraform = Terraform::with_configuration(text, fixture::tools(), fixture::programs()).unwrap();
    terraform.init().unwrap();
    terraform.apply().unwrap();
    terraform
}
