//! `data.ipsy_bootstrap` in real Terraform, without AWS: the files of the example, and what is told of wrong
//! arguments. What the generated project does in a cluster is part of `make test-cluster`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use acceptance::console::Console;
use acceptance::process::Process;
use acceptance::terraform::Terraform;
use acceptance::tools::Tools;
use acceptance::workspace;
use serde_json::Value;

use crate::fixture;

/// The data source of the example, without the resource that another provider would make.
fn example() -> String {
    let path = workspace::root().join("examples/data-sources/ipsy_bootstrap/data-source.tf");
    let text = fs::read_to_string(path).unwrap();
    let (source, _) = text.split_once("\n# The files into a folder").unwrap();
    format!(
        "terraform {{\n  required_providers {{\n    ipsy = {{\n      source = \"ipsy/ipsy\"\n    }}\n  }}\n}}\n\n\
         {source}\noutput \"files\" {{\n  value = data.ipsy_bootstrap.checkout.files\n}}\n"
    )
}

fn initialised(text: &str) -> Terraform {
    let terraform = Terraform::with_configuration(text, fixture::tools(), fixture::programs()).unwrap();
    terraform.init().unwrap();
    terraform
}

fn files() -> Value {
    let terraform = initialised(&example());
    terraform.apply().unwrap();
    assert!(!terraform.plan().unwrap().has_changes, "the same arguments give the same files");
    terraform.output("files").unwrap()
}

#[test]
fn the_same_arguments_give_the_same_bytes_on_any_machine() {
    let files = files();
    assert_eq!(files, self::files());
    let names: Vec<&String> = files.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            ".dockerignore",
            ".github/workflows/deploy.yml",
            ".gitignore",
            ".trivyignore.yaml",
            "Dockerfile",
            "Jenkinsfile",
            "README.md",
            "ci/build.sh",
            "ci/deploy.sh",
            "ci/image.sh",
            "ci/push.sh",
            "ci/rollback.sh",
            "ci/scan-database.sh",
            "ci/scan.sh",
            "ci/shift.sh",
            "ci/terraform.sh",
            "terraform/environments/dev.s3.tfbackend",
            "terraform/environments/dev.tfvars.json",
            "terraform/environments/prod.s3.tfbackend",
            "terraform/environments/prod.tfvars.json",
            "terraform/main.tf",
            "terraform/variables.tf",
            "terraform/versions.tf",
            "trivy.yaml",
        ]
    );
}

#[test]
fn generated_files_are_formatted_and_scripts_are_read_by_a_shell() {
    let terraform = initialised(&example());
    terraform.clear().unwrap();
    for (name, text) in files().as_object().unwrap() {
        let (path, text) = (Path::new(name), text.as_str().unwrap());
        let name = path.file_name().unwrap().to_str().unwrap();
        match path.extension().and_then(OsStr::to_str) {
            Some("tf") => terraform.write(name, text).unwrap(),
            Some("sh") => {
                Process::new("sh").args(["-n", "/dev/stdin"]).input(text).succeed().unwrap();
            }
            _ => {}
        }
    }
    let formatted = terraform.run(&["fmt", "-check", "-diff", "-no-color"]).unwrap();
    assert_eq!(formatted.code, 0, "{}", formatted.stdout);
}

#[test]
fn actionlint_accepts_the_generated_workflow() {
    let actionlint = Tools::actionlint(Console::quiet()).unwrap();
    // actionlint looks for the root of a repository.
    let repository = tempfile::tempdir().unwrap();
    let workflows = repository.path().join(".github/workflows");
    fs::create_dir_all(&workflows).unwrap();
    let name = ".github/workflows/deploy.yml";
    fs::write(repository.path().join(name), files()[name].as_str().unwrap()).unwrap();
    Process::new("git").args(["init", "--quiet"]).within(repository.path()).succeed().unwrap();
    let lint = Process::new(actionlint).args(["-no-color", "-shellcheck=", "-pyflakes="]);
    let outcome = lint.within(repository.path()).run().unwrap();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""), "{}", outcome.stderr);
}

#[test]
fn all_that_is_wrong_is_told_at_once_with_its_argument() {
    let text =
        example().replace("8080", "80800").replace("name         = \"prod\"", "name         = \"dev\"");
    let terraform = initialised(&text);
    let outcome = terraform.try_plan().unwrap();
    assert_eq!(outcome.code, 1);
    let told = outcome.everything();
    for expected in [
        "80800 is not a valid port",
        "port          = 80800",
        "Two environments are called `dev`",
        "name         = \"dev\"",
    ] {
        assert!(told.contains(expected), "{expected} is missing in:\n{told}");
    }
}

#[test]
fn standards_are_kept_and_go_along() {
    let standards =
        "provider \"ipsy\" {\n  standards {\n    required_labels = [\"team\", \"tier\"]\n  }\n}\n";
    let terraform = initialised(&format!("{}\n{standards}", example()));
    let told = terraform.try_plan().unwrap().everything();
    assert!(told.contains("tier"), "{told}");
    terraform.replace("main.tf", "cost-center = \"cc-42\"", "tier = \"1\"").unwrap();
    terraform.apply().unwrap();
    let files = terraform.output("files").unwrap();
    let standards: Value = serde_yaml::from_str(files["terraform/standards.yaml"].as_str().unwrap()).unwrap();
    assert_eq!(standards["requiredLabels"], serde_json::json!(["team", "tier"]));
}

/// Stands in for `trivy image --download-db-only` and `--download-java-db-only`. A repository is reachable if a file has its name; the file holds the
/// time at which its database was made.
const DOWNLOAD: &str = r#"#!/bin/sh
while [ $# -gt 0 ]; do
    case $1 in
    --cache-dir) cache=$2 ;;
    --db-repository) folder=db repository=$2 ;;
    --java-db-repository) folder=java-db repository=$2 ;;
    esac
    shift
