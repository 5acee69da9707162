//! Tokens and logins that neither plan nor state holds, judged by AWS' own signer.

use std::fs;
use std::path::PathBuf;

use acceptance::aws_bench::AwsBench;
use acceptance::console::Console;
use acceptance::process::Process;
use acceptance::terraform::Terraform;
use acceptance::tools::Tools;
use acceptance::workspace;

use crate::fixture;

/// Hands each value to a program, which is where Terraform lets ephemeral values pass.
const CONFIGURATION: &str = r#"
terraform {
  required_providers {
    ipsy = { source = "ipsy/ipsy" }
  }
}

provider "ipsy" {}

ephemeral "ipsy_cluster_token" "blue" {
  cluster = "eks-blue"
}

ephemeral "ipsy_registry_token" "here" {}

resource "terraform_data" "values" {
  provisioner "local-exec" {
    command = "printf '%s\n' \"$TOKEN\" \"$EXPIRES_AT\" \"$REGISTRY\" \"$USER_NAME\" \"$PASSWORD\" > values"
    environment = {
      TOKEN      = ephemeral.ipsy_cluster_token.blue.token
      EXPIRES_AT = ephemeral.ipsy_cluster_token.blue.expires_at
      REGISTRY   = ephemeral.ipsy_registry_token.here.registry
      USER_NAME  = ephemeral.ipsy_registry_token.here.user_name
      PASSWORD   = ephemeral.ipsy_registry_token.here.password
    }
  }
}
"#;

fn with(program: PathBuf, aws: &AwsBench) -> Terraform {
    let terraform =
        Terraform::with_configuration(CONFIGURATION, fixture::tools(), fixture::programs()).unwrap();
    let terraform = terraform.by(program).against(aws);
    terraform.init().unwrap();
    terraform
}

fn check(program: PathBuf) {
    let aws = fixture::aws();
    let terraform = with(program, &aws);
    terraform.plan().unwrap();
    let applied = terraform.apply_planned().unwrap();
    let values = fs::read_to_string(terraform.configuration().join("values")).unwrap();
    let mut values = values.lines();
    let mut next = || values.next().unwrap();
    let (token, expires_at, registry, user_name, password) = (next(), next(), next(), next(), next());
    assert_eq!(registry, format!("{}.dkr.ecr.{}.amazonaws.com", aws.platform.account_id, aws.region));
    assert_eq!(user_name, "AWS");
    assert!(!password.is_empty());

    Process::new(&fixture::tools().moto_python)
        .arg(workspace::root().join("tests/aws/token_check.py"))
        .args([&aws.region, "eks-blue"])
        .envs(aws.environment())
        .env("TOKEN", token)
        .env("EXPIRES_AT", expires_at)
        .succeed()
        .unwrap();

    let state = fs::read_to_string(terraform.configuration().join("terraform.tfstate")).unwrap();
    let plan = terraform.run(&["show", "-json", "plan.bin"]).unwrap().ok().unwrap().stdout;
    for text in [&state, &plan, &applied.everything()] {
        assert!(!text.contains(token) && !text.contains(&format!("{password}\"")), "{text}");
    }
}

#[test]
fn tokens_are_signed_as_aws_signs_and_leave_no_trace() {
    check(Tools::newest_terraform(Console::quiet()).unwrap());
}

#[test]
fn tokens_work_with_the_terraform_of_the_path() {
    check(fixture::tools().terraform.clone());
}

#[test]
fn tokens_work_with_opentofu() {
    check(Tools::opentofu(Console::quiet()).unwrap());
}

#[test]
fn a_cluster_token_without_credentials_names_what_is_missing() {
    let aws = fixture::aws();
    let mut terraform = with(Tools::newest_terraform(Console::quiet()).unwrap(), &aws);
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        terraform.set(name, "");
    }
    let refused = terraform.try_apply().unwrap();
    assert_eq!(refused.code, 1);
    let printed = refused.printed();
    assert!(printed.contains("AWS can't be reached") && printed.contains("credentials"), "{printed}");
}
