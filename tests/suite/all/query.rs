//! `terraform query`: apps that ipsy made, and fleets that it takes over without a change; imports by identity.

use std::path::PathBuf;

use acceptance::aws_bench::AwsBench;
use acceptance::console::Console;
use acceptance::permissions::{self, Feature};
use acceptance::process::Process;
use acceptance::terraform::Terraform;
use acceptance::tools::Tools;
use acceptance::workspace;
use serde_json::Value;

use crate::fixture::{self, APP};

const CONFIGURATION: &str = "terraform {\n  required_providers {\n    ipsy = { source = \"ipsy/ipsy\" }\n  }\n}\n\nprovider \"ipsy\" {}\n";

/// The file of the guide.
const LIST: &str = include_str!("../../../examples/list-resources/ipsy_app/list-resource.tfquery.hcl");

fn newest() -> PathBuf {
    Tools::newest_terraform(Console::quiet()).unwrap()
}

/// A configuration with nothing but the provider.
fn empty(aws: &AwsBench, program: PathBuf) -> Terraform {
    let terraform =
        Terraform::with_configuration(CONFIGURATION, fixture::tools(), fixture::programs()).unwrap();
    let terraform = terraform.by(program).against(aws).patient();
    terraform.init().unwrap();
    terraform
}

/// Builds apps on EC2 without ipsy; gives their names.
fn build_fleets(aws: &AwsBench, count: usize) -> Vec<String> {
    let platform = &aws.platform;
    let built = Process::new(&fixture::tools().moto_python)
        .arg(workspace::root().join("tests/aws/fleets.py"))
        .args([&platform.listener_arn, &platform.vpc_id, &platform.subnet_ids[0], &count.to_string()])
        .envs(aws.environment())
        .env("AWS_DEFAULT_REGION", &aws.region)
        .succeed()
        .unwrap();
    serde_json::from_str(&built.stdout).unwrap()
}

/// A list without objects, as JSON.
fn query(terraform: &Terraform, list: &str) -> Vec<Value> {
    terraform.write("apps.tfquery.hcl", list).unwrap();
    let outcome = terraform.run(&["query", "-json"]).unwrap().ok().unwrap();
    let lines = outcome.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found = lines.filter(|line| line["type"] == "list_resource_found");
    found.map(|line| line["list_resource_found"].clone()).collect()
}

/// The text with all ids of AWS' load balancers alike.
fn without_ids(text: &str) -> String {
    let mut shown = String::new();
    let mut word = String::new();
    for sign in text.chars().chain(['\n']) {
        if sign.is_ascii_alphanumeric() {
            word.push(sign);
            continue;
        }
        let is_id = word.len() == 16 && word.chars().all(|sign| sign.is_ascii_hexdigit());
        shown.push_str(if is_id { "0123456789abcdef" } else { &word });
        word.clear();
        shown.push(sign);
    }
    shown
}

#[test]
fn a_fleet_of_forty_apps_is_taken_over_by_one_command() {
    let aws = fixture::aws();
    let apps = build_fleets(&aws, 40);
    let before = aws.resources().unwrap();
    aws.forget_calls().unwrap();
    let terraform = empty(&aws, newest());
    terraform.write("fleet.tfquery.hcl", LIST).unwrap();
    let features = permissions::features().unwrap();
    let actions_of = |names: &[&str]| {
        let is_named = |feature: &&Feature| names.contains(&feature.name.as_str());
        permissions::of_plans(&features.iter().filter(is_named).cloned().collect::<Vec<_>>())
    };
    let listed = actions_of(&["`terraform query`"]);
    // The provider reads many instance roles from one list, and few of them one by one.
    let allowed = actions_of(&["`terraform query`", "Reading an app on EC2"]);
    aws.allow_only(&allowed.iter().cloned().collect::<Vec<_>>()).unwrap();
    let outcome =
        terraform.run(&["query", "-no-color", "-generate-config-out=fleet.tf"]).unwrap().ok().unwrap();
    let needed = aws.needed_actions().unwrap();
    assert_eq!(
        listed.difference(&needed).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "listed, but not needed"
    );
    assert_eq!(
        needed.difference(&allowed).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "needed, but not listed"
    );
    aws.allow_all().unwrap();
    let found: Vec<&str> = outcome.stdout.lines().filter(|line| line.starts_with("list.ipsy_app.")).collect();
    assert_eq!(found.len(), apps.len(), "{}", outcome.everything());
    for app in &apps {
        assert!(found.iter().any(|line| line.contains(&format!("name={app},"))), "{app} is not found");
    }
    let plan = terraform.try_plan().unwrap();
    let planned = "Plan: 40 to import, 0 to add, 0 to change, 0 to destroy.";
    assert!(plan.stdout.contains(planned), "{}", plan.everything());
    let applied = terraform.apply_planned().unwrap().stdout;
    let done = "Apply complete! Resources: 40 imported, 0 added, 0 changed, 0 destroyed.";
    assert!(applied.contains(done), "{applied}");
    assert_eq!(aws.resources().unwrap(), before);
    assert_eq!(fixture::changing_calls(&aws), Vec::<String>::new());
    let again = terraform.try_plan().unwrap();
    assert_eq!(again.code, 0, "{}", again.everything());

    let guide = workspace::root().join("docs/guides/taking-over.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    for line in [found[0], found[1], planned, done] {
        let line = without_ids(line);
        assert!(guide.contains(line.trim()), "the guide does not show this output: {line}");
    }
}

