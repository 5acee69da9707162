//! What a person can get wrong in HCL, and what they are told: all of it at once, each with its
//! place.

use acceptance::terraform::Terraform;
use serde_json::Value;

use crate::fixture;

const PROVIDER: &str = r#"
terraform {
  required_providers {
    ipsy = {
      source = "ipsy/ipsy"
    }
  }
}

provider "ipsy" {
  region = "us-east-1"
}
"#;

/// A mistake on a line of its own, and a word of the diagnostic that must point at that line.
const MISTAKES: [(&str, &str); 4] = [
    ("  name = \"Checkout_App\"", "DNS"),
    ("    cpu_request = \"250 millicores\"", "quantity"),
    ("    weight = 1000", "999"),
    ("    patch = \": no yaml: [\"", "YAML"),
];

#[test]
fn all_mistakes_are_told_at_once_each_with_its_place() {
    let [name, quantity, weight, patch] = MISTAKES.map(|(line, _)| line);
    let text = format!(
        r#"{PROVIDER}
resource "ipsy_app" "checkout" {{
{name}
  environment = "prod"
  image {{
    repository = "checkout"
  }}
  port {{
    name = "http"
    port = 8080
  }}
  resources {{
{quantity}
    memory = "1Gi"
  }}
  load_balancer {{
    listener_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/shop/0123456789abcdef/0123456789abcdef"
    hosts        = ["checkout.example.com"]
    priority     = 120
  }}
  backend {{
    name    = "blue"
    cluster = "eks-blue"
{weight}
  }}
  advanced_setting {{
    name = "broken"
    target {{
      kind = "Deployment"
    }}
{patch}
  }}
}}
"#
    );
    let diagnostics = validate(&text);
    for (line, word) in MISTAKES {
        let told = diagnostics.iter().any(|diagnostic| {
            let points_at = diagnostic["snippet"]["code"].as_str().unwrap_or_default();
            points_at.contains(line.trim()) && said(diagnostic).to_lowercase().contains(&word.to_lowercase())
        });
        assert!(told, "no diagnostic reports {:?}:\n{diagnostics:#?}", line.trim());
    }
}

#[test]
fn a_misspelt_argument_is_terraforms_own_error() {
    let text = format!(
        r#"{PROVIDER}
resource "ipsy_app" "checkout" {{
  name        = "checkout"
  environment = "prod"
  image {{
    repository = "checkout"
  }}
  resources {{
    memroy = "1Gi"
  }}
}}
"#
    );
    let diagnostics = validate(&text);
    let told = diagnostics.iter().map(said).any(|said| said.contains("memroy"));
    assert!(told, "{diagnostics:#?}");
}

/// Both blocks are named in the text, and Terraform shows the second one.
#[test]
fn a_name_that_is_given_twice_is_told_with_both_places() {
    let text = format!(
        r#"{PROVIDER}
resource "ipsy_app" "checkout" {{
  name        = "checkout"
  environment = "prod"
  image {{
    repository = "checkout"
  }}
  backend {{
    name    = "blue"
    cluster = "eks-blue"
  }}
  backend {{
    name    = "green"
    cluster = "eks-green"
  }}
  backend {{
    cluster = "eks-purple"
    name    = "blue"
  }}
}}
"#
    );
    let diagnostics = validate(&text);
    let told: Vec<_> = diagnostics.iter().filter(|told| said(told).contains("Duplicate name")).collect();
    assert_eq!(told.len(), 1, "{diagnostics:#?}");
    let detail = told[0]["detail"].as_str().unwrap();
    assert!(detail.contains("`backend[2].name` and `backend[0].name`"), "{detail}");
    let second = text.lines().position(|line| line.contains("eks-purple")).unwrap() + 2;
    assert_eq!(told[0]["range"]["start"]["line"], second, "{told:#?}");
}

#[test]
fn an_unknown_field_of_a_patch_is_a_warning_at_plan() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    terraform.replace("main.tf", "dnsConfig = ", "dnsConfg = ").unwrap();
    let plan = terraform.plan().unwrap();
    let words = plan.text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    for expected in [
        "Warning: The advanced setting `ndots` sets an unknown field: patch.spec.template.spec.dnsConfg",
        "`dnsConfg` is not a field of `spec.template.spec` in `apps/v1 Deployment`",
        "did you mean `dnsConfig`?",
        "patch = yamlencode({",
    ] {
        assert_eq!(words.matches(expected).count(), 1, "{expected}:\n{}", plan.text);
    }
}

fn validate(text: &str) -> Vec<Value> {
    let terraform = Terraform::with_configuration(text, fixture::tools(), fixture::programs()).unwrap();
    terraform.init().unwrap();
    let outcome = terraform.run(&["validate", "-json", "-no-color"]).unwrap();
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(document["valid"], false, "{}", outcome.stdout);
    document["diagnostics"].as_array().unwrap().clone()
}

fn said(diagnostic: &Value) -> String {
    let part = |name: &str| diagnostic[name].as_str().unwrap_or_default().to_owned();
    format!("{} {}", part("summary"), part("detail"))
}
