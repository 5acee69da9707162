//! The standards of the organisation: judged at plan where Terraform knows enough, and again on
//! whatever the chart renders.

use std::fs;

use acceptance::helm::Helm;
use acceptance::process::{Outcome, Process};
use acceptance::terraform::Terraform;
use acceptance::workspace;
use serde_json::Value;

use crate::fixture::{self, APP};

#[test]
fn what_breaks_a_standard_fails_at_plan_and_names_it() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let cases = [
        ("labels      = { cost-center = \"cc-42\" }", "", "cost-center"),
        ("memory      = \"1Gi\"", "memory      = \"16Gi\"", "8Gi"),
    ];
    for (old, new, named) in cases {
        terraform.replace("main.tf", old, new).unwrap();
        let refused = terraform.try_plan().unwrap();
        assert_eq!(refused.code, 1, "{old} -> {new}: {}", refused.stdout);
        assert!(refused.stderr.contains(named), "{old} -> {new}: {}", refused.stderr);
        // Terraform shows the line of the argument, not that of the resource.
        let argument = if new.is_empty() { "resource \"ipsy_app\"" } else { new };
        assert!(refused.stderr.contains(argument), "{argument}: {}", refused.stderr);
        assert!(refused.stderr.contains("standards.yaml, line "), "{}", refused.stderr);
        fs::copy(
            workspace::root().join("examples/quickstart/main.tf"),
            terraform.configuration().join("main.tf"),
        )
        .unwrap();
    }
    assert!(aws.resources().unwrap().is_empty());
}

#[test]
fn a_setting_that_matches_nothing_fails_the_render() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    terraform.replace("main.tf", "kind = \"Deployment\"", "kind = \"Deploymnt\"").unwrap();
    terraform.apply().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let path = folder.path().join(name);
        fs::write(&path, terraform.output(name).unwrap().as_str().unwrap()).unwrap();
        path
    };
    let (values, config) = (write("values"), write("post_renderer_config"));
    let chart = workspace::root().join("examples/charts/ipsy-app");
    let arguments = ["--config", &*config.to_string_lossy()];
    let helm = Helm::three(fixture::tools(), &fixture::programs().post_renderer).unwrap();
    let refused = helm.template_post_rendered("checkout", &chart, &values, &arguments).unwrap();
    assert_ne!(refused.code, 0);
    assert_eq!(refused.stdout, "");
    // The nearest candidates are named.
    assert!(refused.stderr.contains("ndots"), "{}", refused.stderr);
    assert!(refused.stderr.contains("Deployment"), "{}", refused.stderr);
}

/// The image rules of the document that both programs read.
const IMAGE_RULES: [&str; 2] = ["image-pinning", "image-registry"];

#[test]
fn one_document_refuses_an_image_at_plan_and_at_install() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    terraform
        .replace(
            "main.tf",
            "source     = \"pointer\"\n    initial    = \"1.0.0\"",
            "source     = \"literal\"\n    tag        = \"latest\"",
        )
        .unwrap();
    terraform
        .replace("main.tf", "repository = \"checkout\"", "repository = \"quay.io/shop/checkout\"")
        .unwrap();
    let refused = terraform.try_plan().unwrap();
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    for rule in IMAGE_RULES {
        assert!(refused.stderr.contains(&format!("`{rule}`)")), "{rule}: {}", refused.stderr);
    }
    assert!(refused.stderr.contains("standards.yaml, line 17)"), "{}", refused.stderr);
    assert!(aws.resources().unwrap().is_empty());

    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: a\n    image: \
               quay.io/shop/checkout:latest\n    resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 1, memory: 1Gi}}\n";
    let standards = workspace::root().join("examples/quickstart/standards.yaml");
    let outcome = check(&standards.to_string_lossy(), "prod", pod);
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    for rule in IMAGE_RULES {
        assert!(outcome.stdout.contains(&format!("error[{rule}]")), "{rule}: {}", outcome.stdout);
    }
}