#[test]
fn objects_of_ipsy_are_listed_by_their_tags_and_are_not_candidates() {
    let (aws, _made) = fixture::applied();
    build_fleets(&aws, 1);
    let terraform = empty(&aws, newest());
    let made = query(&terraform, "list \"ipsy_app\" \"made\" {\n  provider = ipsy\n}\n");
    assert_eq!(made.len(), 1, "{made:#?}");
    assert_eq!(made[0]["display_name"], "prod/checkout, made by ipsy");
    let identity = &made[0]["identity"];
    assert_eq!(identity["name"], "checkout");
    assert_eq!(identity["account_id"], *aws.platform.account_id);
    assert!(
        query(&terraform, &LIST.replace("\"prod\"", "\"dev\""))
            .iter()
            .all(|app| app["identity"]["environment"] == "dev")
    );
    let names: Vec<Value> =
        query(&terraform, LIST).iter().map(|app| app["identity"]["name"].clone()).collect();
    assert_eq!(names, ["checkout", "service-01"]);
}

#[test]
fn a_wrong_list_is_refused_at_its_argument() {
    let aws = fixture::aws();
    let terraform = empty(&aws, newest());
    let refused = |old: &str, new: &str| {
        terraform.write("apps.tfquery.hcl", &LIST.replace(old, new)).unwrap();
        let outcome = terraform.run(&["query", "-no-color"]).unwrap();
        assert_eq!(outcome.code, 1, "{}", outcome.everything());
        outcome.printed()
    };
    let printed = refused("environment = \"prod\"", "");
    assert!(printed.contains("Candidates need an environment"), "{printed}");
    let printed = refused("\"prod\"", "\"Prod 1\"");
    assert!(printed.contains("`Prod 1` is not a valid name of an environment"), "{printed}");
}

/// An import of the quickstart's app by its identity.
fn import_block(identity: &str) -> String {
    format!("import {{\n  to = {APP}\n  identity = {{\n    {identity}\n  }}\n}}\n")
}

const IDENTITY: &str = "environment = \"prod\"\n    name        = \"checkout\"";

#[test]
fn an_app_is_imported_by_its_identity() {
    let (aws, _made) = fixture::applied();
    let terraform = imported(&aws, newest());
    let state = std::fs::read_to_string(terraform.configuration().join("terraform.tfstate")).unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    let resources = state["resources"].as_array().unwrap();
    let app = resources.iter().find(|resource| resource["type"] == "ipsy_app").unwrap();
    let identity = &app["instances"][0]["identity"];
    assert_eq!(identity["environment"], "prod");
    assert_eq!(identity["region"], *aws.region);
    assert_eq!(identity["object_arns"], Value::Null);
}

#[test]
fn opentofu_imports_an_app_by_its_identity() {
    let (aws, _made) = fixture::applied();
    imported(&aws, Tools::opentofu(Console::quiet()).unwrap());
}

/// The quickstart after an import of its app that changed nothing in AWS.
fn imported(aws: &AwsBench, program: PathBuf) -> Terraform {
    let before = aws.resources().unwrap();
    let terraform = fixture::quickstart(aws).by(program);
    // OpenTofu has a registry of its own.
    terraform.init().unwrap();
    terraform.write("import.tf", &import_block(IDENTITY)).unwrap();
    let plan = terraform.plan().unwrap();
    assert!(plan.text.contains("1 to import, 0 to add"), "{}", plan.text);
    terraform.apply().unwrap();
    assert_eq!(aws.resources().unwrap().names(), before.names());
    terraform
}

#[test]
fn terraform_of_the_path_refuses_an_identity_and_imports_the_app_by_its_id() {
    let (aws, _made) = fixture::applied();
    let terraform = fixture::quickstart(&aws);
    terraform.write("import.tf", &import_block(IDENTITY)).unwrap();
    let refused = terraform.try_plan().unwrap();
    assert_eq!(refused.code, 1);
    let message = "An argument named \"identity\" is not expected here.";
    assert!(refused.printed().contains(message), "{}", refused.everything());
    let guide = std::fs::read_to_string(workspace::root().join("docs/guides/taking-over.md")).unwrap();
    assert!(guide.contains(message), "the guide does not explain this message: {message}");

    let by_id = format!("import {{\n  to = {APP}\n  id = \"prod/checkout\"\n}}\n");
    terraform.write("import.tf", &by_id).unwrap();
    let plan = terraform.plan().unwrap();
    assert!(plan.text.contains("1 to import, 0 to add"), "{}", plan.text);
}

#[test]
fn an_identity_of_another_account_is_refused() {
    let (aws, _made) = fixture::applied();
    let terraform = fixture::quickstart(&aws).by(newest());
    let named = "environment = \"prod\"\n    name = \"checkout\"\n    account_id = \"999999999999\"";
    terraform.write("import.tf", &import_block(named)).unwrap();
    let refused = terraform.try_plan().unwrap();
    assert_eq!(refused.code, 1);
    let printed = refused.printed();
    assert!(printed.contains("The app is not in this provider's account"), "{printed}");
    assert!(printed.contains("999999999999"), "{printed}");
}

#[test]
fn older_programs_name_what_they_do_not_know() {
    let aws = fixture::aws();
    for program in [fixture::tools().terraform.clone(), Tools::opentofu(Console::quiet()).unwrap()] {
        let terraform = empty(&aws, program);
        let outcome = terraform.run(&["query"]).unwrap();
        assert_eq!(outcome.code, 1);
        assert!(outcome.everything().contains("no command named \"query\""), "{}", outcome.everything());
    }
}