done
made=$(cat "$REPOSITORIES/${repository%%.*}") || exit 1
mkdir -p "$cache/$folder"
printf '{"Version":2,"UpdatedAt":"%s"}' "$made" > "$cache/$folder/metadata.json"
"#;

#[test]
fn the_scan_falls_back_to_the_last_good_database_until_it_is_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("programs")).unwrap();
    fs::create_dir_all(at("repositories")).unwrap();
    fs::write(at("programs/trivy"), DOWNLOAD).unwrap();
    fs::set_permissions(at("programs/trivy"), fs::Permissions::from_mode(0o755)).unwrap();
    let script = files()["ci/scan-database.sh"].as_str().unwrap().to_owned();
    assert!(
        script.contains(
            "scanDatabase.maximumDays mirror.gcr.io/aquasec/trivy-db:2 ghcr.io/aquasecurity/trivy-db:2"
        ),
        "{script}"
    );
    fs::write(at("scan-database.sh"), script).unwrap();
    let run = || {
        Process::new("sh")
            .arg(at("scan-database.sh"))
            .env("PATH", format!("{}:{}", at("programs").display(), std::env::var("PATH").unwrap()))
            .env("REPOSITORIES", at("repositories"))
            .env("TRIVY_CACHE_DIR", at("cache"))
            .run()
            .unwrap()
    };
    let ago = |days: u32| {
        let date = Process::new("date").args(["--utc", "--date", &format!("{days} days ago"), "+%FT%TZ"]);
        date.succeed().unwrap().stdout.trim().to_owned()
    };
    let serve = |name: &str, days: u32| fs::write(at("repositories").join(name), ago(days)).unwrap();
    let take_away = |name: &str| fs::remove_file(at("repositories").join(name)).unwrap();
    let assert_ends = |code: i32, text: &str| {
        let outcome = run();
        assert_eq!(outcome.code, code, "{}", outcome.everything());
        assert!(outcome.everything().contains(text), "{text} is not in {}", outcome.everything());
    };

    assert_ends(1, "this machine has none");
    serve("ghcr", 1);
    assert_ends(0, "database of ghcr.io/aquasecurity/trivy-db:2");
    take_away("ghcr");
    assert_ends(0, "warning: scanning with the last good database");
    // A repository that serves an old database does not replace a newer one.
    serve("mirror", 3);
    assert_ends(0, "warning: scanning with the last good database");
    take_away("mirror");
    fs::write(at("cache/db/metadata.json"), format!("{{\"UpdatedAt\":\"{}\"}}", ago(3))).unwrap();
    assert_ends(1, "scanDatabase.maximumDays");
    serve("mirror", 0);
    assert_ends(0, "database of mirror.gcr.io/aquasec/trivy-db:2");
}

/// The platform of an organisation, and an app that names nothing but what is its own.
const SMALL: &str = r#"
terraform {
  required_providers {
    ipsy = {
      source = "ipsy/ipsy"
    }
  }
}

provider "ipsy" {
  standards {
    document = yamlencode({
      apiVersion = "ipsy.dev/v1"
      kind       = "Standards"
      runtimes   = { kotlin = { extends = "java", memory = "1Gi" } }
      platform = {
        registry        = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
        chart           = { repository = "oci://registry.example.com/charts", version = "1.0.0" }
        deploymentOrder = ["stage", "prod"]
      }
      environments = {
        stage = { platform = { stateBucket = "states-stage", clusters = { blue = { cluster = "eks-stage" } } } }
        prod  = { platform = { stateBucket = "states-prod", clusters = { blue = { cluster = "eks-blue" } } } }
      }
    })
  }
}

data "ipsy_bootstrap" "shop" {
  name    = "shop"
  runtime = "kotlin"
  port    = 8080
}

data "ipsy_standards" "prod" {
  environment = "prod"
}

data "ipsy_values" "shop" {
  name        = "shop"
  environment = "prod"
  runtime     = "kotlin"
}

output "files" {
  value = data.ipsy_bootstrap.shop.files
}

output "platform" {
  value = data.ipsy_standards.prod.platform
}

output "memory" {
  value = data.ipsy_values.shop.explain["resources.memory"]
}
"#;

#[test]
fn a_new_app_needs_only_what_the_platform_does_not_have() {
    let terraform = initialised(SMALL);
    terraform.run(&["validate", "-no-color"]).unwrap().ok().unwrap();
    terraform.apply().unwrap();
    let files = terraform.output("files").unwrap();
    let prod = files["terraform/environments/prod.tfvars.json"].as_str().unwrap();
    let prod: Value = serde_json::from_str(prod).unwrap();
    assert_eq!((&prod["cluster"], &prod["chart"]), (&"eks-blue".into(), &"ipsy-app".into()), "{prod}");
    let state = files["terraform/environments/stage.s3.tfbackend"].as_str().unwrap();
    assert!(state.contains("states-stage"), "{state}");
    let platform = terraform.output("platform").unwrap();
    assert_eq!(platform["state_bucket"], "states-prod");
    assert_eq!(platform["chart"]["version"], "1.0.0");
    assert_eq!(platform["clusters"]["blue"], "eks-blue");
    let memory = terraform.output("memory").unwrap();
    let memory = memory.as_str().unwrap();
    assert!(memory.starts_with("1Gi (") && memory.ends_with(": runtimes.kotlin.memory)"), "{memory}");

    terraform.replace("main.tf", "runtime = \"kotlin\"", "runtime = \"kobol\"").unwrap();
    let refused = terraform.try_plan().unwrap().everything();
    for part in ["`kobol` is not a runtime", "runtime = \"kobol\"", "kotlin"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
}