#[test]
fn every_rule_of_the_post_renderer_can_be_set_from_terraform() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let example = workspace::root().join("examples/standards/standards.yaml");
    fs::copy(&example, terraform.configuration().join("standards.yaml")).unwrap();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let boundary = [
        ("Action", "CreatePolicy"),
        ("Version", "2010-05-08"),
        ("PolicyName", "apps"),
        ("PolicyDocument", policy),
    ];
    aws.query("iam", &boundary).unwrap();
    terraform.apply().unwrap();
    let text = terraform.output("post_renderer_config").unwrap();
    let configuration: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
    let document: Value = serde_yaml::from_str(&fs::read_to_string(example).unwrap()).unwrap();
    let parameters = document["standards"].as_object().unwrap();
    let schema =
        Process::new(&fixture::programs().post_renderer).args(["schema", "standards"]).run().unwrap();
    let of_provider =
        Process::new(&fixture::programs().provider).args(["schema", "standards"]).run().unwrap();
    assert_eq!(of_provider.stdout, schema.stdout, "both programs print one schema");
    let schema: Value = serde_json::from_str(&schema.stdout).unwrap();
    for name in schema["$defs"]["Standards"]["properties"].as_object().unwrap().keys() {
        assert!(parameters.contains_key(name), "the example does not set {name}");
    }
    assert_eq!(configuration["standards"]["imageRegistry"]["mode"], "enforce", "{configuration:#}");
    assert_eq!(configuration["standards"]["gracePeriod"]["default"], 60, "{configuration:#}");
    assert_eq!(configuration["resources"]["limitRequestRatio"]["memory"], "4", "{configuration:#}");
    let role = [("Action", "GetRole"), ("Version", "2010-05-08"), ("RoleName", "checkout-prod")];
    let role = aws.query("iam", &role).unwrap();
    assert!(role.contains(":role/apps/") && role.contains("policy/apps<"), "{role}");
    terraform.destroy().unwrap();
}

#[test]
fn an_environment_that_the_standards_do_not_list_is_refused_by_both_programs() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    terraform.replace("main.tf", "environment = \"prod\"", "environment = \"prd\"").unwrap();
    let refused = terraform.try_plan().unwrap();
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(refused.stderr.contains("`dev`, `prod`"), "{}", refused.stderr);
    let standards = workspace::root().join("examples/quickstart/standards.yaml");
    let outcome = check(&standards.to_string_lossy(), "prd", "");
    assert_eq!(outcome.code, 2, "{}", outcome.stdout);
}

#[test]
fn a_new_version_of_the_standards_is_a_short_plan() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let drawing = "output \"diagram\" {\n  value = provider::ipsy::diagram(ipsy_app.checkout)\n}\n";
    terraform.write("diagram.tf", drawing).unwrap();
    terraform.apply().unwrap();
    let diagram = terraform.output("diagram").unwrap();
    assert!(diagram.as_str().unwrap().contains("rule -->|0| blue"), "{diagram}");

    let version = "# A comment moves all lines.\nversion: \"next\"";
    let label = || {
        let state = terraform.state().unwrap();
        let resources = state["values"]["root_module"]["resources"].as_array().unwrap();
        let app = resources.iter().find(|resource| resource["address"] == APP).unwrap();
        let explained = &app["values"]["explain"];
        explained["labels[\"app.kubernetes.io/part-of\"]"].as_str().unwrap().to_owned()
    };
    assert!(label().contains("standards.yaml, line 9: labels["), "{}", label());
    terraform.replace("standards.yaml", "version: \"2026.11\"", version).unwrap();
    let plan = terraform.plan().unwrap();
    let change = plan.change(APP);
    let (before, after) = (change["before"].as_object().unwrap(), change["after"].as_object().unwrap());
    let changed: Vec<&String> =
        after.iter().filter(|(name, value)| before.get(*name) != Some(value)).map(|(name, _)| name).collect();
    assert_eq!(
        changed,
        ["post_renderer_args", "post_renderer_config", "standards_version", "values", "values_by_backend"]
    );
    assert!(plan.text.contains("standards_version      = \"2026.11\" -> \"next\""), "{}", plan.text);
    let lines = plan.text.lines().count();
    println!("{lines} lines");
    assert!(lines < 40, "{lines} lines:\n{}", plan.text);
    terraform.apply().unwrap();
    terraform.apply().unwrap();
    assert!(label().contains("standards.yaml, line 10: labels["), "{}", label());
    terraform.destroy().unwrap();
}

fn check(standards: &str, environment: &str, manifests: &str) -> Outcome {
    Process::new(&fixture::programs().post_renderer)
        .args(["check", "--standards", standards, "--environment", environment])
        .input(manifests)
        .run()
        .unwrap()
}

/// An app that leaves everything to the platform in the standards.
const SMALL: &str = r#"
terraform {
  required_providers {
    ipsy = { source = "ipsy/ipsy" }
  }
}

variable "listener_arn" {
  type = string
}

provider "ipsy" {
  region = "us-east-1"
  standards {
    document = yamlencode({
      apiVersion = "ipsy.dev/v1"
      kind       = "Standards"
      environments = {
        prod = { defaultAutoscaling = { max = 6 } }
      }
      platform = {
        listenerArn = var.listener_arn
        priorities  = { from = 100, to = 200 }
        domain      = "example.com"
        clusters    = { blue = { cluster = "eks-blue" } }
      }
    })
  }
}

resource "ipsy_app" "shop" {
  name        = "shop"
  environment = "prod"
  runtime     = "go"
  port {
    name = "http"
    port = 8080
  }
}
"#;

