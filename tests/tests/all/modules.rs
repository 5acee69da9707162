//! A module around `ipsy_app` whose blocks all come from variables: `examples/modules`, with Terraform and `OpenTofu`.

use std::path::PathBuf;

use acceptance::aws_bench::AwsBench;
use acceptance::console::Console;
use acceptance::rehearsal::upgrade;
use acceptance::terraform::Terraform;
use acceptance::tools::Tools;
use acceptance::workspace;
use serde_json::{Value, json};

use crate::fixture;

const APP: &str = "module.checkout.ipsy_app.this";

#[test]
fn a_module_takes_all_blocks_from_variables_in_terraform() {
    works(fixture::tools().terraform.clone());
}

#[test]
fn a_module_takes_all_blocks_from_variables_in_opentofu() {
    works(Tools::opentofu(Console::quiet()).unwrap());
}

fn works(program: PathBuf) {
    let aws = fixture::aws();
    let terraform = example(&aws, program);

    // No variable is known in a validation.
    let validated = terraform.run(&["validate", "-json", "-no-color"]).unwrap();
    let document: Value = serde_json::from_str(&validated.stdout).unwrap();
    assert_eq!((&document["valid"], &document["diagnostics"]), (&json!(true), &json!([])), "{document:#}");

    let terraform = with_inputs(terraform, &aws);
    let plan = terraform.plan().unwrap();
    assert_eq!(plan.actions(APP), ["create"], "{}", plan.text);
    let port = &plan.change(APP)["after"]["port"][0];
    assert_eq!((&port["name"], &port["port"]), (&json!("admin"), &json!(9901)));
    assert!(plan.knows(APP, "values_by_backend"), "{}", plan.text);
    terraform.apply().unwrap();
    let again = terraform.plan().unwrap();
    assert!(!again.has_changes, "{}", again.text);

    let all = terraform.output("values_by_backend").unwrap();
    let values: Value = serde_json::from_str(all["blue"].as_str().unwrap()).unwrap();
    assert_eq!(values["ports"]["admin"]["port"], 9901, "{values:#}");
    assert!(values.to_string().contains("/checkout/db/password"), "{values:#}");
    assert_eq!(aws.resources().unwrap().rules[0].hosts, ["checkout.example.com"]);
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
}

/// The root module and the module, initialised, without any input.
pub(crate) fn example(aws: &AwsBench, program: PathBuf) -> Terraform {
    let folder = workspace::root().join("examples/modules");
    let terraform = Terraform::copy_of(&folder, fixture::tools(), fixture::programs()).unwrap();
    let terraform = terraform.by(program).against(aws);
    terraform.overlay_folder(&folder.join("web-app"), "web-app").unwrap();
    terraform.init().unwrap();
    terraform
}

/// The example with all inputs.
pub(crate) fn with_inputs(mut terraform: Terraform, aws: &AwsBench) -> Terraform {
    let backends = json!({ "blue": { "cluster": aws.platform.clusters[0], "weight": 100 } });
    for (name, value) in upgrade::inputs(aws) {
        terraform.variable(name, &value);
    }
    terraform.variable("backends", &backends.to_string());
    terraform
}
