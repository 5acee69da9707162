//! Judges from outside: `HashiCorp`'s own acceptance tests of providers, and its check of documents for the registry.

use std::fs;
use std::path::Path;
use std::time::Duration;

use acceptance::console::Console;
use acceptance::process::Process;
use acceptance::terraform::Terraform;
use acceptance::tools::Tools;
use acceptance::workspace;

use crate::fixture;

const CONFIGURATION: &str =
    "terraform {\n  required_providers {\n    ipsy = { source = \"ipsy/ipsy\" }\n  }\n}\n";

/// Folders of `docs/` that the registry shows.
const FOLDERS: [&str; 7] =
    ["actions", "data-sources", "ephemeral-resources", "functions", "guides", "list-resources", "resources"];

fn configuration() -> Terraform {
    Terraform::with_configuration(CONFIGURATION, fixture::tools(), fixture::programs()).unwrap()
}

#[test]
fn terraform_plugin_testing_passes() {
    let aws = fixture::aws();
    let terraform = configuration();
    Process::inheriting("nice")
        .args(["-n", "10", "go", "test", "-count=1", "./ipsy"])
        .envs(aws.environment())
        .env("IPSY_LISTENER_ARN", &aws.platform.listener_arn)
        .env("IPSY_CLUSTER", &aws.platform.clusters[0])
        .env("TF_ACC", "1")
        .env("TF_ACC_TERRAFORM_PATH", Tools::newest_terraform(Console::quiet()).unwrap())
        .env("TF_CLI_CONFIG_FILE", terraform.folder().join("terraform.rc"))
        .env("CHECKPOINT_DISABLE", "1")
        .within(workspace::root().join("tests/tools-modules/terraform-plugin-testing"))
        .limit(Duration::from_mins(20))
        .succeed()
        .unwrap();
    assert!(aws.resources().unwrap().is_empty(), "{:?}", aws.resources().unwrap().names());
}

#[test]
fn tfplugindocs_finds_the_documents_valid() {
    let terraform = configuration().by(Tools::newest_terraform(Console::quiet()).unwrap());
    terraform.init().unwrap();
    let schema = terraform.run(&["providers", "schema", "-json"]).unwrap().ok().unwrap().stdout;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schema.json");
    // It looks for the provider among those of `HashiCorp`.
    let schema =
        schema.replace("\"registry.terraform.io/ipsy/ipsy\"", "\"registry.terraform.io/hashicorp/ipsy\"");
    fs::write(&file, schema).unwrap();
    // The registry does not show the pages of single rules, which the guides link to on GitHub.
    let docs = workspace::root().join("docs");
    for name in FOLDERS {
        copy(&docs.join(name), &folder.path().join("docs").join(name));
    }
    fs::copy(docs.join("index.md"), folder.path().join("docs/index.md")).unwrap();
    Process::new(Tools::tfplugindocs(Console::quiet()).unwrap())
        .args(["validate", "--provider-name", "ipsy", "--provider-dir"])
        .arg(folder.path())
        .arg("--providers-schema")
        .arg(&file)
        .succeed()
        .unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}