#[test]
fn a_small_app_runs_on_the_platform_of_the_standards() {
    let aws = fixture::aws();
    let terraform = Terraform::with_configuration(SMALL, fixture::tools(), fixture::programs()).unwrap();
    let mut terraform = terraform.against(&aws);
    terraform.variable("listener_arn", &aws.platform.listener_arn);
    terraform.init().unwrap();
    terraform.run(&["validate", "-no-color"]).unwrap().ok().unwrap();
    let before = aws.resources().unwrap().rules.len();
    terraform.apply().unwrap();
    let plan = terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
    assert_eq!(aws.resources().unwrap().rules.len(), before + 1);
    let state = terraform.state().unwrap();
    let app = &state["values"]["root_module"]["resources"][0]["values"];
    let values: Value = serde_json::from_str(app["values_by_backend"]["blue"].as_str().unwrap()).unwrap();
    let autoscaling = &values["autoscaling"];
    assert_eq!((&autoscaling["min"], &autoscaling["max"]), (&2.into(), &6.into()), "{values:#}");
    let source = app["explain"]["autoscaling.max"].as_str().unwrap();
    assert!(source.contains("environments.prod.defaultAutoscaling"), "{source}");

    // The platform team names another listener: a destroy still deletes the rule of the old one.
    let other = aws.platform.listener_arn.replace("listener/app/", "listener/app/other-");
    terraform.variable("listener_arn", &other);
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
}

#[test]
fn an_app_is_only_exposed_as_the_standards_allow() {
    let aws = fixture::aws();
    let exposed = SMALL.replace("platform = {", "exposure = \"internal\"\n      platform = {");
    let terraform = Terraform::with_configuration(&exposed, fixture::tools(), fixture::programs()).unwrap();
    let mut terraform = terraform.against(&aws);
    terraform.variable("listener_arn", &aws.platform.listener_arn);
    terraform.init().unwrap();
    let refused = terraform.try_plan().unwrap();
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    for part in ["The load balancer is internet-facing", "`exposure`"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    terraform.replace("main.tf", "\"internal\"", "\"internet-facing\"").unwrap();
    terraform.plan().unwrap();
}

/// The date in some days, as `YYYY-MM-DD`.
fn day(days: i64) -> String {
    let date = format!("{days} days");
    Process::new("date").args(["-u", "-d", &date, "+%F"]).succeed().unwrap().stdout.trim().to_owned()
}

#[test]
fn exceptions_are_listed_warn_ahead_and_end() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let list = "output \"exceptions\" {\n  value = ipsy_app.checkout.exceptions\n}\n\
                output \"explain\" {\n  value = ipsy_app.checkout.explain\n}\n";
    terraform.write("exceptions.tf", list).unwrap();
    terraform.replace("main.tf", "memory      = \"1Gi\"", "memory      = \"16Gi\"").unwrap();
    let exception = |rule: &str, expires: &str| {
        format!(
            "  exception {{\n    rule    = \"{rule}\"\n    reason  = \"heap dumps\"\n    owner   = \"payments\"\n    \
             expires = \"{expires}\"\n  }}\n"
        )
    };
    let main = fs::read_to_string(terraform.configuration().join("main.tf")).unwrap();
    let plan_with = |blocks: &str| {
        let resource = "resource \"ipsy_app\" \"checkout\" {\n";
        terraform.write("main.tf", &main.replace(resource, &format!("{resource}{blocks}"))).unwrap();
        terraform.try_plan().unwrap()
    };
    let rule = "resource-maximum/memory";
    let far = plan_with(&exception(rule, &day(40)));
    assert_ne!(far.code, 1, "{}", far.stderr);
    assert!(!far.everything().contains("ends on"), "{}", far.everything());
    let near = plan_with(&exception(rule, &day(13)));
    assert_ne!(near.code, 1, "{}", near.stderr);
    let warning = format!("The exception from `{rule}` ends on {}", day(13));
    assert!(near.everything().contains(&warning), "{}", near.everything());
    terraform.apply().unwrap();
    let listed = terraform.output("exceptions").unwrap();
    assert_eq!(listed[rule], day(13), "{listed}");
    let explained = terraform.output("explain").unwrap();
    assert_eq!(explained[format!("exception[\"{rule}\"]")], format!("until {} (argument)", day(13)));

    let past = plan_with(&exception(rule, &day(-1)));
    assert_eq!(past.code, 1, "{}", past.stdout);
    assert!(past.stderr.contains(&format!("ended on {}", day(-1))), "{}", past.stderr);
    let unknown = plan_with(&exception("resource-maximun/memory", &day(40)));
    assert_eq!(unknown.code, 1, "{}", unknown.stdout);
    assert!(unknown.stderr.contains("`resource-maximun/memory` is not a rule"), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("resource-maximum"), "{}", unknown.stderr);
    plan_with(&exception(rule, &day(13)));
    terraform.destroy().unwrap();
}
